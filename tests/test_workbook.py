"""The workbook: real dates and numbers under Chinese headers, nothing runs, nothing is cut off silently."""

import re
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.errors import CannotExport
from atlas.records import layers
from tests.worlds import NASTY, two_villages

TOWN = two_villages()
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
HEADER_ROW = 3

# domain.md 1.2: the headers people and the import know.
KNOWN = [
    *("序号", "隐患编号", "村（社区）", "具体位置", "经度", "纬度", "坐标来源", "定位精度（米）"),
    *("行业领域", "受检单位（场所）", "管理权限", "隐患描述", "隐患等级", "判定依据"),
    *("排查日期", "排查方式", "检查次号", "排查人"),
    *("整改措施", "整改资金（万元）", "应急预案或管控措施", "整改时限", "原时限", "延期次数", "整改情况", "完成日期"),
    *("责任单位", "责任人", "责任站所", "站所责任人", "包保（分管）领导", "督办级别"),
    *("复查人", "复查日期", "复查意见", "是否销号", "销号日期", "审核人"),
    *("函告文号", "主送单位", "函告日期", "要求反馈日期", "签收日期", "反馈日期", "反馈内容"),
    *("整改前照片", "整改后照片", "备注"),
]


def book(folder: Path, town=TOWN, what: str = "hazards") -> zipfile.ZipFile:
    layers.export(town, folder / "a.xlsx", what=what)
    return zipfile.ZipFile(folder / "a.xlsx")


def sheet(folder: Path, town=TOWN, what: str = "hazards") -> ElementTree.Element:
    with book(folder, town, what) as file:
        return ElementTree.fromstring(file.read("xl/worksheets/sheet1.xml"))


def decoded(text: str) -> str:
    """Read the text as Excel does: _xHHHH_ is the character of that number."""
    return re.sub(r"_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)


def table(xml: ElementTree.Element) -> list[dict[str, str | float | None]]:
    rows = {int(row.get("r")): [value(cell) for cell in row.iter(f"{MAIN}c")] for row in xml.iter(f"{MAIN}row")}
    header = rows[HEADER_ROW]
    return [dict(zip(header, values, strict=True)) for number, values in rows.items() if number > HEADER_ROW]


def value(cell: ElementTree.Element) -> str | float | None:
    text, number = cell.find(f"{MAIN}is/{MAIN}t"), cell.find(f"{MAIN}v")
    if text is not None:
        return decoded(text.text or "")
    return None if number is None else float(number.text)


def test_every_header_the_township_knows_is_there(tmp_path):
    assert [title for title in KNOWN if title not in table(sheet(tmp_path))[0]] == []


def test_codes_become_what_people_read(tmp_path):
    row = table(sheet(tmp_path))[0]
    read = [row[title] for title in ("状态", "村（社区）", "行业领域", "隐患等级", "管理权限", "排查方式", "是否销号")]
    assert read == ["已销号", "思州社区", "道路交通", "一般隐患", "镇管", "专项检查", "是"]


def test_days_and_numbers_are_real_ones(tmp_path):
    rows = table(sheet(tmp_path))
    assert (rows[0]["序号"], rows[0]["排查日期"], rows[0]["经度"]) == (1.0, 44259.0, 108.71)
    assert (rows[2]["整改资金（万元）"], rows[2]["整改前照片"], rows[6]["经度"]) == (1.5, None, None)


def test_every_row_is_there_void_and_unplaced_ones_too(tmp_path):
    assert [row["隐患编号"] for row in table(sheet(tmp_path))] == TOWN.hazards["hazard_id"].tolist()


@pytest.mark.parametrize("number", NASTY)
def test_a_nasty_text_is_a_text(tmp_path, number):
    assert table(sheet(tmp_path))[number - 1]["隐患描述"] == NASTY[number]


@settings(max_examples=60, deadline=None)
@given(text=st.text(min_size=1, max_size=40) | st.from_regex(r"<r>.*</r>", fullmatch=True) | st.just("_x0041_"))
def test_no_text_breaks_the_file_or_becomes_a_formula_or_a_link(tmp_path_factory, text):
    town = replace(TOWN, hazards=TOWN.hazards.assign(note=text))
    xml = sheet(tmp_path_factory.mktemp("any"), town)
    assert xml.findall(f".//{MAIN}f") == xml.findall(f".//{MAIN}hyperlink") == []
    assert str(table(xml)[0]["备注"]).rstrip(" ") == text.replace("\0", "\ufffd").rstrip(" ")


@pytest.mark.parametrize("text", ["=1+1", "http://example.com", "mailto:a@b.c", "internal:A1", "{=1+1}"])
def test_what_looks_like_a_formula_or_a_link_stays_a_text(tmp_path, text):
    xml = sheet(tmp_path, replace(TOWN, hazards=TOWN.hazards.assign(note=text)))
    assert xml.findall(f".//{MAIN}f") == xml.findall(f".//{MAIN}hyperlink") == []
    assert table(xml)[0]["备注"] == text


def test_a_text_as_long_as_a_cell_is_kept_whole(tmp_path):
    xml = sheet(tmp_path, replace(TOWN, hazards=TOWN.hazards.assign(note="落" * 32_767)))
    assert table(xml)[0]["备注"] == "落" * 32_767


@pytest.mark.parametrize("text", ["落" * 32_768, "😀" * 16_384], ids=["characters", "pairs"])
def test_a_text_longer_than_a_cell_is_refused_with_its_row_and_column(tmp_path, text):
    with pytest.raises(CannotExport, match="第 1 行“备注”"):
        sheet(tmp_path, replace(TOWN, hazards=TOWN.hazards.assign(note=text)))
    assert list(tmp_path.iterdir()) == []


def test_title_and_notice_stand_above_and_the_notice_on_every_printed_page(tmp_path):
    xml = sheet(tmp_path)
    above = [cell.text for cell in xml.findall(f".//{MAIN}row/{MAIN}c/{MAIN}is/{MAIN}t")[:2]]
    assert above == [
        "思旸镇安全隐患排查治理台账（截至 2021-12-31）",
        f"{TOWN.town.notice_zh} / {TOWN.town.notice_en}",
    ]
    footer = xml.find(f".//{MAIN}oddFooter").text
    assert TOWN.town.notice_zh in footer
    assert "第 &P 页，共 &N 页" in footer


def test_it_prints_across_with_its_header_on_every_page(tmp_path):
    xml = sheet(tmp_path)
    assert xml.find(f".//{MAIN}pageSetup").get("orientation") == "landscape"
    pane = xml.find(f".//{MAIN}pane")
    assert (pane.get("state"), pane.get("ySplit")) == ("frozen", "3")
    with book(tmp_path) as file:
        assert "$3:$3" in file.read("xl/workbook.xml").decode()


def test_the_same_ledger_gives_the_same_bytes(tmp_path):
    layers.export(TOWN, tmp_path / "a.xlsx")
    layers.export(TOWN, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_villages_and_routes_have_their_own_sheets(tmp_path):
    assert [row["村（社区）"] for row in table(sheet(tmp_path, what="villages"))] == ["思州社区", "新安村"]
    assert [row["途经点位"] for row in table(sheet(tmp_path, what="routes"))] == ["GP-01;RS-01"]
