"""One person's session (会话): who it is, what it looks at, and what is being drafted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import streamlit as st

from atlas.desk.admission import account_in
from atlas.desk.office import office
from atlas.hazards import Catalogue
from atlas.records.store import Store
from atlas.township import Actor

_DRAFT = "hazard_draft"
_PICKED = "picked_hazards"
_MOVING = "moving_hazard"
_ADDING = "adding_hazard"
_PAGE = "list_page"
_MOVED = "last_move"
_SEEN = "revision_sent_last"
_NEAR = "near_hazards"
_NOTICE = "notice_of_last_save"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A hazard being entered.

    Attributes:
        key: makes saving twice write once.
        lon, lat: its place in WGS 84.
        datum: the datum in which the place was typed, "" where it was clicked.
        typed: the numbers as they were typed.
    """

    key: str
    lon: float
    lat: float
    datum: str = ""
    typed: str = ""


def account() -> Actor:
    """Return who sits at the browser, as the guard found out from the session table."""
    return account_in(st.user)


def store() -> Store:
    """Return the store of this process."""
    return office().store


def catalogue(as_of: date) -> Catalogue:
    """Return the hazards as of that day at the newest revision, ready to be filtered."""
    return _catalogue(store().revision, as_of)


def today() -> date:
    """Return the town's day by the store's clock."""
    return store().today()


@st.cache_resource(max_entries=6, show_spinner=False)
def _catalogue(revision: int, as_of: date) -> Catalogue:
    return Catalogue(store().township(as_of=as_of, revision=revision))


def seen_revision(revision: int, as_of: date) -> int:
    """Return the revision the browser was sent last for this day, 0 for none, and note the one it is sent now."""
    seen, day = st.session_state.get(_SEEN, (0, as_of))
    st.session_state[_SEEN] = (revision, as_of)
    return int(seen) if day == as_of else 0


def draft() -> Draft | None:
    """Return the hazard being entered, None where there is none."""
    found = st.session_state.get(_DRAFT)
    return found if isinstance(found, Draft) else None


def place_draft(lon: float, lat: float, *, datum: str = "", typed: str = "") -> None:
    """Begin a draft at this place, or move the one there is and keep its key."""
    begun = draft()
    key = begun.key if begun else uuid4().hex
    st.session_state[_DRAFT] = Draft(key=key, lon=lon, lat=lat, datum=datum, typed=typed)


def drop_draft() -> None:
    """Forget the hazard being entered and leave the adding mode."""
    st.session_state[_DRAFT] = None
    st.session_state[_ADDING] = False


def is_adding() -> bool:
    """Tell whether the next click on the map places a new hazard."""
    return bool(st.session_state.get(_ADDING))


def start_adding() -> None:
    """Let the next click on the map place a new hazard."""
    st.session_state[_ADDING] = True
    st.session_state[_MOVING] = None


def moving() -> int | None:
    """Return the id of the hazard that the next click on the map moves."""
    return st.session_state.get(_MOVING)


def start_moving(hazard: int | None) -> None:
    """Let the next click on the map move this hazard; None stops it."""
    st.session_state[_MOVING] = hazard
    st.session_state[_ADDING] = False


def picked() -> tuple[int, ...]:
    """Return the ids of the hazards chosen on the map or in the list; several may lie at one spot."""
    return tuple(st.session_state.get(_PICKED, ()))


def pick(*hazards: int) -> None:
    """Choose these hazards."""
    st.session_state[_PICKED] = tuple(hazards)


def list_page() -> int:
    """Return which page of the list is shown, from 0."""
    return int(st.session_state.get(_PAGE, 0))


def turn_to(page: int) -> None:
    """Show this page of the list."""
    st.session_state[_PAGE] = page


def last_move() -> Mapping[str, object] | None:
    """Return the hazard's row as it was before the last move, None once that is undone."""
    return st.session_state.get(_MOVED)


def remember_move(moved: Mapping[str, object] | None) -> None:
    """Keep where a hazard lay before it was moved; None forgets it."""
    st.session_state[_MOVED] = moved


def near() -> list[int]:
    """Return the ids of the near duplicates of the draft, to be ringed on the map."""
    return list(st.session_state.get(_NEAR, ()))


def remember_near(hazards: list[int]) -> None:
    """Keep the near duplicates of the draft."""
    st.session_state[_NEAR] = hazards


def announce(text: str) -> None:
    """Keep a sentence to be shown once, after what it tells is committed to disk."""
    st.session_state[_NOTICE] = text


def announcement() -> str:
    """Take the sentence to be shown, "" where there is none."""
    return str(st.session_state.pop(_NOTICE, ""))
