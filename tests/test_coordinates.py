"""Datums agree with the frozen vectors of the public converters, and every shift comes back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas import coordinates

PLACE = (108.82, 27.17)
GCJ = (108.8241650435, 27.1665357370)
BD = (108.8306225626, 27.1727594172)


@pytest.mark.parametrize(("datum", "typed"), [("gcj02", GCJ), ("bd09", BD), ("wgs84", PLACE), ("cgcs2000", PLACE)])
def test_a_typed_place_comes_back_to_wgs84(datum, typed):
    assert coordinates.to_wgs84(*typed, datum) == pytest.approx(PLACE, abs=1e-9)
    assert coordinates.from_wgs84(*PLACE, datum) == pytest.approx(typed, abs=1e-9)


@given(lon=st.floats(108.3, 109.2), lat=st.floats(26.9, 27.5), datum=st.sampled_from(coordinates.DATUMS))
def test_there_and_back_is_exact_to_a_tenth_of_a_millimetre(lon, lat, datum):
    there = coordinates.from_wgs84(lon, lat, datum)
    back = coordinates.to_wgs84(*there, datum)
    assert coordinates.distance_m(np.array([lon]), np.array([lat]), back)[0] < 1e-4


def test_metres_are_those_of_epsg_4545():
    east, north = coordinates.to_metres(np.array([PLACE[0]]), np.array([PLACE[1]]))
    assert (east[0], north[0]) == pytest.approx((581267.89, 3006732.68), abs=0.01)


def test_taking_gcj02_for_wgs84_is_a_slip_of_more_than_500_metres():
    assert 550 < coordinates.distance_m(np.array([GCJ[0]]), np.array([GCJ[1]]), PLACE)[0] < 575


def test_an_unknown_datum_is_refused():
    with pytest.raises(KeyError):
        coordinates.to_wgs84(*PLACE, "beijing54")
