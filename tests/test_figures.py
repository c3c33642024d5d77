"""The identity of the figures: total = closed + referred + open, and two rates side by side."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas import figures

ROWS = st.lists(st.tuples(st.sampled_from(figures.BUCKETS), st.booleans(), st.sampled_from("ab")), max_size=40)


def ledger_of(closed: int, referred: int = 0, open_: int = 0) -> pd.DataFrame:
    buckets = ["closed"] * closed + ["referred"] * referred + ["open"] * open_
    return pd.DataFrame({"bucket": buckets, "overdue": False})


def test_the_reported_day_is_667_651_16_with_both_rates():
    found = figures.figures(ledger_of(651, 16))
    assert (found.total, found.closed, found.referred, found.open) == (667, 651, 16, 0)
    assert (found.rate_all, found.rate_own) == (0.976, 1.0)


def test_a_referral_that_comes_back_fixed_raises_the_closed():
    found = figures.figures(ledger_of(652, 15))
    assert (found.total, found.closed, found.referred) == (667, 652, 15)


def test_an_empty_ledger_has_no_rate():
    found = figures.figures(ledger_of(0))
    assert (found.total, found.rate_all, found.rate_own) == (0, None, None)


def test_a_ledger_of_referred_items_only_has_no_own_rate():
    assert figures.figures(ledger_of(0, 3)).rate_own is None


@given(rows=ROWS)
def test_total_is_closed_plus_referred_plus_open_and_the_parts_add_up(rows):
    frame = pd.DataFrame(rows, columns=["bucket", "overdue", "sector"])
    found = figures.figures(frame)
    assert found.total == found.closed + found.referred + found.open
    assert found.total + found.unverified + found.void == len(frame)
    parts = figures.figures_by(frame, "sector")
    assert sum(part.total for part in parts.values()) == found.total


def test_the_document_of_the_command_bears_date_revision_and_parts():
    frame = ledger_of(2, 1).assign(sector=["FIRE", "FIRE", "WATER"])
    found = figures.document(frame, as_of=date(2021, 12, 31), revision=9, by="sector")
    assert (found["as_of"], found["revision"], found["total"]) == ("2021-12-31", 9, 3)
    assert found["by"]["FIRE"]["closed"] == 2


@pytest.mark.parametrize("choice", figures.CHOICES)
def test_every_choice_of_a_figure_can_be_named(choice):
    from atlas import wording

    assert choice in wording.FIGURE
