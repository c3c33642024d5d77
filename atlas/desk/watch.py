"""The watch (刷新): a change by anybody shows in every open session within two seconds."""

import streamlit as st

from atlas.desk import session


def for_news(seen: int) -> None:
    """Run the page again once the store holds a newer revision than the one shown."""
    _look(seen)


@st.fragment(run_every=1.0)
def _look(seen: int) -> None:
    if session.store().revision != seen:
        st.rerun()
