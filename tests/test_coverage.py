"""Whether the villages' boundaries fit together: overlaps, gaps and corners that do not match."""

import geopandas as gpd
import pytest
import shapely

from atlas.records.coverage import coverage_findings
from atlas.township import CRS
from tests.worlds import two_villages


def villages(*shapes: shapely.Polygon) -> gpd.GeoDataFrame:
    names = [f"{letter}村" for letter in "甲乙丙丁"[: len(shapes)]]
    return gpd.GeoDataFrame({"name_zh": names, "name_en": names}, index=names, geometry=list(shapes), crs=CRS)


WEST = shapely.box(108.70, 27.15, 108.75, 27.20)


def test_villages_that_share_their_corners_are_a_valid_coverage():
    assert coverage_findings(two_villages().villages) == []


def test_an_overlap_names_both_villages_the_place_and_the_area():
    (found,) = coverage_findings(villages(WEST, shapely.box(108.749, 27.15, 108.80, 27.20)))
    assert "甲村" in found
    assert "乙村" in found
    assert "108.7495" in found
    assert "平方米" in found


def test_a_gap_names_its_place_and_area():
    ring = shapely.box(108.70, 27.10, 108.80, 27.20).difference(shapely.box(108.74, 27.14, 108.76, 27.16))
    (found,) = coverage_findings(villages(ring, shapely.box(108.74, 27.14, 108.76, 27.159)))
    assert "空隙" in found
    assert "27.159" in found


def test_corners_that_do_not_match_are_named():
    east = shapely.Polygon([(108.75, 27.15), (108.80, 27.15), (108.80, 27.20), (108.75, 27.20), (108.75, 27.17)])
    found = coverage_findings(villages(WEST, east))
    assert [("甲村" in sentence or "乙村" in sentence) and "拐点" in sentence for sentence in found] == [True, True]


@pytest.mark.parametrize("east", [108.7500001, 108.7499999])
def test_rounding_is_no_overlap_and_no_gap(east):
    found = coverage_findings(villages(WEST, shapely.box(east, 27.15, 108.80, 27.20)))
    assert [sentence for sentence in found if "重叠" in sentence or "空隙" in sentence] == []
