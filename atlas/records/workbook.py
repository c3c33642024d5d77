"""The workbook (Excel 台账): a sheet that people in the township know, with real dates and numbers."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time
from pathlib import Path

import geopandas as gpd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from atlas.errors import CannotExport
from atlas.records.workbook_columns import TITLES, Heading, headings
from atlas.township import Town, Township
from atlas.wording import _

# What one cell of Excel holds, counted as UTF-16; xlsxwriter would cut the rest off without a word.
LONGEST_TEXT = 32_767
MOST_ROWS = 1_048_576

Looks = Mapping[str, Format]

_A3 = 8
_HEADER_ROW = 2
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    # One row in memory at a time: a province's ledger would not fit otherwise.
    "constant_memory": True,
}
_BOXED = {"valign": "top", "border": 1, "text_wrap": True}
_LOOKS: Mapping[str, Mapping[str, object]] = {
    "title": {"bold": True, "font_size": 16},
    "notice": {"bold": True, "font_color": "#C00000"},
    "header": _BOXED | {"bold": True, "bg_color": "#E7E6E6", "align": "center", "valign": "vcenter"},
    "text": _BOXED,
    "whole": _BOXED | {"num_format": "0"},
    "count": _BOXED | {"num_format": "0"},
    "number": _BOXED | {"num_format": "0.0##"},
    "degree": _BOXED | {"num_format": "0.000000"},
    "day": _BOXED | {"num_format": "yyyy-mm-dd", "align": "center"},
}


def notice(town: Town) -> str:
    """Return what every export says of invented data, in both languages; "" for a real town."""
    return f"{town.notice_zh} / {town.notice_en}" if town.is_synthetic else ""


def write(township: Township, layer: gpd.GeoDataFrame, path: Path, *, what: str = "hazards") -> None:
    """Write a layer as `atlas.records.layers` prepares it as an Excel workbook with Chinese headers.

    `what` is "hazards", "villages" or "routes". Raises CannotExport, before or while writing, for a
    text or a number of rows that Excel does not hold.
    """
    columns = headings(township, what)
    if len(layer) + _HEADER_ROW + 1 > MOST_ROWS:
        raise CannotExport(_("{count} 行超过 Excel 一张表的行数；请改用 .csv 或 .gpkg").format(count=len(layer)))
    says = notice(township.town)
    title = f"{township.town.name_zh}{TITLES[what]}（截至 {township.as_of.isoformat()}）"
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        # The day of the data and not of the writing, so that the same ledger gives the same file.
        created = datetime.combine(township.as_of, time())
        book.set_properties({"title": title, "comments": says, "created": created})
        looks = {name: book.add_format(dict(look)) for name, look in _LOOKS.items()}
        sheet = book.add_worksheet(TITLES[what])
        _set_up(sheet, columns, len(layer))
        _set_up_print(sheet, title, says)
        _write_head(sheet, columns, looks, (title, says))
        for number, values in enumerate(_cells(layer, columns), start=_HEADER_ROW + 1):
            _write_row(sheet, number, zip(columns, values, strict=True), looks)


def _set_up(sheet: Worksheet, columns: list[Heading], rows: int) -> None:
    sheet.set_column(0, 0, 6)
    for number, column in enumerate(columns, start=1):
        sheet.set_column(number, number, column.width)
    sheet.freeze_panes(_HEADER_ROW + 1, 2)
    sheet.autofilter(_HEADER_ROW, 0, _HEADER_ROW + rows, len(columns))


def _set_up_print(sheet: Worksheet, title: str, says: str) -> None:
    """Lay the sheet out for A3 across; a ledger wider than a page goes on beside it under its numbers."""
    sheet.set_landscape()
    sheet.set_paper(_A3)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.7)
    sheet.repeat_rows(_HEADER_ROW)
    sheet.repeat_columns(0, 1)
    sheet.print_across()
    sheet.hide_gridlines(0)
    # In a footer, which holds 255 characters at most, "&" begins a code of Excel's.
    left, centre = (text[:90].replace("&", "＆") for text in (says, title))
    sheet.set_footer(f"&L{left}&C{centre}&R第 &P 页，共 &N 页")


def _write_head(sheet: Worksheet, columns: list[Heading], looks: Looks, above: tuple[str, str]) -> None:
    sheet.write_string(0, 0, above[0], looks["title"])
    sheet.write_string(1, 0, above[1], looks["notice"])
    sheet.set_row(_HEADER_ROW, 32)
    sheet.write_string(_HEADER_ROW, 0, "序号", looks["header"])
    for number, column in enumerate(columns, start=1):
        sheet.write_string(_HEADER_ROW, number, column.title, looks["header"])


def _cells(layer: gpd.GeoDataFrame, columns: list[Heading]) -> Iterator[tuple[object, ...]]:
    """Yield the values of each row in the order of the columns, None where there is none."""
    table = layer[[column.key for column in columns]].astype(object)
    filled = table.where(table.notna().to_numpy(), None)
    yield from filled.itertuples(index=False, name=None)


def _write_row(sheet: Worksheet, number: int, cells: Iterable[tuple[Heading, object]], looks: Looks) -> None:
    sheet.write_number(number, 0, number - _HEADER_ROW, looks["whole"])
    for place, (column, value) in enumerate(cells, start=1):
        look = looks[column.kind]
        if value is None or value == "":
            sheet.write_blank(number, place, None, look)
        elif column.kind == "day":
            sheet.write_datetime(number, place, value, look)
        elif column.kind == "count":
            sheet.write_number(number, place, len(str(value).split(";")), look)
        elif column.kind == "text":
            sheet.write_string(number, place, _text(column, value, number), look)
        else:
            sheet.write_number(number, place, value, look)


def _text(column: Heading, value: object, number: int) -> str:
    text = (column.names or {}).get(str(value), str(value))
    if len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
        sentence = _("第 {number} 行“{column}”超过 Excel 一格的 {most} 字；请改用 .csv 或 .gpkg")
        raise CannotExport(sentence.format(number=number - _HEADER_ROW, column=column.title, most=LONGEST_TEXT))
    # xlsxwriter would take such a text for ready-made markup and write it into the file as it is.
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text
