"""Layers (底图图层): villages, roads, water and monitoring as plain JSON, and the layer that draws them.

Names of data go to the browser in these documents, where they are set as text; Folium sees addresses only.
"""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from folium.elements import JSCSSMixin
from folium.map import Layer
from folium.template import Template
from shapely.geometry.base import BaseGeometry

from atlas.maps import assets, symbols
from atlas.maps.points import xy
from atlas.township import Township

_DECIMALS = 6


class VectorLayer(JSCSSMixin, Layer):
    """Draws the ground and the monitoring from two addresses; an empty address waits for the host to name one."""

    default_js = assets.links("atlas_symbols.js", "atlas_labels.js", "atlas_monitoring.js", "atlas_layers.js")
    _template = Template("""
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = Atlas.layers({{ this.settings | tojson }});
        {% endmacro %}
    """)

    def __init__(self, layers_url: str, monitoring_url: str) -> None:
        super().__init__(name="ground")
        self._name = "AtlasLayers"
        self.settings = {"layers": layers_url, "monitoring": monitoring_url, "symbols": symbols.for_layers()}


def basemap(township: Township) -> dict[str, Any]:
    """Return the ground as JSON values: lon/lat in degrees, polygons as lists of rings."""
    villages = township.villages
    outline = shapely.union_all(villages.geometry.to_numpy())
    return {
        "bounds": [round(float(edge), _DECIMALS) for edge in villages.total_bounds],
        "outline": _polygons(outline),
        "villages": _villages(villages),
        "borders": _borders(villages, outline),
        "offices": _points(township.offices),
        "roads": _lines_by_kind(township.roads),
        "water": _lines_by_kind(township.water),
    }


def monitoring(township: Township) -> dict[str, Any]:
    """Return geohazard points with class and risk level, and routes with their stops in order."""
    geopoints = township.geopoints
    places = dict(zip(geopoints.index, _points(geopoints), strict=True))
    return {
        "geopoints": [
            {
                "id": point_id,
                "class": row.geo_class,
                "level": row.risk_level,
                "type": row.type,
                "zh": row.name_zh,
                "en": row.name_en,
                "at": places[point_id],
            }
            for point_id, row in zip(geopoints.index, geopoints.itertuples(index=False), strict=True)
            if places[point_id]
        ],
        "routes": _routes(township, places),
    }


def _routes(township: Township, places: dict[str, list[float]]) -> list[dict[str, Any]]:
    routes, stops = township.routes, township.stops.sort_values(["route_id", "position"])
    stops = stops[stops["point_id"].map(lambda point_id: bool(places.get(point_id)))]
    by_route = {route_id: list(group["point_id"]) for route_id, group in stops.groupby("route_id")}
    return [
        {
            "id": route_id,
            "zh": row.name_zh,
            "en": row.name_en,
            "lines": _lines(row.geometry),
            "stops": [{"id": point_id, "at": places[point_id]} for point_id in by_route.get(route_id, [])],
        }
        for route_id, row in zip(routes.index, routes.itertuples(index=False), strict=True)
    ]


def _villages(villages: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    shapes = villages.geometry.to_numpy()
    tints = _tints(shapes)
    return [
        {
            "code": code,
            "zh": row.name_zh,
            "en": row.name_en,
            "kind": row.kind,
            "tint": tint,
            "label": _label_place(row.geometry),
            "polygons": _polygons(row.geometry),
        }
        for code, row, tint in zip(villages.index, villages.itertuples(index=False), tints, strict=True)
        if row.geometry is not None and not row.geometry.is_empty
    ]


def _borders(villages: gpd.GeoDataFrame, outline: BaseGeometry) -> list[list[list[float]]]:
    """Return each line between two villages once: two dashed lines over one another would not be dashed."""
    every = shapely.union_all(shapely.boundary(villages.geometry.to_numpy()))
    return _lines(shapely.line_merge(shapely.difference(every, shapely.boundary(outline))))


def _tints(shapes: np.ndarray[Any, Any]) -> list[int]:
    """Number the villages so that neighbours differ, first come first served."""
    here, there = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    tints: list[int] = []
    for village in range(len(shapes)):
        taken = {tints[other] for other in there[here == village] if other < village}
        tints.append(next(number for number in range(len(shapes)) if number not in taken))
    return tints


def _label_place(shape: BaseGeometry) -> list[float]:
    """Return the middle of the widest part, where a name has most room."""
    largest = max(getattr(shape, "geoms", [shape]), key=lambda part: part.area)
    middle = shapely.get_point(shapely.maximum_inscribed_circle(largest, tolerance=1e-4), 0)
    return _rounded(shapely.get_coordinates(middle))[0]


def _polygons(shape: BaseGeometry) -> list[list[list[list[float]]]]:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return [[_rounded(shapely.get_coordinates(ring)) for ring in (p.exterior, *p.interiors)] for p in parts]


def _lines(shape: BaseGeometry) -> list[list[list[float]]]:
    return [_rounded(shapely.get_coordinates(part)) for part in shapely.get_parts(shape)]


def _lines_by_kind(lines: gpd.GeoDataFrame) -> dict[str, list[list[list[float]]]]:
    return {
        str(kind): [line for shape in group.geometry for line in _lines(shape)] for kind, group in lines.groupby("kind")
    }


def _points(frame: gpd.GeoDataFrame) -> list[list[float]]:
    """Return [lon, lat] for each row, [] where there is no usable place."""
    places = np.column_stack(xy(frame.geometry.to_numpy()))
    return [place if np.isfinite(place).all() else [] for place in _rounded(places)]


def _rounded(coordinates: np.ndarray[Any, Any]) -> list[list[float]]:
    rounded: list[list[float]] = np.round(coordinates, _DECIMALS).tolist()
    return rounded
