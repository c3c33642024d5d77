"""The filters (筛选): the widgets that narrow map, list and figures, with the count beside every choice."""

from collections.abc import Callable, Mapping
from datetime import date

import streamlit as st

from atlas import figures, wording
from atlas.desk import bookmarks, session
from atlas.hazards import Catalogue, Filters
from atlas.wording import _, label, named

_COUNT = " · "


def choose_as_of(today: date) -> date:
    """Ask for the as-of day (截止日期); the past shows the ledger as it stood then."""
    if "as_of" not in st.session_state:
        st.session_state["as_of"] = bookmarks.read_as_of(today)
    st.session_state["as_of"] = min(st.session_state["as_of"] or today, today)
    chosen: date | None = st.date_input(
        _("截止日期"), key="as_of", min_value=date(2000, 1, 1), max_value=today, format="YYYY-MM-DD"
    )
    return chosen or today


def choose(catalogue: Catalogue) -> Filters:
    """Show the filters and return what is chosen."""
    bookmarks.read_filters(catalogue)
    filters = _current(catalogue)
    counts = catalogue.counts(filters)
    town = catalogue.township
    st.text_input(
        _("查找"), key="filter_text", max_chars=bookmarks.LONGEST_TEXT, placeholder=_("文字、拼音首字母或编号")
    )
    _ask("sector", _("行业领域"), counts, lambda code: named(town.sectors, code))
    _ask("status", _("状态"), counts, lambda code: label(wording.STATE, code))
    _ask("village", _("村（社区）"), counts, lambda code: named(town.villages, code))
    _ask("level", _("隐患等级"), counts, lambda code: label(wording.LEVEL, code))
    _ask_route(catalogue, counts["route"])
    st.toggle(f"{_('只看逾期')}{_COUNT}{counts['overdue']['overdue']}", key="filter_overdue")
    st.button(_("清除筛选"), key="filter_clear", on_click=clear, width="stretch")
    return filters


def choose_figure() -> str:
    """Ask which figure colours the villages; "" colours none."""
    names = {code: label(wording.FIGURE, code) if code else _("不着色") for code in ("", *figures.CHOICES)}
    # Written again in every run, so that the browser shows it in the language of this run.
    st.session_state["figure"] = st.session_state.get("figure") if st.session_state.get("figure") in names else ""
    st.selectbox(_("村级着色"), list(names), key="figure", format_func=names.__getitem__)
    return str(st.session_state["figure"])


def as_address(filters: Filters, *, as_of: date, figure: str) -> dict[str, object]:
    """Return the view as the address bears it; what is as usual is left out by its emptiness."""
    picked = session.picked()
    return {
        "sector": filters.sector,
        "status": filters.status,
        "village": filters.village,
        "level": filters.level,
        "overdue": filters.overdue,
        "text": filters.text.strip(),
        "route": filters.route,
        "figure": figure,
        "as_of": "" if as_of == session.today() else as_of.isoformat(),
        "hazard": picked[0] if len(picked) == 1 else "",
        "language": "" if wording.language() == "zh" else wording.language(),
    }


def clear() -> None:
    """Take back every filter."""
    for facet in ("sector", "status", "village", "level"):
        st.session_state[f"filter_{facet}"] = []
    st.session_state["filter_route"] = ""
    st.session_state["filter_overdue"] = False
    st.session_state["filter_text"] = ""


def _current(catalogue: Catalogue) -> Filters:
    state = st.session_state
    lists = {facet: _codes(facet, catalogue) for facet in ("sector", "status", "village", "level")}
    routes = catalogue.township.routes
    sent = str(state.get("filter_route") or "").rsplit(_COUNT, 1)[0]
    route = {named(routes, code): str(code) for code in routes.index}.get(sent, sent)
    state["filter_route"] = route if route in routes.index else ""
    return Filters(
        **lists,
        overdue=bool(state.get("filter_overdue")),
        text=str(state.get("filter_text") or ""),
        route=state["filter_route"],
        reach_m=float(state.get("route_reach") or catalogue.township.town.route_reach_m),
    )


def _codes(facet: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the chosen codes.

    The browser sends labels, and a label bears a count that may have changed meanwhile: a label that
    Streamlit could no longer turn into its code is turned into it here, by what stands before the count.
    """
    key = f"filter_{facet}"
    names = {_name(facet, code, catalogue): code for code in catalogue.choices[facet]}
    sent = [str(choice) for choice in st.session_state.get(key) or ()]
    codes = [names.get(choice.rsplit(_COUNT, 1)[0], choice) for choice in sent]
    st.session_state[key] = [code for code in catalogue.choices[facet] if code in codes]
    return tuple(st.session_state[key])


def _name(facet: str, code: str, catalogue: Catalogue) -> str:
    if facet == "sector":
        return named(catalogue.township.sectors, code)
    if facet == "village":
        return named(catalogue.township.villages, code)
    return label(wording.STATE if facet == "status" else wording.LEVEL, code)


def _ask(facet: str, title: str, counts: Mapping[str, Mapping[str, int]], name: Callable[[str], str]) -> None:
    found = counts[facet]
    st.multiselect(
        title,
        list(found),
        key=f"filter_{facet}",
        format_func=lambda code: f"{name(code)}{_COUNT}{found[code]}",
        placeholder=_("全部"),
        select_all=False,
    )


def _ask_route(catalogue: Catalogue, counts: Mapping[str, int]) -> None:
    town = catalogue.township
    st.selectbox(
        _("地质灾害监测路线"),
        ["", *counts],
        key="filter_route",
        format_func=lambda code: f"{named(town.routes, code)}{_COUNT}{counts[code]}" if code else _("全部"),
    )
    if st.session_state["filter_route"]:
        st.session_state.setdefault("route_reach", int(town.town.route_reach_m))
        st.slider(_("路线两侧范围（米）"), 50, 1000, step=50, key="route_reach")
