"""The scene (场景): what the map and the list show in this run, as plain data for the browser."""

from collections.abc import Mapping

import numpy as np
import shapely

from atlas import routes, villages, wording
from atlas.figures import Figures
from atlas.hazards import Catalogue, Filters, Mask
from atlas.maps.points import mask
from atlas.township import Township
from atlas.wording import label, names

PAGE_ROWS = 100
_LISTED = ("hazard_id", "description", "village_code", "sector", "state", "level", "overdue", "due_soon")
_SHARES = (0.2, 0.4, 0.6, 0.8, 1.0)


def points(catalogue: Catalogue, filters: Filters, keep: Mask, *, seen: int, seal: str) -> dict[str, object]:
    """Say which points to fetch and which of them pass the filter.

    `seen` is the revision the browser holds for the same day, 0 for none: it then fetches the changes only.
    `seal` tells the revision from one of the same number in a restored database, as browsers keep what they fetch.
    """
    town = catalogue.township
    as_of = town.as_of.isoformat()
    return {
        "delta": f"/points/{seen}-{town.revision}/{as_of}.bin?of={seal}" if 0 < seen < town.revision else None,
        "url": f"/points/{town.revision}/{as_of}.bin?of={seal}",
        "revision": town.revision,
        "as_of": as_of,
        "total": len(keep),
        "shown": int(keep.sum()),
        "mask": None if keep.all() else mask(keep),
        "key": f"{town.revision}/{as_of}/{hash(filters):x}",
    }


def rows(catalogue: Catalogue, keep: Mask, page: int) -> list[dict[str, object]]:
    """Return one page of the list, newest finds first, as codes and plain text."""
    town = catalogue.township
    shown = town.hazards[list(_LISTED)].iloc[order(keep)[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]]
    villages_by_code, sectors_by_code = names(town.villages), names(town.sectors)
    glyphs = town.sectors["glyph"].to_dict()
    columns = [shown[name].tolist() for name in _LISTED]
    return [
        {
            "id": number,
            "code": code,
            "text": text,
            "where": f"{villages_by_code.get(village, village)} · {sectors_by_code.get(sector, sector)}",
            "state": state,
            "status": label(wording.STATE, state),
            "overdue": is_overdue,
            "due_soon": is_due_soon,
            "major": level == "major",
            "glyph": str(glyphs.get(sector, "")),
        }
        for number, code, text, village, sector, state, level, is_overdue, is_due_soon in zip(
            shown.index.tolist(), *columns, strict=True
        )
    ]


def order(keep: Mask) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return the positions of the rows that pass, the newest first."""
    return np.flatnonzero(keep)[::-1]


def page_of(catalogue: Catalogue, keep: Mask, hazard: int) -> int | None:
    """Return the list page a hazard stands on, None where it does not pass the filter."""
    index = catalogue.township.hazards.index
    if hazard not in index:
        return None
    position = int(index.get_indexer([hazard])[0])
    return int(keep[position:].sum() - 1) // PAGE_ROWS if keep[position] else None


def choropleth(catalogue: Catalogue, keep: Mask, figure: str) -> Mapping[str, object] | None:
    """Class the villages by a figure of what the filters leave; None colours none.

    `classes` maps a village's code to the position of its class in `breaks`, the classes' upper borders:
    fifths of the villages, fewer where values repeat.
    """
    if not figure:
        return None
    counted = catalogue.figures_by_village(keep)
    areas = villages.area_km2(catalogue.township.villages)
    values = {code: _figure(counted.get(code), figure, area) for code, area in areas.items()}
    known = {code: value for code, value in values.items() if value is not None}
    breaks = np.unique(np.quantile(list(known.values()) or [0.0], _SHARES, method="higher"))
    return {
        "title": label(wording.FIGURE, figure),
        "breaks": [_written(float(value), figure) for value in breaks],
        "classes": {code: int(np.searchsorted(breaks, value)) for code, value in known.items()},
        "values": {code: _written(value, figure) for code, value in values.items()},
    }


def reach(town: Township, filters: Filters) -> object:
    """Return the band along the chosen route as GeoJSON, None where no route is chosen."""
    if not filters.route:
        return None
    return shapely.geometry.mapping(routes.reach(routes.line_of(town.routes, filters.route), filters.reach_m))


def _figure(found: Figures | None, figure: str, area_km2: float) -> float | None:
    if figure == "per_km2":
        return (found.total if found else 0) / area_km2
    if found is None:
        return None if figure.startswith("rate_") else 0.0
    value = getattr(found, figure)
    return None if value is None else float(value)


def _written(value: float | None, figure: str) -> str:
    if figure.startswith("rate_"):
        return wording.rate(value)
    return "—" if value is None else f"{value:.1f}" if figure == "per_km2" else f"{value:.0f}"
