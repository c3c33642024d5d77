"""The coverage (村界拼合): whether the villages' boundaries fit together without gaps or overlaps."""

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from atlas.township import CRS, METRES_CRS
from atlas.wording import _, named

Shapes = NDArray[np.object_]

# Coordinates are written with six decimals, a tenth of a metre; anything smaller or narrower is rounding.
SMALLEST_M2 = 1.0
NARROWEST_M = 0.2


def coverage_findings(villages: gpd.GeoDataFrame) -> list[str]:
    """Return a sentence for each overlap and gap, or else for each village whose corners do not match.

    `villages` has the code as index and polygons in EPSG:4326; what is below 1 m² or narrower than
    0.2 m in EPSG:4545 is no overlap and no gap. An empty list means a valid coverage.
    """
    areas = villages.geometry.to_numpy()
    names = [named(villages, code) for code in villages.index]
    found = [*_overlaps(areas, names), *_gaps(areas)]
    return found or _unmatched(areas, names)


# Everything is cut in degrees, where neighbours share their edges exactly, and only measured in metres.


def _overlaps(areas: Shapes, names: list[str]) -> list[str]:
    sentence = _("村界重叠：{one} 与 {other} 在 {place} 重叠 {area} 平方米")
    found = []
    for one, other in zip(*shapely.STRtree(areas).query(areas, predicate="intersects"), strict=True):
        shared = _measured(shapely.intersection(areas[one], areas[other])) if one < other else None
        if shared:
            found.append(sentence.format(one=names[one], other=names[other], place=shared[0], area=shared[1]))
    return found


def _gaps(areas: Shapes) -> list[str]:
    sentence = _("村界空隙：{place} 处有 {area} 平方米不属于任何村")
    whole = shapely.get_parts(shapely.union_all(areas))
    holes = [_measured(shapely.Polygon(ring)) for part in whole for ring in part.interiors]
    return [sentence.format(place=hole[0], area=hole[1]) for hole in holes if hole]


def _unmatched(areas: Shapes, names: list[str]) -> list[str]:
    """Name the villages whose shared boundary is drawn with other corners than the neighbour's."""
    sentence = _("村界不吻合：{name} 在 {place} 处与邻村的拐点不一致")
    edges = np.asarray(shapely.coverage_invalid_edges(areas))
    return [
        sentence.format(name=name, place=_lon_lat(shapely.point_on_surface(edge)))
        for name, edge in zip(names, edges, strict=True)
        if not shapely.is_empty(edge)
    ]


def _measured(shape: BaseGeometry) -> tuple[str, int] | None:
    """Return a place within the shape (degrees) and its size in square metres, None where it is mere rounding."""
    metres = gpd.GeoSeries([shape], crs=CRS).to_crs(METRES_CRS).iloc[0]
    if metres.area < SMALLEST_M2 or metres.area < NARROWEST_M * metres.length / 2:
        return None
    return _lon_lat(shapely.point_on_surface(shape)), round(metres.area)


def _lon_lat(point: BaseGeometry) -> str:
    return f"{shapely.get_x(point):.6f},{shapely.get_y(point):.6f}"
