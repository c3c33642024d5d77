"""Places (点位): where in a village a hazard may lie, so that each lies where its kind belongs."""

import random
import string
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry import LineString, Polygon

from .grid import Point, distance_m, to_lon_lat
from .monitoring import TYPE_ZH, Geopoint
from .network import Stretch
from .phrases import Issue, Wording
from .relief import Relief
from .settlements import Hamlet
from .streams import Watercourse

SPACING_M = 45.0


@dataclass(frozen=True)
class Land:
    """What the town consists of, in metres, and the villages' outlines in degrees as the file has them."""

    relief: Relief
    names: Mapping[str, str]
    outlines: Mapping[str, Polygon]
    offices: Mapping[str, Point]
    hamlets: Sequence[Hamlet]
    stretches: Sequence[Stretch]
    courses: Sequence[Watercourse]
    geopoints: Sequence[Geopoint]


@dataclass(frozen=True)
class Unit:
    """A made-up shop, works or school: its name and where it stands."""

    name: str
    place: Point


@dataclass(frozen=True)
class Spot:
    """Where one hazard lies: [lon, lat], its address, and the names that its wording may use."""

    lon_lat: list[float]
    address: str
    names: Mapping[str, str]
    unit_name: str


class Places:
    """All spots a hazard of one town may lie at, by village and kind of place."""

    def __init__(self, land: Land, wordings: Mapping[str, Wording], seed: int) -> None:
        self._land = land
        self._chance = random.Random(seed)
        self._spots: dict[tuple[str, str], list[Point]] = defaultdict(list)
        self._units: dict[tuple[str, str, str], list[Unit]] = defaultdict(list)
        for outline in land.outlines.values():
            shapely.prepare(outline)
        self._collect()
        for sector, wording in wordings.items():
            self._settle_units(sector, wording)

    def has(self, sector: str, issue: Issue, village_code: str) -> bool:
        """Tell whether the village has a place for this kind of hazard."""
        if issue.where == "unit":
            return bool(self._units[sector, issue.unit, village_code])
        return bool(self._spots[issue.where, village_code])

    def spot(self, sector: str, issue: Issue, village_code: str) -> Spot:
        """Draw a spot for a hazard in a village that has a place for it."""
        if issue.where == "unit":
            unit = self._chance.choice(self._units[sector, issue.unit, village_code])
            return self._at(unit.place, village_code, 18, unit.name)
        if issue.where == "geopoint":
            own = [point for point in self._land.geopoints if point.village_code == village_code]
            return self.spot_at(self._chance.choice(own))
        reach = {"hamlet": 150, "office": 220}.get(issue.where, 8)
        place = self._chance.choice(self._spots[issue.where, village_code])
        spot = self._at(place, village_code, reach, "")
        return Spot(spot.lon_lat, spot.address + self._detail(issue.where, place, village_code), spot.names, "")

    def spot_at(self, point: Geopoint) -> Spot:
        """Draw a spot at a geohazard point."""
        spot = self._at(point.place, point.village_code, 35, "")
        name = point_name(point, self._land.names)
        return Spot(spot.lon_lat, name, {**spot.names, "g": name}, "")

    def _at(self, place: Point, village_code: str, reach_m: float, unit_name: str) -> Spot:
        outline = self._land.outlines[village_code]
        lon_lat = self._near(place, reach_m)
        while not shapely.contains_xy(outline, *lon_lat):
            lon_lat = self._near(place, reach_m)
        own = [hamlet for hamlet in self._land.hamlets if hamlet.village_code == village_code]
        centre = self._land.relief.grid.centre
        hamlet = min(own, key=lambda hamlet: distance_m(centre(hamlet.cell), place)).name
        return Spot(lon_lat, self._land.names[village_code] + hamlet, {"h": hamlet, "u": unit_name}, unit_name)

    def _near(self, place: Point, reach_m: float) -> list[float]:
        east, north = (axis + self._chance.uniform(-reach_m, reach_m) for axis in place)
        return to_lon_lat([(east, north)])[0]

    def _detail(self, where: str, place: Point, village_code: str) -> str:
        away = distance_m(place, self._land.offices[village_code]) / 1000
        seat = "居委会" if self._land.names[village_code].endswith("社区") else "村委会"
        far = f"距{seat}约{away:.1f}公里"
        words = {
            "road": (f"主路边，{far}", "主路岔口", f"公路旁，{far}", "桥头附近"),
            "lane": (f"通村公路，{far}", "通组路口", f"通组路，{far}", "进寨弯道"),
            "stream": (f"河边，{far}", "河段", f"沟口，{far}"),
            "hamlet": ("寨中", "寨脚", "寨门旁", "晒谷坪边", f"{self._chance.randint(2, 60)}号附近"),
            "slope": (f"后山，{far}", "山林边缘", f"坡上，{far}"),
        }
        return self._chance.choice(words.get(where, ("集镇", "街口", "便民服务中心旁")))

    def _collect(self) -> None:
        land = self._land
        for stretch in land.stretches:
            if stretch.kind != "path":
                self._add(stretch.kind, LineString(stretch.line))
        for course in land.courses:
            self._add("stream", course.line)
        for code, name in land.names.items():
            if name.endswith("社区"):
                self._spots["office", code].append(land.offices[code])
        for hamlet in land.hamlets:
            self._spots["hamlet", hamlet.village_code].append(land.relief.grid.centre(hamlet.cell))
        for point in land.geopoints:
            self._spots["geopoint", point.village_code].append(point.place)
        homes = [land.relief.grid.centre(hamlet.cell) for hamlet in land.hamlets]
        for cell in sorted(land.relief.order)[::23]:
            place = land.relief.grid.centre(cell)
            code = self._village_of(place)
            if code and land.relief.slope(cell) > 0.3 and min(distance_m(place, home) for home in homes) > 250:
                self._spots["slope", code].append(place)

    def _add(self, where: str, line: LineString) -> None:
        for place in _along(line):
            code = self._village_of(place)
            if code:
                self._spots[where, code].append(place)

    def _village_of(self, place: Point) -> str:
        lon, lat = to_lon_lat([place])[0]
        outlines = self._land.outlines.items()
        return next((code for code, outline in outlines if shapely.contains_xy(outline, lon, lat)), "")

    def _settle_units(self, sector: str, wording: Wording) -> None:
        for kind in wording.units:
            weight = {code: wording.villages.get(code[-3:], 0.6) for code in self._land.names}
            for letter in string.ascii_uppercase[: kind["count"]]:
                code = self._chance.choices(list(weight), list(weight.values()))[0]
                weight[code] *= 0.35
                near = "lane" if kind["near"] == "road" and not self._spots["road", code] else kind["near"]
                self._units[sector, kind["key"], code].append(Unit(kind["name"] + letter, self._site(near, code)))

    def _site(self, near: str, village_code: str) -> Point:
        if near == "office":
            streets = [*self._spots["road", village_code], *self._spots["lane", village_code]]
            streets.sort(key=lambda place: distance_m(place, self._land.offices[village_code]))
            return self._chance.choice(streets[:16])
        return self._chance.choice(self._spots[near, village_code])


def point_name(point: Geopoint, names: Mapping[str, str]) -> str:
    """Return a geohazard point's name, e.g. 磨寨村大湾组滑坡."""
    ending = "" if point.facts["geo_class"] == "hazard_point" else "风险斜坡"
    kind = TYPE_ZH[point.facts["type"]].removesuffix("斜坡" if ending else "")
    return f"{names[point.village_code]}{point.hamlet}{kind}{ending}"


def _along(line: LineString) -> Iterator[Point]:
    for step in range(int(line.length / SPACING_M) + 1):
        at = line.interpolate(step * SPACING_M)
        yield float(at.x), float(at.y)
