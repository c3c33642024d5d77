"""Filtering: strip, list and drawn points agree with a recount of what `atlas export` writes."""

import random
from itertools import combinations
from urllib.parse import urlencode

import geopandas as gpd
import pandas as pd
import pytest

METRES = "EPSG:4545"
COMBINATIONS = 44


@pytest.fixture(scope="module")
def exported(atlas):
    """The rows of `atlas export` as of a day when items of every state stood in the ledger."""
    path = atlas.folder / "recount.csv"
    done = atlas.command("export", str(path), "--as-of", "2021-09-15")
    assert done.returncode == 0, done.stderr
    rows = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False, dtype={"village_code": str})
    return rows.assign(overdue=rows["overdue"].astype(str).str.lower().isin(["true", "1"]))


@pytest.fixture(scope="module")
def exported_routes(atlas):
    path = atlas.folder / "routes.geojson"
    done = atlas.command("export", str(path.with_name("routes_out.geojson")), "--what", "routes")
    assert done.returncode == 0, done.stderr
    return gpd.read_file(path.with_name("routes_out.geojson")).set_index("route_id").to_crs(METRES)


def recount(rows, routes, chosen):
    """Count plainly what the chosen filters leave."""
    keep = rows["state"] == chosen["status"] if "status" in chosen else rows["state"] != "VOID"
    for name, column in (("sector", "sector"), ("village", "village_code"), ("level", "level")):
        if name in chosen:
            keep &= rows[column] == chosen[name]
    if "overdue" in chosen:
        keep &= rows["overdue"]
    if "text" in chosen:
        columns = ["description", "address", "unit_name", "note"]
        keep &= rows[columns].astype(str).apply(lambda column: column.str.contains(chosen["text"])).any(axis=1)
    if "route" in chosen:
        lon, lat = pd.to_numeric(rows["lon"]), pd.to_numeric(rows["lat"])
        points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326").to_crs(METRES)
        keep &= (points.distance(routes.geometry.loc[chosen["route"]]) <= 200).to_numpy()
    return rows[keep]


def random_pairs(rows, routes):
    """Draw pairs of filters with values the data bears."""
    draw = random.Random(667)
    values = {
        "sector": sorted(rows["sector"].unique()),
        "status": sorted(rows["state"].unique()),
        "village": sorted(rows["village_code"].unique()),
        "level": ["general", "major"],
        "overdue": ["1"],
        "text": ["护栏", "破损", "积水", "未"],
        "route": sorted(routes.index),
    }
    pairs = list(combinations(values, 2)) * 3
    draw.shuffle(pairs)
    return [{name: draw.choice(values[name]) for name in pair} for pair in pairs[:COMBINATIONS]]


def expected_strip(rows):
    state = rows["state"].value_counts()
    closed, referred = int(state.get("CLOSED", 0)), int(state.get("REFERRED", 0))
    open_ = int(sum(state.get(name, 0) for name in ("REGISTERED", "ASSIGNED", "RECTIFYING", "PENDING_REVIEW")))
    return {"total": closed + referred + open_, "closed": closed, "referred": referred, "open": open_,
            "overdue": int(rows["overdue"].sum())}  # fmt: skip


def test_every_pair_of_filters_agrees_with_a_recount(atlas, visit, exported, exported_routes):
    visitor = visit(atlas)
    pairs = random_pairs(exported, exported_routes)
    assert len(pairs) >= 40
    for chosen in pairs:
        left = recount(exported, exported_routes, chosen)
        visitor.open("/?" + urlencode({"as_of": "2021-09-15", **chosen}))
        assert visitor.drawn("shown") == len(left), chosen
        strip = visitor.strip()
        for name, count in expected_strip(left).items():
            assert strip[name] == str(count), chosen
        listed = visitor.key("hazard_list").locator("[data-count]")
        assert listed.get_attribute("data-count") == str(len(left)), chosen
        assert listed.locator("[data-id]").count() == min(len(left), 100), chosen


def test_a_filter_chosen_by_hand_stands_in_the_address_and_opens_the_same_view_elsewhere(atlas, visit):
    first = visit(atlas).open("/")
    first.choose("filter_sector", "消防安全")
    first.page.wait_for_function("location.search.includes('sector=FIRE')")
    first.page.wait_for_selector('[data-ready="true"]:not([data-shown="667"])', state="attached")
    shown = first.drawn("shown")
    first.page.evaluate("window.atlasMap.map.setView([27.2, 108.74], 15, {animate: false})")
    first.page.wait_for_function("location.hash.startsWith('#map=15/27.2')")
    second = visit(atlas, "leader").open(first.page.url).until_shown(shown)
    assert second.page.evaluate("window.atlasMap.map.getZoom()") == 15
    assert second.figure("total") == str(shown)


def test_the_count_beside_a_choice_is_what_it_leaves(atlas, visit):
    visitor = visit(atlas).open("/?village=522626100204")
    visitor.key("filter_status").locator("input").click()
    option = visitor.page.get_by_role("option", name="已销号")
    count = int(option.inner_text().rsplit("·", 1)[1])
    option.click()
    visitor.until_shown(count)


def test_two_choices_made_fast_both_count(atlas, visit):
    visitor = visit(atlas).open("/")
    visitor.choose("filter_sector", "消防安全")
    visitor.page.get_by_role("option", name="校园和校车").click()
    visitor.page.wait_for_function(
        "location.search.includes('sector=FIRE') && location.search.includes('sector=SCHOOL')"
    )


def test_clearing_shows_all_again(atlas, visit):
    visitor = visit(atlas).open("/?sector=FIRE&status=CLOSED&text=消防")
    visitor.key("filter_clear").locator("button").click()
    visitor.until_shown(667)
    visitor.page.wait_for_function("location.search === ''")


def test_search_finds_by_pinyin_initials(atlas, visit):
    by_sign = visit(atlas).open("/?" + urlencode({"text": "护栏"})).drawn("shown")
    by_initials = visit(atlas).open("/?" + urlencode({"text": "hl"})).drawn("shown")
    assert 0 < by_sign <= by_initials < 667


@pytest.mark.parametrize(
    "address",
    ["/?sector=NOWHERE", "/?as_of=gestern", "/?route=%7B%7B7*7%7D%7D", "/?hazard=abc", "/?level=%00", "/?figure=x"],
)
def test_nonsense_in_the_address_is_passed_over(atlas, visit, address):
    assert visit(atlas).open(address).drawn("shown") == 667
