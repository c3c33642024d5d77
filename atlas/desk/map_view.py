"""The map on the page (地图组件): the one door through which a map is shown and answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from atlas.maps.hazard_map import Drawing

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

_STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True)
class Event:
    """What a person did on the map since the last run.

    Attributes:
        clicked: (latitude, longitude) in WGS 84 of a click in the modes "add" and "move"; None otherwise.
        picked: ids of the hazards at the clicked spot, the topmost first; () when none was clicked.
    """

    clicked: tuple[float, float] | None
    picked: tuple[int, ...]


def show(
    drawing: Drawing,
    live: Mapping[str, object],
    *,
    key: str = "hazard_map",
    on_event: Callable[[Event], None] | None = None,
) -> Event:
    """Show the drawn map with what is live in this run, and return what was done on it.

    `on_event` is told the same before the script runs, so that the run already shows what follows from it.
    `live` holds points, bounds, route, reach, choropleth, picked, near, mode, draft, words, legend, notice
    and, where the drawing names no address for them, monitoring; see `atlas.desk.map_words` for the words.
    """
    served = {
        "digest": drawing.digest,
        "module": f"/map/{drawing.digest}.js",
        "element_id": drawing.element_id,
        "js": drawing.js,
        "css": drawing.css,
    }

    def _tell() -> None:
        if on_event is not None:
            on_event(read_event(st.session_state[key]))

    answer = _component()(key=key, data={"drawing": served, **live}, on_clicked_change=_tell, on_picked_change=_tell)
    return read_event(answer)


def read_event(answer: Mapping[str, Any]) -> Event:
    """Read the component's answer; what does not look like a place or ids counts as nothing done."""
    clicked, picked = answer.get("clicked"), answer.get("picked")
    try:
        place = (float(clicked["lat"]), float(clicked["lng"])) if clicked else None
        ids = tuple(int(number) for number in picked["ids"]) if picked else ()
    except (KeyError, TypeError, ValueError):
        return Event(None, ())
    return Event(place, ids)


@cache
def _component() -> "ComponentRenderer":
    # The map's styles and dialogs belong to the page; a shadow root would hide them from Leaflet.
    return st.components.v2.component(
        "atlas_map",
        html='<div class="atlas-map" data-testid="atlas-map" data-ready="false"></div>',
        js=(_STATIC / "map_host.js").read_text("utf-8"),
        isolate_styles=False,
    )
