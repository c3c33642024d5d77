"""The town (镇): puts ground, villages, roads and monitoring together, then lets the year 2021 pass."""

from collections.abc import Sequence
from dataclasses import dataclass

from shapely.geometry import Polygon

from .duties import SECTORS, posts
from .findings import Finding, Inspection, Search, inspections
from .grid import to_lon_lat
from .growth import Settler, grow, neighbours_around, settle
from .histories import Chronicle, Office, number_letters
from .monitoring import Route, lay_routes, lead_paths, place_geopoints, rows
from .outlines import outline, town_of
from .patrols import Patrol, walk
from .phrases import office_words, wording_of
from .places import Land, Places
from .relief import make_relief
from .roads import lay_roads
from .settlements import found_hamlets
from .streams import trace

TOWN_CODE = "522626100"
SEED = 522626100


@dataclass(frozen=True)
class DemoTown:
    """The town as it stands before any hazard is found: its villages' rows, its land and its routes."""

    villages: Sequence[dict[str, str]]
    land: Land
    routes: Sequence[Route]


@dataclass(frozen=True)
class Year:
    """What happened in 2021; `cases` holds each hazard under its number."""

    inspections: Sequence[Inspection]
    patrols: Sequence[Patrol]
    findings: Sequence[Finding]
    cases: dict[str, Chronicle]


def found_town() -> DemoTown:
    """Make the ground and everything that stands on it."""
    villages = rows("villages.csv")
    relief = make_relief(SEED)
    near = {row["code"]: relief.grid.offset(float(row["east_m"]), float(row["north_m"])) for row in villages}
    offices = {code: settle(relief, place, 500) for code, place in near.items()}
    settlers = [Settler(offices[row["code"]], row["code"], float(row["area_km2"])) for row in villages]
    owner = grow(relief, settlers + neighbours_around(relief, SEED + 1), SEED + 2)
    shapes = outline(relief.grid, owner, SEED + 3)
    hamlets = found_hamlets(relief, owner, offices.values(), SEED + 4)
    network = lay_roads(relief, owner, offices, hamlets)
    points = place_geopoints(relief, owner, hamlets, SEED + 5)
    lead_paths(network, points)
    stretches = network.stretches(SEED + 6)
    land = Land(
        relief=relief,
        names={row["code"]: row["name_zh"] for row in villages},
        outlines={code: Polygon(to_lon_lat(shape.exterior.coords)) for code, shape in shapes.items()},
        offices={code: network.places[cell] for code, cell in offices.items()},
        hamlets=hamlets,
        stretches=stretches,
        courses=trace(relief, town_of(shapes)),
        geopoints=points,
    )
    return DemoTown(villages, land, lay_routes(stretches, offices, points))


def keep_ledger(town: DemoTown) -> Year:
    """Inspect, patrol, find and handle hazards from January to December."""
    wordings = {code: wording_of(code) for code, *_ in SECTORS}
    places = Places(town.land, wordings, SEED + 7)
    held = inspections()
    walked = walk(town.routes, SEED + 8)
    found = Search(places, wordings, sorted(town.land.names), SEED + 9).find_all(held, walked)
    office = Office(posts(TOWN_CODE), town.land.names, office_words(), SEED + 10)
    cases = [office.handle(finding) for finding in found]
    number_letters(cases)
    return Year(held, walked, found, _numbered(cases))


def _numbered(cases: Sequence[Chronicle]) -> dict[str, Chronicle]:
    """Number the hazards of each sector in the order they were found."""
    numbered: dict[str, Chronicle] = {}
    count = dict.fromkeys((code for code, *_ in SECTORS), 0)
    for case in cases:
        sector = case.finding.sector
        count[sector] += 1
        numbered[f"SY-2021-{sector}-{count[sector]:04d}"] = case
    return dict(sorted(numbered.items()))
