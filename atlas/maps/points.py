"""Points (隐患点位): the hazards as packed columns for the browser, and the layer that draws them.

Names and texts stay out: a record is coordinates, ids and codes as numbers, 16 bytes each.
"""

import base64
import json
from collections.abc import Iterable

import numpy as np
import pandas as pd
import shapely
from folium.elements import JSCSSMixin
from folium.map import Layer
from folium.template import Template
from numpy.typing import NDArray

from atlas import ledger
from atlas.maps import assets, symbols
from atlas.township import Township

MAGIC = b"ATP1"
OVERDUE, DUE_SOON, MAJOR, NOT_DRAWABLE = 1, 2, 4, 8

Columns = dict[str, NDArray[np.generic]]


class PointsLayer(JSCSSMixin, Layer):
    """Draws hazards on a canvas above the ground; the host hands it address and mask."""

    default_js = assets.links("atlas_symbols.js", "atlas_columns.js", "atlas_points.js")
    _template = Template("""
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = Atlas.points({{ this.symbols | tojson }});
        {% endmacro %}
    """)

    def __init__(self) -> None:
        super().__init__(name="hazards")
        self._name = "AtlasPoints"
        self.symbols = symbols.for_points()


def pack(township: Township) -> bytes:
    """Pack every hazard, drawable or not, in the frame's order; bit i of a mask is row i."""
    rows = np.arange(len(township.hazards))
    return _pack(township, _columns(township, rows), {})


def pack_changed(township: Township, ids: Iterable[int]) -> bytes:
    """Pack the hazards with these ids, each with the row it replaces or appends; unknown ids are left out."""
    rows = township.hazards.index.get_indexer(pd.Index(list(ids), dtype="int64"))
    rows = np.unique(rows[rows >= 0])
    columns = _columns(township, rows)
    columns["row"] = rows.astype("<u4")
    return _pack(township, columns, {"total": len(township.hazards)})


def xy(geometry: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y of points, NaN where one is missing or empty (an empty one makes shapely raise)."""
    places = geometry.copy()
    places[shapely.is_empty(geometry)] = None
    return shapely.get_x(places), shapely.get_y(places)


def mask(keep: NDArray[np.bool_]) -> str:
    """Return one bit per row, least significant first, as base64."""
    return base64.b64encode(np.packbits(keep, bitorder="little").tobytes()).decode("ascii")


def _columns(township: Township, rows: NDArray[np.intp]) -> Columns:
    hazards = township.hazards if len(rows) == len(township.hazards) else township.hazards.iloc[rows]
    lon, lat, drawable = _microdegrees(hazards.geometry.to_numpy(), township.town.bounds)
    flags = (
        hazards["overdue"].to_numpy(dtype=bool) * OVERDUE
        + hazards["due_soon"].to_numpy(dtype=bool) * DUE_SOON
        + (hazards["level"] == "major").to_numpy(dtype=bool) * MAJOR
        + ~drawable * NOT_DRAWABLE
    )
    return {
        "lon": lon,
        "lat": lat,
        "id": hazards.index.to_numpy().astype("<u4"),
        "sector": _positions(hazards["sector"], township.sectors.index),
        "state": _positions(hazards["state"], pd.Index(ledger.STATES)),
        "flags": flags.astype("u1"),
        "village": _positions(hazards["village_code"], township.villages.index),
    }


def _microdegrees(
    geometry: NDArray[np.object_], bounds: tuple[float, float, float, float]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.bool_]]:
    x, y = xy(geometry)
    west, south, east, north = bounds
    # A comparison with NaN is false, so missing, empty and infinite places fall out here as well.
    drawable = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    scaled = (np.rint(np.where(drawable, axis, 0) * 1e6).astype("<i4") for axis in (x, y))
    return next(scaled), next(scaled), drawable


def _positions(codes: "pd.Series[str]", known: pd.Index) -> NDArray[np.generic]:
    """Return each code's position; an unknown one gets the type's highest number."""
    numbers, seen = pd.factorize(codes)
    kind, unknown = ("u1", 255) if len(known) < 255 else ("<u2", 65535)
    places = known.get_indexer(seen)
    places = np.append(np.where(places < 0, unknown, places), unknown)
    return places.astype(kind)[numbers]


def _pack(township: Township, columns: Columns, extra: dict[str, int]) -> bytes:
    ordered = dict(sorted(columns.items(), key=lambda item: -item[1].itemsize))
    count = len(ordered["id"])
    head = {"n": count, "revision": township.revision, "glyphs": township.sectors["glyph"].tolist(), **extra}
    # The offsets are part of the header whose length they depend on: measure it with the widest ones first.
    length = -(-(len(_header(head, ordered, 10**12)) + 8) // 8) * 8
    header = _header(head, ordered, length).ljust(length - 8)
    body = b"".join(column.tobytes() for column in ordered.values())
    return MAGIC + len(header).to_bytes(4, "little") + header + body


def _header(head: dict[str, object], columns: Columns, at: int) -> bytes:
    described = []
    for name, column in columns.items():
        described.append({"name": name, "type": f"{column.dtype.kind}{column.itemsize}", "at": at})
        at += column.nbytes
    return json.dumps({**head, "cols": described}, ensure_ascii=False).encode()
