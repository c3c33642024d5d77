"""Text of the data is shown as text: nothing of it runs on the server or in the browser, the map stays whole."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser import hostile
from tests.browser.running import copied, serving

KINDS = ("description", "note", "village", "route", "sector", "station", "column")


def attack(folder, kind, sentinel):
    """Put the payloads into one kind of text of a town's folder, before its database is made."""
    (folder / "atlas.db").unlink()
    if kind in ("description", "note"):
        hostile.rewrite_ledger(folder / "ledger.jsonl", (kind,), sentinel)
    elif kind == "village":
        hostile.rename_in_geojson(folder / "villages.geojson", "name_zh", sentinel)
    elif kind == "route":
        hostile.rename_in_geojson(folder / "routes.geojson", "name_zh", sentinel)
    elif kind == "column":
        column = hostile.payload(0, sentinel)
        hostile.rename_in_geojson(folder / "villages.geojson", "name_en", sentinel, extra_column=column)
    else:
        hostile.rename_in_csv(folder / f"{kind}s.csv", "name_zh", sentinel)


@pytest.mark.parametrize("kind", KINDS)
def test_payloads_in_one_kind_of_text_are_shown_as_text(kind, demo_folder, tmp_path, visit):
    sentinel = tmp_path / "evaluated"
    folder = copied(demo_folder, tmp_path / "siyang")
    attack(folder, kind, sentinel)
    with serving(folder) as atlas:
        visitor = visit(atlas, "office")
        for address in ("/?status=CLOSED&figure=total", "/?route=R1", "/?language=en&hazard=1", "/?hazard=2"):
            visitor.open(address)
            assert visitor.drawn("total") == 667
            visitor.page.wait_for_function("document.querySelectorAll('.atlas-map canvas').length > 0")
            assert not visitor.page.evaluate("window.hit")
            assert hostile.EVALUATED not in visitor.page.content()
        assert not sentinel.exists()
        for suffix in ("csv", "geojson", "gpkg", "xlsx"):
            assert atlas.command("export", str(tmp_path / f"out.{suffix}")).returncode == 0
        assert not sentinel.exists()


def test_a_payload_in_a_description_stands_in_list_and_details_letter_by_letter(demo_folder, tmp_path, visit):
    folder = copied(demo_folder, tmp_path / "siyang")
    attack(folder, "description", tmp_path / "evaluated")
    with serving(folder) as atlas:
        visitor = visit(atlas, "office")
        for number in range(len(hostile.PAYLOADS)):
            visitor.open("/?" + urlencode({"hazard": number + 1}))
            details = visitor.key("hazard_details")
            details.wait_for()
            shown = "".join(details.inner_text().split())
            expected = [hostile.payload(n, tmp_path / "evaluated") for n in range(len(hostile.PAYLOADS))]
            assert any("".join(text.split()) in shown for text in expected)


def test_payloads_typed_into_the_form_are_saved_and_shown_as_text(atlas, visit, tmp_path):
    from tests.browser.test_adding import begin, fill, save_button

    visitor = visit(atlas, "station").open("/")
    for number in range(len(hostile.PAYLOADS)):
        text = hostile.payload(number, tmp_path / "evaluated")
        begin(visitor, (108.745 + number / 1000, 27.212))
        fill(visitor, text)
        visitor.key("draft_address").locator("input").fill(text)
        save_button(visitor).click()
        visitor.until_total(668 + number)
        expect(visitor.key("hazard_details")).to_contain_text(text)
        assert not visitor.page.evaluate("window.hit")
    assert not (tmp_path / "evaluated").exists()
