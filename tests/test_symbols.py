"""The symbols: risk owns red, orange, yellow and blue; a grey print and a colour-blind eye read the rest."""

import colorsys
from itertools import pairwise

import pytest

from atlas import ledger
from atlas.maps import symbols

RISK_HUES = {"red": (345, 15), "orange": (15, 45), "yellow": (45, 70), "blue": (195, 250)}


def hsv(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    return hue * 360, saturation, value


def hue_name(colour: str) -> str | None:
    hue, saturation, value = hsv(colour)
    if saturation < 0.3 or value < 0.3:
        return None
    return next((name for name, (low, high) in RISK_HUES.items() if (hue - low) % 360 < (high - low) % 360), None)


def luminance(colour: str) -> float:
    """Return how light a grey print shows the colour, 0 to 1 (ITU-R BT.709)."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ground_colours() -> list[str]:
    ground = [colour for value in symbols.GROUND.values() for colour in ([value] if isinstance(value, str) else value)]
    lines = [colour for line in symbols.LINES.values() for colour in (line.colour, line.casing) if colour]
    states = [look.colour for look in symbols.STATE_LOOKS.values()]
    return [*ground, *lines, *states, *symbols.RAMP, symbols.NO_DATA, symbols.INK]


@pytest.mark.parametrize("colour", sorted(set(ground_colours())))
def test_nothing_but_risk_wears_a_colour_of_risk(colour):
    assert hue_name(colour) is None


def test_the_four_levels_of_risk_are_red_orange_yellow_and_blue():
    assert [hue_name(colour) for colour in symbols.RISK_COLOURS.values()] == ["red", "orange", "yellow", "blue"]
    assert list(symbols.RISK_COLOURS) == ["high", "larger", "general", "low"]


def test_every_state_of_the_ledger_has_its_look():
    assert list(symbols.STATE_LOOKS) == list(ledger.STATES)


def test_groups_are_told_apart_without_any_colour():
    shapes = {(look.bucket, look.fill, look.badge) for look in symbols.STATE_LOOKS.values()}

    assert len(shapes) == len({shape[1:] for shape in shapes}) == len({shape[0] for shape in shapes})


def test_what_is_open_lies_above_what_is_done():
    ranks = {code: look.rank for code, look in symbols.STATE_LOOKS.items()}

    assert min(ranks[code] for code in ledger.OPEN_STATES) > max(ranks[code] for code in ("CLOSED", "REFERRED", "VOID"))


def test_open_and_closed_differ_in_a_grey_print():
    open_look, closed = symbols.STATE_LOOKS[ledger.RECTIFYING], symbols.STATE_LOOKS[ledger.CLOSED]

    assert luminance(closed.colour) - luminance(open_look.colour) > 0.2


def test_the_ramp_is_one_hue_growing_darker():
    hues = [hsv(colour)[0] for colour in symbols.RAMP]

    assert max(hues) - min(hues) < 20
    assert all(luminance(lighter) - luminance(darker) > 0.03 for lighter, darker in pairwise(symbols.RAMP))


def test_points_get_the_looks_in_the_order_of_the_states():
    states = symbols.for_points()["states"]

    assert [state["code"] for state in states] == list(ledger.STATES)
