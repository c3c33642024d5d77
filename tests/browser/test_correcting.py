"""Correcting: a point is moved and moved back; an item is voided, never deleted."""

import pandas as pd


def exported(atlas):
    path = atlas.folder / "rows.csv"
    assert atlas.command("export", str(path)).returncode == 0
    return pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False).set_index("hazard_id")


def test_a_point_is_moved_and_the_move_undone(own_atlas, visit):
    before = exported(own_atlas).iloc[5]
    visitor = visit(own_atlas, "office").open(f"/?text={before.name}")
    visitor.key("hazard_list").locator("[data-id]").first.click()
    visitor.key("hazard_move").locator("button").click()
    visitor.page.wait_for_selector('[data-mode="move"]', state="attached")
    visitor.click_map_at(108.7555, 27.2165)
    visitor.key("undo_move").locator("button").wait_for()
    moved = exported(own_atlas).loc[before.name]
    assert abs(float(moved["lon"]) - 108.7555) < 2e-4
    visitor.key("undo_move").locator("button").click()
    visitor.key("undo_move").wait_for(state="detached")
    back = exported(own_atlas).loc[before.name]
    assert (back["lon"], back["lat"], back["village_code"]) == (before["lon"], before["lat"], before["village_code"])
    assert own_atlas.command("check").returncode == 0


def test_voiding_one_item_leaves_666_and_keeps_the_row(own_atlas, visit):
    assert own_atlas.figures()["total"] == 667
    visitor = visit(own_atlas, "office").open("/?status=CLOSED")
    visitor.key("hazard_list").locator("[data-id]").first.click()
    visitor.key("hazard_void").locator("button").first.click()
    visitor.page.get_by_role("button", name="确认作废").click()
    visitor.page.get_by_text("请填写原因").wait_for()
    assert own_atlas.figures()["total"] == 667
    if not visitor.page.get_by_role("button", name="确认作废").is_visible():
        visitor.key("hazard_void").locator("button").first.click()
    reason = visitor.key("void_reason").locator("input")
    reason.fill("重复登记")
    reason.press("Enter")
    visitor.page.get_by_role("button", name="确认作废").click()
    visitor.page.get_by_text("已作废：").wait_for()
    asked = own_atlas.figures()
    assert (asked["total"], asked["closed"], asked["void"]) == (666, 650, 1)
    assert len(exported(own_atlas)) == 667
    visitor.open("/")
    assert visitor.figure("total") == "666"


def test_station_staff_may_not_void(atlas, visit):
    visitor = visit(atlas, "station").open("/")
    visitor.key("hazard_list").locator("[data-id]").first.click()
    visitor.key("hazard_move").wait_for()
    assert visitor.key("hazard_void").count() == 0
