"""Duties (责任到人): sectors, stations, and who answers for which sector in which village.

Every person is called after a post and a number, so that nobody can be meant.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# code, name, English name, glyph, lead station, county departments for referrals.
SECTORS = (
    ("TRAFFIC", "道路交通", "Road traffic", "交", "TRAFFIC", "县公安局交警大队、县交通运输局"),
    ("FIRE", "消防安全", "Fire safety", "消", "POLICE", "县消防救援大队"),
    ("HAZCHEM", "危险化学品和烟花爆竹", "Hazardous chemicals and fireworks", "危", "EMERGENCY", "县应急管理局"),
    ("INDUSTRY", "非煤矿山和工贸企业", "Non-coal mines and industry", "工", "ECONOMY", "县应急管理局、县工信局"),
    ("BUILD", "建筑施工和农村自建房", "Construction and rural self-built houses", "建", "CONSTRUCTION", "县住建局"),
    ("GASPOWER", "燃气和用电", "Gas and electricity", "气", "CONSTRUCTION", "县住建局、县供电局"),
    ("WATER", "水利设施和涉水（防溺水、水上交通）", "Waterworks and water safety", "水", "WATER", "县水务局"),
    ("GEOHAZARD", "地质灾害", "Geological hazards", "地", "LAND", "县自然资源局"),
    ("SCHOOL", "校园和校车", "Schools and school buses", "校", "SCHOOL", "县教育局"),
    ("AGRI", "农业和农机", "Agriculture and farm machinery", "农", "AGRI", "县农业农村局"),
    ("FOREST", "森林防火", "Forest fire prevention", "林", "FOREST", "县林业局"),
    ("MARKET", "特种设备与商贸旅游等人员密集场所", "Special equipment, commerce and tourism venues", "特", "MARKET",
     "县市场监管局、县文旅局"),
)  # fmt: skip

STATIONS = (
    ("TRAFFIC", "交管站（道安办）", "Traffic station"),
    ("POLICE", "派出所", "Police station"),
    ("EMERGENCY", "应急站", "Emergency station"),
    ("ECONOMY", "经济发展办", "Economic office"),
    ("CONSTRUCTION", "村镇建设站", "Village-town construction station"),
    ("POWER", "供电所", "Power supply office"),
    ("WATER", "水利站", "Water station"),
    ("LAND", "自然资源所", "Natural resources office"),
    ("SCHOOL", "中心学校", "Central school"),
    ("AGRI", "农业服务中心", "Agriculture service centre"),
    ("FOREST", "林业站", "Forestry station"),
    ("MARKET", "市场监管分局", "Market supervision branch"),
)

LEADER_OF = {
    "TRAFFIC": 2, "FIRE": 1, "HAZCHEM": 1, "INDUSTRY": 3, "BUILD": 3, "GASPOWER": 3, "WATER": 4, "GEOHAZARD": 4,
    "SCHOOL": 5, "AGRI": 6, "FOREST": 6, "MARKET": 1,
}  # fmt: skip

# Where another station than the sector's own answers: sector, village ("" + last three digits), station.
ELSEWHERE = (
    ("TRAFFIC", "001", "POLICE"), ("TRAFFIC", "004", "POLICE"), ("FIRE", "206", "EMERGENCY"),
    ("FIRE", "207", "EMERGENCY"), ("FIRE", "213", "EMERGENCY"), ("GASPOWER", "202", "POWER"),
    ("GASPOWER", "206", "POWER"), ("GASPOWER", "211", "POWER"), ("GASPOWER", "214", "POWER"),
    ("INDUSTRY", "204", "EMERGENCY"), ("INDUSTRY", "205", "EMERGENCY"),
)  # fmt: skip


@dataclass(frozen=True)
class Post:
    """Who answers for a sector: in every village (village_code "") or in one."""

    sector: str
    village_code: str
    station: str
    station_person: str
    leader: str


def head_of(station: str) -> str:
    """Return the head of a station."""
    return f"演示站长{_number(station):02d}"


def clerk_of(station: str) -> str:
    """Return the member of a station who fixes things on the spot."""
    return f"演示办事员{_number(station):02d}"


def cadre_of(village_code: str, codes: Sequence[str]) -> str:
    """Return the village's cadre who receives what is assigned to the village."""
    return f"演示村干部{codes.index(village_code) + 1:02d}"


def posts(town_code: str) -> list[Post]:
    """Return every post: one for each sector in all villages, then the exceptions."""
    everywhere = [_post(sector, "", station) for sector, _, _, _, station, _ in SECTORS]
    return everywhere + [_post(sector, town_code + village, station) for sector, village, station in ELSEWHERE]


def post_for(all_posts: Sequence[Post], sector: str, village_code: str) -> Post:
    """Return the post that answers for a sector in a village."""
    own = [post for post in all_posts if post.sector == sector and post.village_code in ("", village_code)]
    return max(own, key=lambda post: post.village_code)


def _post(sector: str, village_code: str, station: str) -> Post:
    return Post(sector, village_code, station, head_of(station), f"演示领导{LEADER_OF[sector]:02d}")


def _number(station: str) -> int:
    return [code for code, *_ in STATIONS].index(station) + 1
