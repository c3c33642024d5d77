"""The board (图板): the hazard map in this run, and what follows from a click on it."""

import streamlit as st

from atlas.desk import map_view, map_words, saving, scene, session
from atlas.desk.feeds import layers_address
from atlas.desk.map_view import Event
from atlas.desk.office import office
from atlas.errors import AtlasError
from atlas.hazards import Catalogue, Filters, Mask
from atlas.maps import hazard_map
from atlas.maps.hazard_map import Drawing
from atlas.wording import _, language


def show_map(catalogue: Catalogue, filters: Filters, keep: Mask, *, figure: str) -> None:
    """Show the map of what the filters leave; the villages are coloured by `figure`, "" by none."""
    township = catalogue.township
    picked = session.picked()
    draft = session.draft()
    town = township.town
    store = session.store()
    seen = session.seen_revision(township.revision, township.as_of)
    live = {
        "points": scene.points(catalogue, filters, keep, seen=seen, seal=store.seal(township.revision)),
        "bounds": town.bounds,
        "route": filters.route or None,
        "reach": scene.reach(township, filters),
        "monitoring": _monitoring_address(),
        "choropleth": scene.choropleth(catalogue, keep, figure),
        "picked": picked[0] if len(picked) == 1 else None,
        "near": session.near() or list(picked),
        "mode": _mode(),
        "draft": [draft.lat, draft.lon] if draft else None,
        "words": map_words.words(),
        "legend": map_words.legend(township),
        "notice": town.notice_en if language() == "en" else town.notice_zh,
    }
    map_view.show(_drawing(layers_address()), live, on_event=_follow)


def _mode() -> str:
    if session.moving() is not None:
        return "move"
    return "add" if session.is_adding() else "look"


def _monitoring_address() -> str:
    store = session.store()
    revision = store.revision_of("geopoint", "route", "stop")
    return f"/monitoring/{revision}.json?of={store.seal(revision)}"


@st.cache_resource(max_entries=4, show_spinner=False)
def _drawing(layers_url: str) -> Drawing:
    drawn = hazard_map.draw(session.store().files.town, layers_url, "")
    office().drawings[drawn.digest] = drawn
    return drawn


def _follow(event: Event) -> None:
    """Act on a click: place or move a point, or choose what lies there."""
    moving = session.moving()
    if event.picked:
        session.pick(*event.picked)
    elif event.clicked and moving is not None:
        _move(moving, lon=event.clicked[1], lat=event.clicked[0])
    elif event.clicked and session.is_adding():
        session.place_draft(lon=event.clicked[1], lat=event.clicked[0])


def _move(hazard: int, *, lon: float, lat: float) -> None:
    session.start_moving(None)
    try:
        before = session.store().hazard(hazard)
        place = (round(lon, 6), round(lat, 6))
        saved = saving.relocate(session.store(), hazard, place, on=session.today(), by=session.account())
    except AtlasError as refusal:
        session.announce(_("未移动：{why}").format(why=refusal))
        return
    session.remember_move(before)
    session.announce(_("已移动：{code}").format(code=saved.code))
