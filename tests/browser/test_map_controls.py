"""The map's own controls: scale, measure, full screen, position, layers."""

import re

from playwright.sync_api import expect


def control(visitor, name):
    return visitor.map.get_by_role("button", name=name)


def test_the_scale_is_metric(atlas, visit):
    visitor = visit(atlas).open("/")
    expect(visitor.page.locator(".leaflet-control-scale-line")).to_have_text(re.compile(r"^\d+ k?m$"))


def test_a_distance_is_measured_point_by_point(atlas, visit):
    visitor = visit(atlas).open("/")
    control(visitor, "量距").click()
    visitor.click_map_at(108.75, 27.21)
    visitor.click_map_at(108.76, 27.21)
    visitor.page.keyboard.press("Enter")
    # 0.01 degrees of longitude are 990 m here.
    expect(visitor.page.locator(".atlas-tape-label").last).to_have_text(re.compile(r"9[89]\d 米|0\.99 公里|1\.0 公里"))
    assert visitor.key("hazard_form").count() == 0


def test_full_screen_fills_the_window_and_ends_again(atlas, visit):
    visitor = visit(atlas).open("/")
    before = visitor.map.bounding_box()
    control(visitor, "全屏").click()
    visitor.page.wait_for_function("document.querySelector('.atlas-map').offsetWidth >= innerWidth - 1")
    control(visitor, "退出全屏").click()
    visitor.page.wait_for_function(f"document.querySelector('.atlas-map').offsetWidth < {before['width'] + 2}")


def test_my_position_is_shown_where_the_browser_gives_it(atlas, visit):
    visitor = visit(atlas, geolocation={"longitude": 108.751, "latitude": 27.212}, permissions=["geolocation"])
    visitor.open("/")
    control(visitor, "我的位置").click()
    visitor.page.get_by_text("当前位置").wait_for()
    visitor.page.wait_for_function("Math.abs(window.atlasMap.map.getCenter().lng - 108.751) < 0.01")


def test_a_refused_position_is_said_and_nothing_breaks(atlas, visit):
    visitor = visit(atlas, permissions=[]).open("/")
    control(visitor, "我的位置").click()
    visitor.page.get_by_text(re.compile("浏览器未允许定位|暂时取不到位置")).wait_for()
    assert visitor.drawn("shown") == 667


def test_place_names_can_be_switched_off(atlas, visit):
    visitor = visit(atlas).open("/")
    names = visitor.map.get_by_text("思州社区", exact=True)
    names.wait_for()
    control(visitor, "图层").click()
    visitor.map.get_by_label("地名").uncheck()
    names.wait_for(state="hidden")
