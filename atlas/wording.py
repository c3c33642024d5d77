"""Wording (用语): what people read, Chinese first; codes are turned into labels here and nowhere else."""

import gettext
from contextvars import ContextVar
from importlib.resources import files

import pandas as pd

LANGUAGES = {"zh": "中文", "en": "English"}

_language: ContextVar[str] = ContextVar("language", default="zh")
_catalogues: dict[str, gettext.NullTranslations] = {"zh": gettext.NullTranslations()}


def use(language: str) -> None:
    """Speak this language for the rest of the run; an unknown one falls back to Chinese."""
    _language.set(language if language in LANGUAGES else "zh")


def language() -> str:
    """Return the code of the language of this run."""
    return _language.get()


def _(text: str) -> str:
    """Return the text, written in Chinese, in the language of this run."""
    spoken = _language.get()
    if spoken not in _catalogues:
        folder = str(files("atlas").joinpath("locale"))
        _catalogues[spoken] = gettext.translation("atlas", folder, languages=[spoken])
    return _catalogues[spoken].gettext(text)


def N_(text: str) -> str:
    """Mark a text for translation where it is only kept for later."""
    return text


STATE = {
    "REPORTED": N_("待核实"),
    "REGISTERED": N_("已登记"),
    "ASSIGNED": N_("已交办"),
    "RECTIFYING": N_("整改中"),
    "PENDING_REVIEW": N_("待复查"),
    "CLOSED": N_("已销号"),
    "REFERRED": N_("已函告"),
    "VOID": N_("已作废"),
}
LEVEL = {"general": N_("一般隐患"), "major": N_("重大隐患")}
ROLE = {
    "leader": N_("镇领导"),
    "inspector": N_("镇纪检"),
    "office": N_("应急站（镇安委办）"),
    "station": N_("业务站所"),
    "monitor": N_("网格员·监测员"),
    "viewer": N_("查看人员"),
    "admin": N_("系统管理员"),
}
ACTION = {
    "report": N_("上报"),
    "register": N_("登记"),
    "verify": N_("核实"),
    "reject": N_("不属实退回"),
    "fix_on_spot": N_("立行立改"),
    "assign": N_("交办"),
    "accept": N_("签收"),
    "return": N_("退回"),
    "submit": N_("申请复查"),
    "review_pass": N_("复查合格·销号"),
    "review_fail": N_("复查不合格"),
    "refer": N_("函告"),
    "referral_done": N_("函告事项办结"),
    "referral_returned": N_("函告退回"),
    "reopen": N_("反弹重开"),
    "relocate": N_("移动点位"),
    "void": N_("作废"),
    "extend": N_("延期"),
    "enrol": N_("建档"),
}
FIGURE = {
    "total": N_("隐患总数"),
    "closed": N_("已销号"),
    "referred": N_("已函告"),
    "open": N_("未销号"),
    "overdue": N_("逾期"),
    "unverified": N_("待核实"),
    "void": N_("已作废"),
    "rate_all": N_("总体整改率"),
    "rate_own": N_("镇属整改率"),
    "per_km2": N_("每平方公里隐患数"),
}
DATUM = {
    "wgs84": N_("WGS-84（卫星定位）"),
    "cgcs2000": N_("CGCS2000（天地图）"),
    "gcj02": N_("GCJ-02（高德、腾讯、微信）"),
    "bd09": N_("BD-09（百度）"),
}
COORD_SOURCE = {
    "map_click": N_("地图点选"),
    "gps": N_("卫星定位"),
    "gcj02": N_("GCJ-02 换算"),
    "bd09": N_("BD-09 换算"),
    "cgcs2000_xy": N_("CGCS2000 平面坐标"),
    "village_centroid": N_("村中心"),
    "unknown": N_("来源不明"),
}
GEO_CLASS = {"hazard_point": N_("地质灾害隐患点"), "risk_slope": N_("风险斜坡")}
GEO_TYPE = {
    "landslide": N_("滑坡"),
    "rockfall": N_("崩塌"),
    "debris_flow": N_("泥石流"),
    "unstable_slope": N_("不稳定斜坡"),
    "collapse": N_("地面塌陷"),
    "fissure": N_("地裂缝"),
}
RISK = {"high": N_("高风险"), "larger": N_("较高风险"), "general": N_("一般风险"), "low": N_("低风险")}
MODE = {"foot": N_("步行"), "motorbike": N_("摩托车"), "car": N_("汽车")}
SOURCE = {
    "inspection": N_("专项检查"),
    "patrol": N_("日常巡查"),
    "grid_report": N_("网格上报"),
    "complaint": N_("群众举报"),
    "assigned_from_above": N_("上级交办"),
}
JURISDICTION = {"town": N_("镇管"), "county": N_("县直管")}
FIELD = {
    "hazard_id": N_("隐患编号"),
    "state": N_("状态"),
    "sector": N_("行业领域"),
    "village_code": N_("村（社区）"),
    "level": N_("隐患等级"),
    "description": N_("隐患描述"),
    "address": N_("具体位置"),
    "unit_name": N_("受检单位（场所）"),
    "jurisdiction": N_("管理权限"),
    "found_on": N_("排查日期"),
    "source": N_("排查方式"),
    "inspection_id": N_("检查次号"),
    "measures": N_("整改措施"),
    "fund_wan": N_("整改资金（万元）"),
    "plan": N_("应急预案或管控措施"),
    "due_on": N_("整改时限"),
    "result": N_("整改情况"),
    "fixed_on": N_("完成日期"),
    "notice_no": N_("整改通知书文号"),
    "duty_unit": N_("责任单位"),
    "duty_person": N_("责任人"),
    "station": N_("责任站所"),
    "station_person": N_("站所责任人"),
    "leader": N_("分管领导"),
    "reviewer": N_("复查人"),
    "reviewed_on": N_("复查日期"),
    "review_opinion": N_("复查意见"),
    "closed_on": N_("销号日期"),
    "ref_no": N_("函告文号"),
    "ref_to": N_("主送单位"),
    "ref_sent_on": N_("函告日期"),
    "ref_due_on": N_("要求反馈日期"),
    "ref_reply": N_("反馈内容"),
    "coord_source": N_("坐标来源"),
    "lon": N_("经度"),
    "lat": N_("纬度"),
    "note": N_("备注"),
    "void_reason": N_("作废原因"),
}


def label(table: dict[str, str], code: object) -> str:
    """Return a code's label in the language of this run, the code itself where the table has none."""
    return _(table[str(code)]) if str(code) in table else str(code)


def named(frame: pd.DataFrame, code: object) -> str:
    """Return the name a row of villages, sectors, stations, routes or geopoints bears in this run's language."""
    return str(_names(frame).get(str(code), code))


def names(frame: pd.DataFrame) -> dict[str, str]:
    """Return every row's name in this run's language by its code."""
    return {str(code): str(name) for code, name in _names(frame).items()}


def _names(frame: pd.DataFrame) -> "pd.Series[str]":
    return frame["name_en" if language() == "en" else "name_zh"]


def rate(value: float | None) -> str:
    """Write a rate as a percentage with two decimals, a dash where it does not apply."""
    return "—" if value is None else f"{value:.2%}"
