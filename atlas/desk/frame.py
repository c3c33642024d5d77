"""The frame (版面) round every page: its looks, the town's name, the language and who is signed in."""

from importlib.resources import files

import streamlit as st

from atlas import wording
from atlas.desk import bookmarks
from atlas.township import Actor, Town
from atlas.wording import _, label


def dress() -> None:
    """Give the page the atlas's looks; the style sheet is ours and holds no data."""
    sheet = files("atlas.desk").joinpath("static/atlas.css").read_text("utf-8")
    st.html(f'<style>:root {{ --say-upload: "{_("选择照片")}"; }}\n{sheet}</style>')


def speak() -> str:
    """Set the language of this run from the address or the switch, and return its code."""
    bookmarks.read_language()
    wording.use(st.session_state["language"] or "zh")
    return wording.language()


def head(town: Town, account: Actor) -> None:
    """Show the town's name, the notice on synthetic data, the language switch and the account."""
    with st.container(key="head", horizontal=True, vertical_alignment="center"):
        st.text(_("{town}安全隐患一张图").format(town=_name(town)))
        st.text(_notice(town))
        st.segmented_control(
            _("语言"),
            list(wording.LANGUAGES),
            key="language",
            format_func=wording.LANGUAGES.__getitem__,
            label_visibility="collapsed",
            required=True,
        )
        with st.popover(label(wording.ROLE, account.role), key="account"):
            st.text(account.name)
            st.link_button(_("退出"), "/sign-out", width="stretch")


def _name(town: Town) -> str:
    return town.name_en if wording.language() == "en" else town.name_zh


def _notice(town: Town) -> str:
    if not town.is_synthetic:
        return _("内部使用")
    return town.notice_en if wording.language() == "en" else town.notice_zh
