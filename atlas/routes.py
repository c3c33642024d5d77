"""Monitoring routes (监测路线): their stops in order, and which hazards lie along them."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from atlas.coordinates import to_metres
from atlas.errors import UnknownRecord
from atlas.township import CRS, METRES_CRS


def along(route: BaseGeometry, hazards: gpd.GeoDataFrame, reach_m: float) -> NDArray[np.bool_]:
    """Tell for each hazard whether it lies within `reach_m` metres of the route's line.

    Both in EPSG:4326, measured in EPSG:4545; a hazard without a place lies along no route.
    """
    keep = np.zeros(len(hazards), dtype=bool)
    placed = ~(hazards.geometry.isna() | hazards.geometry.is_empty).to_numpy()
    points = hazards.geometry.array[placed]
    line = _in_metres(route)
    shapely.prepare(line)
    keep[placed] = shapely.dwithin(line, shapely.points(*to_metres(points.x, points.y)), reach_m)
    return keep


def reach(route: BaseGeometry, reach_m: float) -> BaseGeometry:
    """Return the band (EPSG:4326) within `reach_m` metres of the route's line."""
    band = gpd.GeoSeries([_in_metres(route).buffer(reach_m, quad_segs=6)], crs=METRES_CRS)
    degrees: BaseGeometry = band.simplify(2.0).to_crs(CRS).iloc[0]
    return degrees


def line_of(routes: gpd.GeoDataFrame, route_id: str) -> BaseGeometry:
    """Return a route's line. Raises UnknownRecord."""
    if route_id not in routes.index:
        raise UnknownRecord(route_id)
    line: BaseGeometry = routes.geometry.loc[route_id]
    return line


def stops_in_order(stops: pd.DataFrame, geopoints: gpd.GeoDataFrame, route_id: str) -> pd.DataFrame:
    """Return the route's stops in walking order, each with its point's names, class and type."""
    ordered = stops[stops["route_id"] == route_id].sort_values("position")
    return ordered.join(geopoints.drop(columns="geometry"), on="point_id")


def length_m(route: BaseGeometry) -> float:
    """Measure the route's line in metres (EPSG:4545)."""
    return float(_in_metres(route).length)


def _in_metres(geometry: BaseGeometry) -> BaseGeometry:
    metres: BaseGeometry = gpd.GeoSeries([geometry], crs=CRS).to_crs(METRES_CRS).iloc[0]
    return metres
