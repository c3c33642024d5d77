"""The door to GDAL (地理格式驱动): the seven formats it may open here, every other driver cut off.

GDAL looks into a file instead of at its name: a VRT inside an uploaded .geojson reads any other
file of the server, a WFS document makes it call the network. The skip list works only from the
environment and only before pyogrio is first imported, so `atlas.records` closes the door first.
"""

import os

ALLOWED = frozenset({"ESRI Shapefile", "GPKG", "GeoJSON", "KML", "LIBKML", "GPX", "MEM"})

# Every other driver of pyogrio's wheels (GDAL 3.12); GDAL complains aloud about a name it does not know.
SKIPPED = (
    *("ADBC", "AIVector", "AmigoCloud", "AVCBin", "AVCE00", "Carto", "CSV", "CSW", "DGN", "DXF", "EDIGEO"),
    *("EEDA", "Elasticsearch", "ESRIJSON", "FlatGeobuf", "GDALG", "GeoJSONSeq", "GeoRSS", "GML", "GPSBabel"),
    *("GTFS", "HTTP", "Idrisi", "JML", "JSONFG", "LVBAG", "MapInfo File", "MapML", "MBTiles", "MiraMonVector"),
    *("MVT", "NGW", "OAPIF", "ODS", "OGCAPI", "OGR_GMT", "OGR_PDS", "OGR_VRT", "OpenFileGDB", "OSM", "PCIDSK"),
    *("PDF", "PDS4", "PGDUMP", "PLSCENES", "PMTiles", "S57", "Selafin", "SQLite", "SXF", "TopoJSON", "VDV"),
    *("VFK", "VICAR", "WAsP", "WFS", "XLSX"),
)


def close() -> None:
    """Cut GDAL's drivers for this process and its children; works only before pyogrio is imported."""
    os.environ["GDAL_SKIP"] = ",".join(SKIPPED)
    os.environ["GDAL_DRIVER_PATH"] = "disable"


def check() -> None:
    """Raise ImportError when this GDAL can open more than the seven formats."""
    import pyogrio

    beyond = sorted(set(pyogrio.list_drivers()) - ALLOWED)
    if beyond:
        raise ImportError(f"GDAL may open more than the formats allowed, see atlas/records/gdal_door.py: {beyond}")
