"""The view in the address (网址): what is filtered and chosen, so that a copied link opens the same view."""

from collections.abc import Mapping
from datetime import date

import streamlit as st

from atlas.figures import CHOICES
from atlas.hazards import Catalogue
from atlas.wording import LANGUAGES

_WRITTEN = "address_last_written"
_LISTS = ("sector", "status", "village", "level")
LONGEST_TEXT = 100


def read_language() -> None:
    """Take the language from the address when the session begins or the address was changed by hand."""
    spoken = st.query_params.get("language", "zh")
    if _is_changed() or "language" not in st.session_state:
        st.session_state["language"] = spoken if spoken in LANGUAGES else "zh"


def read_as_of(today: date) -> date:
    """Return the day in the address, today where there is none or it is no day up to today."""
    try:
        return min(date.fromisoformat(st.query_params.get("as_of", "")), today)
    except ValueError:
        return today


def read_filters(catalogue: Catalogue) -> None:
    """Set the filter widgets by the address, taking only what the catalogue knows."""
    if not _is_changed():
        return
    for facet in _LISTS:
        known = catalogue.choices[facet]
        asked = st.query_params.get_all(facet)
        st.session_state[f"filter_{facet}"] = [choice for choice in known if choice in asked]
    route = st.query_params.get("route", "")
    st.session_state["filter_route"] = route if route in catalogue.township.routes.index else ""
    st.session_state["filter_overdue"] = st.query_params.get("overdue") == "1"
    st.session_state["filter_text"] = st.query_params.get("text", "")[:LONGEST_TEXT]
    figure = st.query_params.get("figure", "")
    st.session_state["figure"] = figure if figure in CHOICES else ""
    hazard = st.query_params.get("hazard", "")
    if hazard.isascii() and hazard.isdigit():
        st.session_state["picked_hazards"] = (int(hazard[:12]),)


def write(view: Mapping[str, object]) -> None:
    """Write the view to the address, leaving out what is empty."""
    wanted = {name: _written(value) for name, value in view.items() if value}
    if {name: st.query_params.get_all(name) for name in st.query_params} != wanted:
        st.query_params.from_dict(wanted)
    st.session_state[_WRITTEN] = wanted


def _is_changed() -> bool:
    found = {name: st.query_params.get_all(name) for name in st.query_params}
    return bool(st.session_state.get(_WRITTEN) != found)


def _written(value: object) -> list[str]:
    if isinstance(value, (list, tuple)):
        return [str(part) for part in value]
    return ["1" if value is True else str(value)]
