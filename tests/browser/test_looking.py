"""Looking: list and map linked, details with history, routes, colours, dates, languages, phone, offline."""

import pytest


def test_choosing_in_the_list_moves_the_map_there_and_shows_the_details(atlas, visit):
    visitor = visit(atlas).open("/?sector=WATER")
    row = visitor.key("hazard_list").locator("[data-id]").nth(3)
    number = row.get_attribute("data-id")
    row.click()
    visitor.key("hazard_details").wait_for()
    visitor.page.wait_for_function("location.search.includes('hazard=')")
    assert f"hazard={number}" in visitor.page.url
    visitor.page.wait_for_function("window.atlasMap.map.getZoom() >= 14")
    assert "办理经过" in visitor.key("hazard_details").inner_text()


def test_clicking_a_point_shows_it_in_the_list_and_in_the_details(atlas, visit):
    visitor = visit(atlas).open("/?sector=FOREST")
    first = visitor.key("hazard_list").locator("[data-id]").last
    number = int(first.get_attribute("data-id"))
    lon, lat = visitor.page.evaluate(
        """number => {
            const {columns} = window.atlasMap.points;
            const {lng, lat} = window.L.latLng(columns.latLng(columns.rowOf(number)));
            return [lng, lat];
        }""",
        number,
    )
    visitor.click_map_at(lon, lat)
    visitor.page.wait_for_selector(".st-key-hazard_details, .st-key-same_spot")
    if visitor.key("same_spot").count():
        visitor.key("same_spot").get_by_role("button").first.click()
    visitor.key("hazard_details").wait_for()
    chosen = visitor.key("hazard_list").locator('[aria-current="true"]')
    chosen.wait_for()
    assert chosen.is_visible()


def test_a_route_shows_its_line_its_stops_in_order_and_the_hazards_along_it(atlas, visit):
    visitor = visit(atlas).open("/?route=R1")
    stops = visitor.key("route_stops").inner_text()
    assert "1. " in stops
    assert stops.index("1. ") < stops.index("2. ")
    near = visitor.drawn("shown")
    assert 0 < near < 667
    visitor.key("route_reach").get_by_role("slider").press("End")
    visitor.page.wait_for_function(f"Number(document.querySelector('[data-shown]').dataset.shown) > {near}")


def test_the_past_shows_the_ledger_as_it_stood_and_cannot_be_changed(atlas, visit):
    visitor = visit(atlas).open("/?as_of=2021-06-30")
    asked = atlas.figures("--as-of", "2021-06-30")
    strip = visitor.strip()
    assert strip["total"] == str(asked["total"])
    assert strip["open"] == str(asked["open"])
    assert asked["open"] > 0
    assert visitor.key("hazard_add").count() == 0
    visitor.page.get_by_text("只能看不能改").wait_for()


def test_villages_are_coloured_by_a_figure_and_the_legend_says_so(atlas, visit):
    visitor = visit(atlas).open("/?figure=total")
    visitor.map.get_by_role("button", name="图例").click()
    visitor.page.locator(".atlas-legend").get_by_text("隐患总数").wait_for()


def test_everything_speaks_english_after_one_switch(atlas, visit):
    visitor = visit(atlas, "leader").open("/")
    visitor.key("language").get_by_text("English").click()
    visitor.page.get_by_text("Hazard Atlas").first.wait_for()
    visitor.page.wait_for_function("location.search.includes('language=en')")
    visitor.until_drawn()
    wording = visitor.page.locator("[data-figure], .st-key-head, section[data-testid=stSidebar] label")
    for text in wording.all_inner_texts():
        signs = [sign for sign in text.replace("中文", "") if "\u4e00" <= sign <= "\u9fff"]
        assert not signs, text


def test_a_viewer_is_offered_no_change(atlas, visit):
    visitor = visit(atlas, "viewer").open("/")
    assert visitor.key("hazard_add").count() == 0
    visitor.key("hazard_list").locator("[data-id]").first.click()
    visitor.key("hazard_details").wait_for()
    assert visitor.key("hazard_move").count() == 0
    assert visitor.key("hazard_void").count() == 0


def test_the_map_is_usable_on_a_phone(atlas, visit):
    visitor = visit(atlas, "monitor", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).open("/")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
    box = visitor.map.bounding_box()
    assert box["width"] >= 340
    assert box["height"] >= 340
    visitor.key("hazard_add").locator("button").click()
    visitor.page.wait_for_selector('[data-mode="add"]', state="attached")
    visitor.map.scroll_into_view_if_needed()
    visitor.click_map_at(108.752, 27.213)
    visitor.key("hazard_form").wait_for()
    form = visitor.key("hazard_form").bounding_box()
    assert form["width"] <= 390
    visitor.page.wait_for_function(
        "document.querySelector('.st-key-hazard_form').getBoundingClientRect().top < innerHeight - 80"
    )


def test_chinese_text_is_drawn_by_a_chinese_font_with_no_glyph_missing(atlas, visit):
    visitor = visit(atlas).open("/")
    inspector = visitor.context.new_cdp_session(visitor.page)
    inspector.send("DOM.enable")
    inspector.send("CSS.enable")
    root = inspector.send("DOM.getDocument", {"depth": -1})["root"]["nodeId"]
    for selector in (".st-key-head", ".strip", ".st-key-hazard_list", "section[data-testid=stSidebar]", ".atlas-map"):
        node = inspector.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
        nodes = [node, *inspector.send("DOM.querySelectorAll", {"nodeId": node, "selector": "*"})["nodeIds"]]
        fonts = {
            font["familyName"]
            for part in nodes
            for font in inspector.send("CSS.getPlatformFontsForNode", {"nodeId": part})["fonts"]
        }
        assert any("CJK" in font for font in fonts), (selector, fonts)
        assert not any("LastResort" in font for font in fonts), (selector, fonts)


@pytest.mark.parametrize("width", [1400, 1920])
def test_without_the_test_tools_bypass_the_policy_lets_the_whole_map_through(atlas, visit, width):
    refused: list[str] = []
    visitor = visit(atlas, "leader", bypass_csp=False, viewport={"width": width, "height": 900})
    visitor.page.on("console", lambda message: refused.append(message.text) if "violates" in message.text else None)
    visitor.open("/")
    assert visitor.drawn("shown") == 667
    assert not [text for text in refused if "Refused to load" in text or "connect-src" in text]
