"""Accounts (账号): the roles, and the one table of who may do what.

The same table opens pages, shows buttons and is asked again by the store before every write.
"""

from collections.abc import Mapping

from atlas import wording
from atlas.errors import NotAllowed
from atlas.wording import _, label

ROLES = ("leader", "inspector", "office", "station", "monitor", "viewer", "admin")

_EVERYONE = frozenset(ROLES)
_FINDERS = frozenset({"office", "station", "monitor"})
_HANDLERS = frozenset({"office", "station"})

# Action (verb of the field, or "see:<page>") -> roles that may do it.
RIGHTS: Mapping[str, frozenset[str]] = {
    "see:hazard_map": _EVERYONE,
    "report": _FINDERS,
    "register": _HANDLERS,
    "verify": _HANDLERS,
    "reject": _HANDLERS,
    "relocate": _FINDERS,
    "fix_on_spot": _HANDLERS,
    "assign": _HANDLERS | {"leader"},
    "accept": _FINDERS,
    "return": _FINDERS,
    "submit": _FINDERS,
    "review_pass": _HANDLERS | {"leader"},
    "review_fail": _HANDLERS | {"leader"},
    "refer": _HANDLERS | {"leader"},
    "referral_done": _HANDLERS,
    "referral_returned": _HANDLERS,
    "reopen": _HANDLERS | {"leader", "inspector"},
    "void": frozenset({"office"}),
    "enrol": frozenset({"office", "admin"}),
}


def may(role: str, action: str) -> bool:
    """Tell whether the role may do this; an action the table does not name is denied."""
    return role in RIGHTS.get(action, frozenset())


def check(role: str, action: str) -> None:
    """Raise NotAllowed unless the role may do this."""
    if not may(role, action):
        raise NotAllowed(
            _("“{role}”无权“{action}”。").format(role=label(wording.ROLE, role), action=label(wording.ACTION, action))
        )
