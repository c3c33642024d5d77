"""A session (使用过程): one case used from the first load to a change, each step measured."""

import time
from pathlib import Path

import pandas as pd
from playwright.sync_api import Browser

from tests.bench import reruns
from tests.bench.cases import Case, Ours
from tests.bench.report import Result
from tests.bench.stopwatch import Meter, Watched

FILTERS = 5
LOADS = 3
RERUN_POINTS = 700


class Session:
    """One case on a running server."""

    def __init__(self, browser: Browser, case: Case, address: str, points: Path, limit_s: float) -> None:
        self._browser = browser
        self._case = case
        self._address = address
        self._limit_s = limit_s
        self._of_sector = pd.read_parquet(points, columns=["sector"])["sector"].value_counts().sort_index()
        self._count = int(self._of_sector.sum())

    def measure(self, result: Result) -> None:
        """Measure into the result, step by step, so that what came before a limit stays. Raises OverLimit."""
        self._warm(result)
        watched = self._load_again(result)
        try:
            self._filter(watched, result)
            self._change(watched, result)
        finally:
            watched.close()
        if isinstance(self._case, Ours) and self._count == RERUN_POINTS:
            result.rerun_ms = reruns.median_ms(self._address)

    def _visit(self) -> Watched:
        watched = Watched(self._browser, self._address, self._limit_s)
        self._case.enter(watched.page)
        return watched

    def _warm(self, result: Result) -> None:
        watched = self._visit()
        try:
            if isinstance(self._case, Ours):
                result.first = watched.load("/", self._count)
            else:
                watched.page.goto(f"{self._address}/?warm")
                watched.page.locator(".st-key-sector input").wait_for()
        finally:
            watched.close()

    def _load_again(self, result: Result) -> Watched:
        """Load the page a few times, each time as a new visitor, and return the last one."""
        began = time.monotonic()
        while True:
            watched = self._visit()
            try:
                result.loads.append(watched.load("/", self._count))
            except BaseException:
                watched.close()
                raise
            if len(result.loads) == LOADS or self._is_late(began):
                return watched
            watched.close()

    def _filter(self, watched: Watched, result: Result) -> None:
        began = time.monotonic()
        for sector, count in self._of_sector.head(FILTERS).items():
            result.sectors.append(watched.press(lambda code=str(sector): self._case.choose(watched.page, code), count))
            result.alls.append(watched.press(lambda: self._case.choose_all(watched.page), self._count))
            if self._is_late(began):
                return

    def _change(self, watched: Watched, result: Result) -> None:
        """Add one point and count what the browser receives for it."""
        meter = Meter(watched)
        changed_at = 0.0

        def change() -> None:
            nonlocal changed_at
            if not isinstance(self._case, Ours):
                changed_at = time.time()
            self._case.add_one(watched.page)
            changed_at = changed_at or time.time()

        result.changed = watched.until_drawn(change, self._count + 1) - changed_at
        result.changed_bytes = meter.received
        meter.close()

    def _is_late(self, began: float) -> bool:
        """Tell whether repeating would take longer than anything else may take."""
        return time.monotonic() - began > self._limit_s / 4
