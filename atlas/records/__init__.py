"""The records (档案): everything on disk, and the only place that knows the libraries which touch it."""

from atlas.records import gdal_door

gdal_door.close()
