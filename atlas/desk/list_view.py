"""The linked list (联动列表): the hazards of the map as rows; choosing one picks it on the map."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from atlas.maps import assets, symbols
from atlas.wording import _

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

_STATIC = Path(__file__).parent / "static"


def show(
    rows: Sequence[Mapping[str, object]],
    *,
    total: int,
    picked: int | None,
    key: str = "hazard_list",
    on_picked: Callable[[int], None] | None = None,
) -> int | None:
    """Show rows (id, code, text, where, state, overdue, major, glyph; status is optional) and return the id chosen.

    `on_picked` is told the id before the script runs, so that the run already shows what follows from it.

    `total` counts what passes the filters, on this page of the list and on the others. `picked` is
    highlighted and scrolled into view. The id of a row that is chosen goes to `on_picked` before the next run.
    """
    data = {
        "rows": [dict(row) for row in rows],
        "total": total,
        "picked": picked,
        "symbols": symbols.for_points(),
        "script": assets.url("atlas_symbols.js"),
        "style": assets.url("atlas_list.css"),
        "words": {"list": _("隐患列表"), "empty": _("没有符合条件的隐患"), "overdue": _("逾期"), "major": _("重大")},
    }

    def _tell() -> None:
        chosen = read_picked(st.session_state[key])
        if on_picked is not None and chosen is not None:
            on_picked(chosen)

    return read_picked(_component()(key=key, data=data, on_picked_change=_tell))


def read_picked(answer: Mapping[str, Any]) -> int | None:
    """Read the component's answer; what is no id counts as nothing chosen."""
    try:
        return int(answer["picked"]["id"])
    except (KeyError, TypeError, ValueError):
        return None


@cache
def _component() -> "ComponentRenderer":
    return st.components.v2.component(
        "atlas_list",
        html='<div class="atlas-list" data-testid="atlas-list" data-count="0"></div>',
        js=(_STATIC / "list_host.js").read_text("utf-8"),
        isolate_styles=False,
    )
