"""The form of a new hazard (登记隐患): what one click on the map leads to."""

from datetime import date

import streamlit as st

from atlas import hazards, ledger, sectors, wording
from atlas.coordinates import DATUMS, from_wgs84, to_wgs84
from atlas.desk import saving, session
from atlas.desk.office import office
from atlas.errors import AtlasError
from atlas.records import photos
from atlas.township import Actor, Township
from atlas.villages import nearest, village_at
from atlas.wording import _, label, named

_SOURCE_OF_DATUM = {"wgs84": "gps", "cgcs2000": "gps", "gcj02": "gcj02", "bd09": "bd09"}


def new_hazard(township: Township, account: Actor, today: date) -> None:
    """Show the form for the drafted hazard: near duplicates first, then the required fields, then the rest."""
    draft = session.draft()
    if draft is None:
        return
    with st.container(key="hazard_form", border=True):
        st.text(_("登记新隐患"))
        sector = str(st.session_state.get("draft_sector") or "")
        _show_near(township, draft, sector)
        _ask_sector_and_level(township)
        village = _ask_village(township, draft)
        if sector and village:
            _show_post(township, sector, village, today)
        with st.expander(_("坐标"), key="draft_coordinates"):
            _ask_place(draft)
        _ask_rest(account, today)


def _ask_sector_and_level(township: Township) -> None:
    st.selectbox(
        _("行业领域（必填）"),
        [str(code) for code in township.sectors.index],
        index=None,
        key="draft_sector",
        format_func=lambda code: named(township.sectors, code),
        placeholder=_("请选择"),
    )
    st.radio(
        _("隐患等级（必填）"),
        ledger.LEVELS,
        key="draft_level",
        format_func=lambda code: label(wording.LEVEL, code),
        horizontal=True,
    )


def _ask_place(draft: session.Draft) -> None:
    datum = st.selectbox(_("坐标系"), DATUMS, key="draft_datum", format_func=lambda code: label(wording.DATUM, code))
    _write_numbers(draft, str(datum))
    with st.form("draft_numbers", border=False):
        left, right = st.columns(2)
        left.number_input(_("经度"), -180.0, 180.0, key="draft_lon", step=0.0001, format="%.6f")
        right.number_input(_("纬度"), -90.0, 90.0, key="draft_lat", step=0.0001, format="%.6f")
        st.form_submit_button(_("按坐标定位"), key="draft_locate", on_click=_place_by_numbers, width="stretch")


def _write_numbers(draft: session.Draft, datum: str) -> None:
    """Fill the number fields after a click or another datum; never while numbers are being typed."""
    state = st.session_state
    if state.get("draft_written") == (draft.lon, draft.lat, datum):
        return
    lon, lat = from_wgs84(draft.lon, draft.lat, datum)
    state["draft_lon"], state["draft_lat"] = round(lon, 6), round(lat, 6)
    state["draft_written"] = (draft.lon, draft.lat, datum)


def _place_by_numbers() -> None:
    state = st.session_state
    if session.draft() is None:
        return
    lon, lat, datum = state["draft_lon"], state["draft_lat"], str(state["draft_datum"])
    session.place_draft(*to_wgs84(lon, lat, datum), datum=datum, typed=f"{lon:.6f},{lat:.6f} {datum}")


def _ask_village(township: Township, draft: session.Draft) -> str:
    inside = village_at(township.villages, draft.lon, draft.lat)
    choices = [code for code, _metres in nearest(township.villages, draft.lon, draft.lat)]
    if (inside, draft.lon, draft.lat) != st.session_state.get("draft_found"):
        st.session_state["draft_village"] = inside or None
        st.session_state["draft_found"] = (inside, draft.lon, draft.lat)
    if not inside:
        st.warning(_("该点不在任何村（社区）边界内。边界为示意，如确属本镇，请选择所属村。"))
    chosen = st.selectbox(
        _("村（社区）（必填）"),
        choices,
        key="draft_village",
        index=None,
        format_func=lambda code: named(township.villages, code),
        placeholder=_("请选择"),
    )
    return str(chosen or "")


def _show_near(township: Township, draft: session.Draft, sector: str) -> None:
    near = hazards.near_duplicates(township, draft.lon, draft.lat, sector)
    session.remember_near([int(number) for number in near.index])
    if near.empty:
        return
    with st.container(key="near_duplicates", border=True):
        st.text(
            _("附近 {metres} 米内已有 {count} 项同领域隐患，请先核对是否重复：").format(
                metres=round(township.town.near_duplicate_m), count=len(near)
            )
        )
        for number, row in near.head(5).iterrows():
            state = label(wording.STATE, row["state"])
            st.text(f"{row['hazard_id']} · {state} · {row['distance_m']:.0f} m\n{row['description']}")
            st.button(_("查看"), key=f"near_{number}", on_click=session.pick, args=(int(str(number)),))


def _show_post(township: Township, sector: str, village: str, today: date) -> None:
    level = str(st.session_state["draft_level"])
    post = sectors.responsible(township.posts, sector, village)
    due = hazards.deadline(township.town, level, today)
    lines = [
        _("责任站所：{name}").format(name=named(township.stations, post.station)),
        _("站所责任人：{name}").format(name=post.station_person or "—"),
        _("分管领导：{name}").format(name=post.leader or "—"),
        _("核实后建议整改时限：{day}").format(day=due.isoformat()),
    ]
    with st.container(key="responsible_post"):
        st.text("\n".join(lines))


def _ask_rest(account: Actor, today: date) -> None:
    with st.form("hazard_rest", border=False, enter_to_submit=False):
        st.text_area(_("隐患描述（必填）"), key="draft_description", max_chars=2000, height=96)
        st.text_input(_("具体位置"), key="draft_address", max_chars=2000)
        st.file_uploader(_("整改前照片（可选）"), type=["jpg", "jpeg", "png", "webp"], key="draft_photo")
        bar = st.container(key="hazard_bar", horizontal=True)
        bar.form_submit_button(
            _("保存"), type="primary", key="hazard_save", on_click=_save, args=(account, today), width="stretch"
        )
        bar.form_submit_button(_("取消"), key="hazard_cancel", on_click=_finish, width="stretch")


def _save(account: Actor, today: date) -> None:
    draft = session.draft()
    if draft is None:
        return
    try:
        entry = _entry(draft)
        saved = saving.report(office().store, entry, key=draft.key, on=today, by=account)
    except AtlasError as refusal:
        session.announce(_("未保存：{why}").format(why=refusal))
        return
    _finish()
    session.pick(int(saved.id))
    session.announce(_("已保存：{code}").format(code=saved.code))


def _entry(draft: session.Draft) -> ledger.Draft:
    state = st.session_state
    upload = state.get("draft_photo")
    kept = (photos.keep(office().folder, upload.getvalue()),) if upload else ()
    sector, village = str(state.get("draft_sector") or ""), str(state.get("draft_village") or "")
    post = sectors.responsible(office().store.township().posts, sector, village)
    return ledger.draft(
        {
            "lon": round(draft.lon, 6),
            "lat": round(draft.lat, 6),
            "village_code": village,
            "sector": sector,
            "level": state.get("draft_level"),
            "description": state.get("draft_description") or "",
            "address": state.get("draft_address") or "",
            "coord_source": _SOURCE_OF_DATUM.get(draft.datum, "map_click"),
            "coord_raw": draft.typed,
            "station": post.station,
            "station_person": post.station_person,
            "leader": post.leader,
            "photos_before": kept,
        }
    )


def _finish() -> None:
    """Leave the form; its widgets forget what they held, so that the next draft starts empty."""
    session.drop_draft()
    for name in ("sector", "description", "address", "photo", "found", "village", "datum", "written"):
        st.session_state.pop(f"draft_{name}", None)
    session.remember_near([])
