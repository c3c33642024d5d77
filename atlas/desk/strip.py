"""The figures strip (数字条): the counts of exactly what the map and the list show."""

import streamlit as st

from atlas import wording
from atlas.figures import Figures
from atlas.wording import label

_ALWAYS = ("total", "closed", "referred", "open", "overdue")
_IF_ANY = ("unverified", "void")


def show(figures: Figures) -> None:
    """Show the figures; unverified and void items stand beside the total, only where there are any."""
    cells = [(name, str(getattr(figures, name))) for name in _ALWAYS]
    cells += [(name, wording.rate(getattr(figures, name))) for name in ("rate_all", "rate_own")]
    cells += [(name, str(getattr(figures, name))) for name in _IF_ANY if getattr(figures, name)]
    # Only our own labels and numbers enter this markup, never a word of the data.
    st.html(f'<div class="strip">{"".join(map(_cell, cells))}</div>')


def _cell(cell: tuple[str, str]) -> str:
    name, value = cell
    title = label(wording.FIGURE, name)
    return f'<div class="figure" data-figure="{name}"><span>{title}</span><b>{value}</b></div>'
