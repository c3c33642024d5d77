"""How long a drill lasts: short in the suite, long where `make drill` asks for it."""

import os


def times(short: int, long: int) -> int:
    """Return how often a drill repeats itself in this run."""
    return long if os.environ.get("ATLAS_DRILL") else short
