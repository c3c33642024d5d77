"""The map's words (地图文字): labels of its controls, and the legend's entries, in the language of this run."""

from atlas import ledger, wording
from atlas.maps import symbols
from atlas.township import Township
from atlas.wording import _, label, named


def words() -> dict[str, str]:
    """Return every word the map's own controls show, by the names its scripts use."""
    return {
        "language": wording.language(),
        "locale": "en" if wording.language() == "en" else "zh-CN",
        "loading": _("地图载入中…"),
        "failed": _("地图没有载入完整，请刷新页面；若仍不行，请告知管理员："),
        "zoom_in": _("放大"),
        "zoom_out": _("缩小"),
        "home": _("全镇"),
        "locate": _("我的位置"),
        "here": _("当前位置，精度"),
        "locate_insecure": _("此连接下浏览器不提供定位，请用 https 或本机地址打开。"),
        "locate_refused": _("浏览器未允许定位，请在浏览器设置中允许后再试。"),
        "locate_failed": _("暂时取不到位置，请到开阔处再试。"),
        "measure": _("量距"),
        "measure_hint": _("逐点单击量距，双击或回车结束，Esc 取消"),
        "metres": _("米"),
        "kilometres": _("公里"),
        "full_screen": _("全屏"),
        "leave_full_screen": _("退出全屏"),
        "layers": _("图层"),
        "villages": _("村（社区）界"),
        "ways": _("道路与水系"),
        "labels": _("地名"),
        "geopoints": _("地灾点与风险斜坡"),
        "routes": _("全部巡查路线"),
        "legend": _("图例"),
        **{f"geo.{code}": label(wording.GEO_CLASS, code) for code in wording.GEO_CLASS},
        **{f"type.{code}": label(wording.GEO_TYPE, code) for code in wording.GEO_TYPE},
        **{f"risk.{code}": label(wording.RISK, code) for code in wording.RISK},
    }


def legend(township: Township) -> list[dict[str, str]]:
    """Return the legend: titles, and entries of a symbol as the map draws it with its label."""
    return [
        {"title": _("隐患状态（看填充）")},
        _entry(f"state:{ledger.RECTIFYING}", _("未销号")),
        *(_entry(f"state:{code}", label(wording.STATE, code)) for code in _STATES_APART),
        _entry("flag:major", label(wording.LEVEL, "major")),
        _entry("flag:overdue", _("已逾期")),
        _entry("flag:due_soon", _("临近期限")),
        _entry("cluster:", _("多项聚合")),
        {"title": _("行业领域（看文字）")},
        *(_entry(f"glyph:{row.glyph}", named(township.sectors, row.Index)) for row in township.sectors.itertuples()),
        {"title": _("地灾监测（看颜色）")},
        *(_entry(f"geo:{code}", label(wording.GEO_CLASS, code)) for code in symbols.GEO_SHAPES),
        *(_entry(f"risk:{code}", label(wording.RISK, code)) for code in symbols.RISK_COLOURS),
        _entry("line:route", _("选中的巡查路线")),
        _entry("stop:", _("巡查点（按顺序）")),
        {"title": _("底图")},
        *(_entry(f"line:{code}", text) for code, text in _lines().items()),
        _entry("office:", _("村（社区）办公点")),
    ]


_STATES_APART = (ledger.PENDING_REVIEW, ledger.CLOSED, ledger.REFERRED, ledger.REPORTED, ledger.VOID)


def _lines() -> dict[str, str]:
    return {"road": _("公路"), "lane": _("通村路"), "path": _("小路"), "river": _("河流"), "village": _("村界")}


def _entry(symbol: str, text: str) -> dict[str, str]:
    return {"symbol": symbol, "label": text}
