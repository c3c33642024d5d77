"""The columns of the workbook (台账表头): Chinese headers, widths and how each value is written.

The workbook is the township's own paper and stays Chinese in every language of the pages; an import
recognises it by these headers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from atlas.ledger import CLOSED
from atlas.township import Township
from atlas.wording import COORD_SOURCE, JURISDICTION, LEVEL, MODE, SOURCE, STATE

Names = Mapping[str, str]


@dataclass(frozen=True)
class Heading:
    """One column of a sheet.

    Attributes:
        title: the Chinese header.
        key: the layer's column it shows.
        kind: "text", "whole", "number", "degree", "count" (of a list's members) or "day".
        width: in characters.
        names: code -> what people read; a code it lacks is written as it is.
    """

    title: str
    key: str
    kind: str = "text"
    width: float = 12
    names: Names | None = None


def headings(township: Township, what: str) -> list[Heading]:
    """Return the columns of the sheet for hazards, villages or routes."""
    return _SHEETS[what](township)


def _hazards(township: Township) -> list[Heading]:
    villages, sectors, stations = map(_names, (township.villages, township.sectors, township.stations))
    return [
        Heading("隐患编号", "hazard_id", width=24),
        Heading("状态", "state", width=8, names=STATE),
        Heading("村（社区）", "village_code", width=12, names=villages),
        Heading("具体位置", "address", width=24),
        Heading("经度", "lon", "degree"),
        Heading("纬度", "lat", "degree"),
        Heading("坐标来源", "coord_source", names=COORD_SOURCE),
        Heading("定位精度（米）", "coord_accuracy_m", "number", 9),
        Heading("行业领域", "sector", width=16, names=sectors),
        Heading("受检单位（场所）", "unit_name", width=18),
        Heading("管理权限", "jurisdiction", width=9, names=JURISDICTION),
        Heading("隐患描述", "description", width=40),
        Heading("隐患等级", "level", width=9, names=LEVEL),
        Heading("判定依据", "basis", width=20),
        Heading("排查日期", "found_on", "day"),
        Heading("排查方式", "source", names=SOURCE),
        Heading("检查次号", "inspection_id", width=10),
        Heading("排查人", "found_by", width=10),
        *_rectification(),
        *_duties(stations),
        *_closing(),
        *_letter(),
        Heading("整改前照片", "photos_before", "count", 8),
        Heading("整改后照片", "photos_after", "count", 8),
        Heading("反弹次数", "reopen_count", "whole", 7),
        Heading("重复于", "duplicate_of", width=24),
        Heading("作废原因", "void_reason", width=18),
        Heading("备注", "note", width=24),
    ]


def _rectification() -> list[Heading]:
    return [
        Heading("整改措施", "measures", width=30),
        Heading("整改资金（万元）", "fund_wan", "number", 10),
        Heading("应急预案或管控措施", "plan", width=24),
        Heading("整改时限", "due_on", "day"),
        Heading("原时限", "due_on_original", "day"),
        Heading("延期次数", "ext_count", "whole", 7),
        Heading("整改情况", "result", width=30),
        Heading("完成日期", "fixed_on", "day"),
        Heading("整改通知书文号", "notice_no", width=18),
    ]


def _duties(stations: Names) -> list[Heading]:
    return [
        Heading("责任单位", "duty_unit", width=16),
        Heading("责任人", "duty_person", width=10),
        Heading("责任站所", "station", names=stations),
        Heading("站所责任人", "station_person", width=10),
        Heading("包保（分管）领导", "leader", width=10),
        Heading("督办级别", "supervise_level", "whole", 7),
    ]


def _closing() -> list[Heading]:
    return [
        Heading("复查人", "reviewer", width=10),
        Heading("复查日期", "reviewed_on", "day"),
        Heading("复查意见", "review_opinion", width=20),
        Heading("是否销号", "state", width=7, names=dict.fromkeys(STATE, "否") | {CLOSED: "是"}),
        Heading("销号日期", "closed_on", "day"),
        Heading("审核人", "approved_by", width=10),
    ]


def _letter() -> list[Heading]:
    return [
        Heading("函告文号", "ref_no", width=18),
        Heading("主送单位", "ref_to", width=16),
        Heading("函告日期", "ref_sent_on", "day"),
        Heading("要求反馈日期", "ref_due_on", "day"),
        Heading("签收日期", "ref_received_on", "day"),
        Heading("反馈日期", "ref_replied_on", "day"),
        Heading("反馈内容", "ref_reply", width=24),
    ]


def _villages(_township: Township) -> list[Heading]:
    return [
        Heading("行政区划代码", "code", width=16),
        Heading("村（社区）", "name_zh", width=16),
        Heading("英文名", "name_en", width=24),
        Heading("类别", "kind", width=9, names={"community": "社区", "village": "村"}),
        Heading("面积（平方公里）", "area_km2", "number"),
    ]


def _routes(_township: Township) -> list[Heading]:
    return [
        Heading("路线编号", "route_id", width=10),
        Heading("监测路线", "name_zh", width=20),
        Heading("英文名", "name_en", width=24),
        Heading("出行方式", "mode", width=9, names=MODE),
        Heading("监测员A角", "monitor_a"),
        Heading("监测员B角", "monitor_b"),
        Heading("枯水期周期（天）", "cycle_dry_days", "whole", 9),
        Heading("汛期周期（天）", "cycle_flood_days", "whole", 9),
        Heading("计划用时（分钟）", "planned_min", "whole", 9),
        Heading("长度（米）", "length_m", "number"),
        Heading("途经点位", "stops", width=40),
    ]


def _names(frame: pd.DataFrame) -> Names:
    return {str(code): str(name) for code, name in frame["name_zh"].items()}


_SHEETS: Mapping[str, Callable[[Township], list[Heading]]] = {
    "hazards": _hazards,
    "villages": _villages,
    "routes": _routes,
}
TITLES: Names = {"hazards": "安全隐患排查治理台账", "villages": "村（社区）一览表", "routes": "地质灾害监测路线一览表"}
