"""Roads (路网规划): in which order the town built its roads, from the county road to the last footpath."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from .grid import distance_m
from .network import Network
from .relief import Relief
from .settlements import Hamlet

# The county road follows the river; villages are named by the last three digits of their code.
COUNTY_ROAD = ("001", "004", "204")
EXITS = {"001": (-7000.0, 2400.0), "204": (6500.0, -2500.0), "209": (-600.0, 6500.0), "207": (600.0, -7500.0)}
MAIN_ROADS = (("001", "209"), ("001", "205"), ("205", "207"))
VILLAGE_LANES = (
    ("209", "213"), ("213", "214"), ("214", "204"), ("205", "204"), ("207", "206"), ("206", "203"),
    ("203", "001"), ("203", "211"), ("211", "202"), ("202", "209"), ("004", "214"),
)  # fmt: skip


def lay_roads(relief: Relief, owner: Sequence[str], offices: Mapping[str, int], hamlets: Sequence[Hamlet]) -> Network:
    """Build the county road, the main roads, the lanes between villages, and one from every hamlet to its office."""
    ground = frozenset(cell for cell, code in enumerate(owner) if code)
    network = Network(relief, ground)
    office = {code[-3:]: cell for code, cell in offices.items()}
    for start, end in pairwise(COUNTY_ROAD):
        network.connect(office[start], office[end], "road")
    for start, end in MAIN_ROADS:
        network.connect(office[start], office[end], "road")
    for village, beyond in EXITS.items():
        network.connect(_exit(relief, ground, beyond), office[village], "road")
    for start, end in VILLAGE_LANES:
        network.connect(office[start], office[end], "lane")
    for hamlet in hamlets:
        network.connect(hamlet.cell, offices[hamlet.village_code], "lane")
    built = [*offices.values(), *(hamlet.cell for hamlet in hamlets)]
    network.places.update({cell: relief.grid.centre(cell) for cell in built})
    return network


def _exit(relief: Relief, ground: frozenset[int], beyond: tuple[float, float]) -> int:
    """Return the town's cell nearest to a place beyond its outline."""
    far = relief.grid.offset(*beyond)
    return min(sorted(ground), key=lambda cell: distance_m(relief.grid.centre(cell), far))
