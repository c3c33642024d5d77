"""Villages (村、社区): which one a place lies in, and which lie near."""

import geopandas as gpd
import numpy as np
import shapely

from atlas.coordinates import to_metres
from atlas.township import METRES_CRS


def village_at(villages: gpd.GeoDataFrame, lon: float, lat: float) -> str:
    """Return the code of the village the place lies in, "" outside every boundary.

    `villages` has the code as index and polygons in EPSG:4326; on a shared boundary the lower code wins.
    """
    inside = villages.index[shapely.intersects_xy(villages.geometry.array, lon, lat)]
    return str(min(inside)) if len(inside) else ""


def nearest(villages: gpd.GeoDataFrame, lon: float, lat: float) -> list[tuple[str, float]]:
    """Return every village's code with its distance to the place in metres (EPSG:4545), nearest first."""
    east, north = to_metres(np.array([lon]), np.array([lat]))
    metres = villages.geometry.to_crs(METRES_CRS).distance(shapely.Point(east[0], north[0]))
    return [(str(code), float(distance)) for code, distance in metres.sort_values(kind="stable").items()]


def area_km2(villages: gpd.GeoDataFrame) -> dict[str, float]:
    """Return each village's area in square kilometres (EPSG:4545)."""
    areas = villages.geometry.to_crs(METRES_CRS).area / 1e6
    return {str(code): float(area) for code, area in areas.items()}
