"""Sectors (行业领域) and who answers for them in a village (责任到人)."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Post:
    """Who answers for one sector in one village.

    Attributes:
        station: code of the responsible station (责任站所), "" where none is set.
        station_person: the station's person in charge (站所责任人).
        leader: the leader in charge (分管领导).
    """

    station: str = ""
    station_person: str = ""
    leader: str = ""


def responsible(posts: pd.DataFrame, sector: str, village_code: str) -> Post:
    """Find who answers for the sector in the village: the village's own post before the town's.

    `posts` holds sector, village_code ("" = every village), station, station_person and leader.
    """
    of_sector = posts[posts["sector"] == sector]
    for code in (village_code, ""):
        found = of_sector[of_sector["village_code"] == code]
        if len(found):
            row = found.iloc[0]
            return Post(str(row["station"]), str(row["station_person"]), str(row["leader"]))
    return Post()
