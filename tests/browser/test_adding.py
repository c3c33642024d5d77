"""Adding: one click, one form, one record, whatever happens to the browser or the server meanwhile."""

import json
import os
import re
import subprocess
import sys

import geopandas as gpd
import pytest
from playwright.sync_api import expect

PLACE = (108.752, 27.213)
TEXT = "村民反映屋后边坡落石，约2立方米"


def begin(visitor, place=PLACE):
    visitor.key("hazard_add").locator("button").click()
    visitor.page.wait_for_selector('[data-mode="add"]', state="attached")
    visitor.click_map_at(*place)
    visitor.key("hazard_form").wait_for()


def fill(visitor, text=TEXT, sector="地质灾害"):
    visitor.choose("draft_sector", sector)
    visitor.key("responsible_post").wait_for()
    visitor.key("draft_description").locator("textarea").fill(text)


def save_button(visitor):
    return visitor.key("hazard_save").locator("button")


def layers_seen_by_ogr(atlas):
    """List the layers of the database file as a GIS program does: in its own process, with all of GDAL's drivers."""
    listing = "import json, pyogrio, sys; print(json.dumps([name for name, _ in pyogrio.list_layers(sys.argv[1])]))"
    environment = {name: value for name, value in os.environ.items() if name != "GDAL_SKIP"}
    done = subprocess.run(
        [sys.executable, "-c", listing, str(atlas.folder / "atlas.db")],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=True,
    )
    return set(json.loads(done.stdout))


def exported(atlas, name="after.csv"):
    import pandas as pd

    path = atlas.folder / name
    assert atlas.command("export", str(path)).returncode == 0
    return pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False)


def test_click_save_kill_and_start_again_the_hazard_is_still_there(own_atlas, visit):
    visitor = visit(own_atlas, "station").open("/")
    begin(visitor)
    fill(visitor)
    save_button(visitor).click()
    visitor.page.get_by_text("已保存").wait_for()
    visitor.until_total(668)
    own_atlas.kill()

    assert "hazard" in layers_seen_by_ogr(own_atlas)
    own_atlas.start()
    geopackage = own_atlas.folder / "out.gpkg"
    assert own_atlas.command("export", str(geopackage)).returncode == 0
    rows = gpd.read_file(geopackage)
    saved = rows[rows["description"] == TEXT]
    assert len(rows) == 668
    assert len(saved) == 1
    assert saved.geometry.iloc[0].distance(gpd.points_from_xy([PLACE[0]], [PLACE[1]])[0]) < 2e-4
    checked = own_atlas.command("check", "--json")
    assert json.loads(checked.stdout)["clean"], checked.stdout
    again = visit(own_atlas).open("/")
    assert again.drawn("total") == 668
    assert again.figure("unverified") == "1"
    assert again.figure("total") == "667"


def test_ogr_lists_the_layers_of_the_live_database(atlas, visit):
    visit(atlas).open("/")
    assert {"hazard", "geopoint", "route"} <= layers_seen_by_ogr(atlas)


@pytest.mark.parametrize("gap_ms", [0, 60, 120, 220, 600])
def test_a_double_click_on_save_writes_one_record(atlas, visit, gap_ms):
    text = f"双击保存试验，间隔{gap_ms}毫秒"
    visitor = visit(atlas, "station").open("/")
    begin(visitor)
    fill(visitor, text)
    save_button(visitor).scroll_into_view_if_needed()
    box = save_button(visitor).bounding_box()
    spot = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visitor.page.mouse.click(*spot)
    visitor.page.wait_for_timeout(gap_ms)
    visitor.page.mouse.click(*spot)
    visitor.page.get_by_text("已保存").wait_for()
    assert (exported(atlas)["description"] == text).sum() == 1


def test_a_refresh_during_the_save_leaves_one_record_or_none(atlas, visit):
    text = "保存时刷新试验"
    visitor = visit(atlas, "station").open("/")
    begin(visitor)
    fill(visitor, text)
    save_button(visitor).click(no_wait_after=True)
    visitor.page.reload()
    visitor.until_drawn()
    found = (exported(atlas)["description"] == text).sum()
    if found == 0:
        begin(visitor)
        fill(visitor, text)
        save_button(visitor).click()
        visitor.page.get_by_text("已保存").wait_for()
    assert (exported(atlas)["description"] == text).sum() == 1
    assert atlas.command("check").returncode == 0


def test_two_browsers_saving_at_once_write_one_record_each_and_see_each_others(atlas, visit):
    visitors = [visit(atlas, "station").open("/"), visit(atlas, "monitor").open("/")]
    before = visitors[0].drawn("total")
    for number, visitor in enumerate(visitors):
        begin(visitor, (108.75 + number / 500, 27.215))
        fill(visitor, f"同时保存试验{number}")
    for visitor in visitors:
        save_button(visitor).click(no_wait_after=True)
    for visitor in visitors:
        visitor.until_total(before + 2)
    rows = exported(atlas)
    assert rows["description"].str.startswith("同时保存试验").sum() == 2
    assert rows["hazard_id"].is_unique


def test_a_new_point_appears_in_another_session_within_two_seconds(atlas, visit):
    writer, watcher = visit(atlas, "station").open("/"), visit(atlas, "leader").open("/")
    total = watcher.drawn("total")
    begin(writer, (108.747, 27.2105))
    fill(writer, "另一处会话应当看到")
    save_button(writer).click()
    writer.page.get_by_text("已保存").wait_for()
    watcher.page.wait_for_selector(f'[data-ready="true"][data-total="{total + 1}"]', state="attached", timeout=2_000)


def test_the_form_names_village_station_and_leader_and_shows_near_duplicates_first(atlas, visit):
    visitor = visit(atlas, "station").open("/")
    row = exported(atlas).query("sector == 'TRAFFIC' and lon != ''").iloc[0]
    begin(visitor, (float(row["lon"]) + 0.0001, float(row["lat"]) + 0.0001))
    fill(visitor, "可能重复", sector="道路交通")
    near = visitor.key("near_duplicates")
    near.wait_for()
    assert row["hazard_id"] in near.inner_text()
    post = visitor.key("responsible_post").inner_text()
    assert "责任站所：" in post
    assert "—" not in post
    assert near.bounding_box()["y"] < visitor.key("draft_description").bounding_box()["y"]


def test_without_a_description_nothing_is_saved_and_the_field_is_named(atlas, visit):
    visitor = visit(atlas, "station").open("/")
    before = visitor.drawn("total")
    begin(visitor)
    save_button(visitor).click()
    visitor.page.get_by_text("未保存").wait_for()
    assert "隐患描述" in visitor.page.get_by_text("未保存").inner_text()
    assert visitor.drawn("total") == before


def test_outside_every_village_the_form_warns_and_lets_choose(atlas, visit):
    visitor = visit(atlas, "station").open("/")
    begin(visitor, (108.62, 27.12))
    visitor.page.get_by_text("不在任何村").wait_for()
    fill_outside = "边界之外的点"
    visitor.choose("draft_sector", "森林防火")
    visitor.choose("draft_village")
    visitor.key("draft_description").locator("textarea").fill(fill_outside)
    save_button(visitor).click()
    visitor.page.get_by_text("已保存").wait_for()
    assert (exported(atlas)["description"] == fill_outside).sum() == 1


def test_numbers_typed_in_gcj02_are_saved_in_wgs84(atlas, visit):
    visitor = visit(atlas, "station").open("/")
    begin(visitor)
    visitor.key("draft_coordinates").locator("summary").click()
    visitor.choose("draft_datum", "GCJ-02")
    longitude = visitor.key("draft_lon").locator("input")
    expect(longitude).to_have_value(re.compile(r"108\.756"))
    for field, value in (("draft_lon", "108.755500"), ("draft_lat", "27.210000")):
        visitor.key(field).locator("input").fill(value)
    visitor.key("draft_locate").locator("button").click()
    fill(visitor, "高德坐标录入")
    save_button(visitor).click()
    visitor.page.get_by_text("已保存").wait_for()
    row = exported(atlas).query("description == '高德坐标录入'").iloc[0]
    assert float(row["lon"]) == pytest.approx(108.7513, abs=6e-4)
    assert row["coord_source"] == "gcj02"


def test_a_photo_is_kept_without_its_position(atlas, visit, tmp_path):
    from PIL import Image

    picture = tmp_path / "{{7*7}}.jpg"
    image = Image.new("RGB", (640, 480), (120, 90, 60))
    exif = image.getexif()
    exif.get_ifd(0x8825)[2] = (27.0, 12.0, 0.0)
    image.save(picture, exif=exif)
    visitor = visit(atlas, "station").open("/")
    begin(visitor, (108.741, 27.209))
    fill(visitor, "带照片的隐患")
    visitor.key("draft_photo").locator("input[type=file]").set_input_files(str(picture))
    visitor.key("draft_photo").get_by_text("7*7").wait_for()
    save_button(visitor).click()
    visitor.page.get_by_text("已保存").wait_for()
    kept = list((atlas.folder / "photos").rglob("*.jpg"))
    assert len(kept) == 1
    with Image.open(kept[0]) as image_kept:
        assert not image_kept.getexif()
    shown = visitor.key("hazard_details").locator("img")
    shown.wait_for()
    visitor.page.wait_for_function("document.querySelector('.st-key-hazard_details img').naturalWidth > 0")
