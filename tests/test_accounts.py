"""Who may do what: the one table, deny by default."""

import pytest

from atlas import accounts, ledger, wording
from atlas.errors import NotAllowed


@pytest.mark.parametrize("action", [*ledger.MOVES, "report", "register", "relocate"])
def test_every_action_of_the_ledger_stands_in_the_table(action):
    assert accounts.RIGHTS[action]


@pytest.mark.parametrize("role", accounts.ROLES)
def test_what_the_table_does_not_name_is_denied(role):
    assert not accounts.may(role, "delete")
    with pytest.raises(NotAllowed):
        accounts.check(role, "delete")


def test_a_viewer_may_look_and_nothing_else():
    assert [action for action in accounts.RIGHTS if accounts.may("viewer", action)] == ["see:hazard_map"]


def test_an_unknown_role_may_nothing():
    assert not any(accounts.may("nobody", action) for action in accounts.RIGHTS)


def test_every_role_has_a_label():
    assert set(accounts.ROLES) == set(wording.ROLE)
