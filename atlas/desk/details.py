"""The details panel (详情): one hazard with its history, and what may be done with it here."""

from datetime import date

import pandas as pd
import streamlit as st

from atlas import accounts, wording
from atlas.desk import saving, session
from atlas.desk.office import office
from atlas.errors import AtlasError
from atlas.ledger import VOID
from atlas.records import photos
from atlas.records.journal import JournalEntry
from atlas.township import Actor, Township
from atlas.wording import _, label, named

_SHOWN = (
    "address", "unit_name", "jurisdiction", "found_on", "source", "due_on", "measures", "plan",
    "station", "station_person", "leader", "duty_person", "result", "closed_on", "review_opinion",
    "ref_no", "ref_to", "ref_sent_on", "ref_due_on", "ref_reply", "coord_source", "note", "void_reason",
)  # fmt: skip
_LABELS = {
    "jurisdiction": wording.JURISDICTION,
    "source": wording.SOURCE,
    "coord_source": wording.COORD_SOURCE,
}


def show(township: Township, hazard: int, account: Actor, *, is_today: bool) -> None:
    """Show one hazard; actions are offered only on today's view and only where the role may take them."""
    if hazard not in township.hazards.index:
        st.text(_("该日期之前没有这项隐患。"))
        return
    row = township.hazards.loc[hazard]
    with st.container(key="hazard_details", border=True):
        head, close = st.columns([5, 1], vertical_alignment="center")
        head.text(row["hazard_id"])
        close.button("✕", key="details_close", help=_("关闭"), on_click=session.pick)
        st.text(_standing(row))
        st.text(row["description"])
        st.text(_facts(township, row))
        _show_photos(row)
        if is_today:
            _offer(hazard, row, account, township.as_of)
        with st.expander(_("办理经过"), expanded=False, key="hazard_history"):
            for entry in office().store.history("hazard", hazard):
                if entry.on <= township.as_of:
                    st.text(_line(entry))


def _standing(row: pd.Series) -> str:
    parts = [label(wording.STATE, row["state"]), label(wording.LEVEL, row["level"])]
    parts += [_("逾期")] if row["overdue"] else []
    return " · ".join(parts)


def _facts(township: Township, row: pd.Series) -> str:
    lines = [
        f"{label(wording.FIELD, 'sector')}：{named(township.sectors, row['sector'])}",
        f"{label(wording.FIELD, 'village_code')}：{named(township.villages, row['village_code'])}",
    ]
    for field in _SHOWN:
        value = _value(township, field, row.get(field))
        if value:
            lines.append(f"{label(wording.FIELD, field)}：{value}")
    return "\n".join(lines)


def _value(township: Township, field: str, value: object) -> str:
    if value is None or value is pd.NaT or value == "":
        return ""
    if field == "station":
        return named(township.stations, value)
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return label(_LABELS[field], value) if field in _LABELS else str(value)


def _show_photos(row: pd.Series) -> None:
    for title, kept in ((_("整改前"), row["photos_before"]), (_("整改后"), row["photos_after"])):
        for sha256 in kept or ():
            # Only a checked hash and our own label enter this markup, never a word of the data.
            address = f"/photos/{photos.path(office().folder, sha256).name}"
            st.html(f'<a class="photo" href="{address}" target="_blank"><img src="{address}" alt="{title}">{title}</a>')


def _line(entry: JournalEntry) -> str:
    who = label(wording.ROLE, entry.role)
    said = f"{entry.on.isoformat()}  {label(wording.ACTION, entry.action)}  {entry.actor}（{who}）"
    before, after = entry.patch.get("state", (None, None))
    if after and before:
        said += f"\n    {label(wording.STATE, before)} → {label(wording.STATE, after)}"
    return f"{said}\n    {entry.reason}" if entry.reason else said


def _offer(hazard: int, row: pd.Series, account: Actor, today: date) -> None:
    if row["state"] == VOID:
        return
    move, void = st.columns(2)
    if accounts.may(account.role, "relocate"):
        move.button(_("移动点位"), key="hazard_move", on_click=session.start_moving, args=(hazard,), width="stretch")
    if accounts.may(account.role, "void"):
        with void.popover(_("作废"), key="hazard_void", width="stretch"):
            st.text(_("作废不删除：记录和经过保留，但不再计入任何数字。"))
            st.text_input(_("作废原因（必填）"), key="void_reason", max_chars=500)
            st.button(_("确认作废"), key="void_confirm", on_click=_void, args=(hazard, account, today))


def _void(hazard: int, account: Actor, today: date) -> None:
    reason = str(st.session_state.get("void_reason") or "").strip()
    if not reason:
        session.announce(_("未作废：请填写原因。"))
        return
    try:
        saved = saving.void(office().store, hazard, reason, on=today, by=account)
    except AtlasError as refusal:
        session.announce(_("未作废：{why}").format(why=refusal))
        return
    session.announce(_("已作废：{code}").format(code=saved.code))
