"""Patrols (巡查记录): when the monitors walked their routes in 2021, more often in the flood season."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .monitoring import Route

YEAR_END = date(2021, 12, 28)
DRY_WEATHER = ("晴", "多云", "阴", "阴", "小雨", "雾转多云")
FLOOD_WEATHER = ("多云", "阴", "小雨", "中雨", "雨后转晴", "大雨后", "暴雨后转阴")
CALM = ("各点位无明显变化", "坡面稳定，排水通畅", "裂缝读数与上次一致", "无新增裂缝和掉块", "监测桩完好，路线通畅")
MISSED = ("便道泥泞，末段点位改日补查", "雨势加大，按规定提前返回", "末点涨水无法通过，次日补查")


@dataclass(frozen=True)
class Patrol:
    """One walk of a route; `found_at` is the stop's number in order where a sign was abnormal, 0 for none."""

    patrol_id: str
    route: Route
    walked_on: date
    monitor: str
    logged: int
    weather: str
    note: str
    found_at: int


def monitors_of(route: Route) -> tuple[str, str]:
    """Return who walks a route and who stands in (A角、B角)."""
    number = int(route.route_id[1:])
    return f"演示巡查员{2 * number - 1:02d}", f"演示巡查员{2 * number:02d}"


def is_flood_season(day: date) -> bool:
    """Tell whether the day lies in the key period, May to September."""
    return 5 <= day.month <= 9


def walk(routes: Sequence[Route], seed: int) -> list[Patrol]:
    """Return all patrols of the year by date."""
    chance = random.Random(seed)
    days = sorted((day, route.route_id, route) for route in routes for day in _days(route, chance))
    return [_patrol(number, route, day, chance) for number, (day, _, route) in enumerate(days, start=1)]


def _days(route: Route, chance: random.Random) -> list[date]:
    day = date(2021, 1, 6) + timedelta(days=chance.randint(0, 24))
    days = []
    while day <= YEAR_END:
        days.append(day)
        cycle = route.facts["cycle_flood_days" if is_flood_season(day) else "cycle_dry_days"]
        following = day + timedelta(days=int(cycle) + chance.choice((-2, -1, -1, 0, 0, 0, 0, 1, 3)))
        # The first walk of the flood season does not wait for the long interval of the dry months.
        opening = date(2021, 5, 1) + timedelta(days=chance.randint(0, 8))
        day = min(following, opening) if day < date(2021, 4, 28) else following
    return days


def _patrol(number: int, route: Route, day: date, chance: random.Random) -> Patrol:
    planned = len(route.stops)
    is_wet = is_flood_season(day)
    is_short = chance.random() < (0.16 if is_wet else 0.05)
    logged = planned - 1 if is_short else planned
    found_at = chance.randint(1, logged) if chance.random() < (0.24 if is_wet else 0.08) else 0
    monitor = monitors_of(route)[chance.random() < 0.2]
    weather = chance.choice(FLOOD_WEATHER if is_wet else DRY_WEATHER)
    note = chance.choice(MISSED if is_short else CALM)
    return Patrol(f"PT-2021-{number:03d}", route, day, monitor, logged, weather, note, found_at)
