"""The side panel (侧栏): the form, the chosen hazard's details, the route's stops and the linked list."""

import streamlit as st

from atlas import accounts, wording
from atlas.desk import details, forms, list_view, saving, scene, session
from atlas.desk.plain import plain
from atlas.errors import AtlasError
from atlas.hazards import Catalogue, Filters, Mask
from atlas.routes import length_m, line_of, stops_in_order
from atlas.township import Actor, Township
from atlas.wording import _, label, named


def show(catalogue: Catalogue, filters: Filters, keep: Mask, *, account: Actor) -> None:
    """Show what belongs beside the map, the most pressing first."""
    township = catalogue.township
    is_today = township.as_of == session.today()
    _say(is_today)
    if is_today and accounts.may(account.role, "report"):
        _offer_undo(account)
        _offer_adding()
        forms.new_hazard(township, account, township.as_of)
    picked = session.picked()
    if len(picked) > 1:
        _choose_one(township, picked)
    elif picked:
        details.show(township, picked[0], account, is_today=is_today)
    if filters.route:
        _show_route(township, filters.route)
    _show_list(catalogue, keep)


def _say(is_today: bool) -> None:
    said = session.announcement()
    if said:
        st.info(plain(said))
    if not is_today:
        st.info(_("正在查看历史日期，只能看不能改。"))


def _offer_undo(account: Actor) -> None:
    if session.last_move() is not None:
        st.button(_("撤销移动"), key="undo_move", on_click=_undo, args=(account,))
    if session.moving() is not None:
        st.text(_("请在地图上点一下新位置。"))
        st.button(_("取消移动"), key="stop_moving", on_click=session.start_moving, args=(None,))


def _undo(account: Actor) -> None:
    moved = session.last_move()
    if moved is None:
        return
    try:
        saved = saving.undo_move(session.store(), moved, on=session.today(), by=account)
    except AtlasError as refusal:
        session.announce(_("未移动：{why}").format(why=refusal))
        return
    session.remember_move(None)
    session.announce(_("已移动：{code}").format(code=saved.code))


def _offer_adding() -> None:
    if session.is_adding():
        st.text(_("请在地图上点一下隐患所在位置。") if session.draft() is None else "")
        st.button(_("退出登记"), key="hazard_stop", on_click=session.drop_draft, width="stretch")
    else:
        st.button(_("＋ 登记隐患"), key="hazard_add", type="primary", on_click=session.start_adding, width="stretch")


def _choose_one(township: Township, picked: tuple[int, ...]) -> None:
    with st.container(key="same_spot", border=True):
        st.text(_("此处有 {count} 项隐患：").format(count=len(picked)))
        for number in picked[:50]:
            row = township.hazards.loc[number]
            st.text(f"{row['hazard_id']} · {label(wording.STATE, row['state'])}\n{row['description'][:40]}")
            st.button(_("查看"), key=f"spot_{number}", on_click=session.pick, args=(number,))


def _show_route(township: Township, route: str) -> None:
    row = township.routes.loc[route]
    stops = stops_in_order(township.stops, township.geopoints, route)
    walked = int((township.patrols["route_id"] == route).sum())
    lines = [
        _("{mode} · 全长 {km:.1f} 公里 · 计划 {minutes} 分钟 · 已巡查 {walked} 次").format(
            mode=label(wording.MODE, row["mode"]),
            km=length_m(line_of(township.routes, route)) / 1000,
            minutes=row["planned_min"],
            walked=walked,
        )
    ]
    lines += [
        f"{stop['position']}. {named(township.geopoints, stop['point_id'])}"
        f"（{label(wording.GEO_CLASS, stop['geo_class'])} · {label(wording.GEO_TYPE, stop['type'])}）"
        for _number, stop in stops.iterrows()
    ]
    with st.expander(plain(named(township.routes, route)), expanded=True, key="route_stops"):
        st.text("\n".join(lines))


def _show_list(catalogue: Catalogue, keep: Mask) -> None:
    shown = int(keep.sum())
    picked = session.picked()[0] if len(session.picked()) == 1 else None
    pages = max(1, -(-shown // scene.PAGE_ROWS))
    _turn_to_picked(catalogue, keep, picked)
    page = min(session.list_page(), pages - 1)
    st.text(_("共 {count} 项").format(count=shown))
    list_view.show(scene.rows(catalogue, keep, page), total=shown, picked=picked, on_picked=session.pick)
    if pages > 1:
        _show_pages(page, pages)


def _show_pages(page: int, pages: int) -> None:
    with st.container(key="list_pages", horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
        is_first, is_last = page == 0, page == pages - 1
        st.button("‹", key="list_back", help=_("上一页"), disabled=is_first, on_click=session.turn_to, args=(page - 1,))
        st.text(f"{page + 1} / {pages}")
        st.button("›", key="list_on", help=_("下一页"), disabled=is_last, on_click=session.turn_to, args=(page + 1,))


def _turn_to_picked(catalogue: Catalogue, keep: Mask, picked: int | None) -> None:
    if picked == st.session_state.get("list_follows"):
        return
    st.session_state["list_follows"] = picked
    page = scene.page_of(catalogue, keep, picked) if picked is not None else None
    if page is not None:
        session.turn_to(page)
