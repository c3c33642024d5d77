"""The report (测速结果): what the bench measured as a table, the machine it ran on, and whether the targets hold."""

import importlib.metadata
import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

OURS = "the atlas"
FILTER_TARGET_S = 0.5
RERUN_TARGET_MS = 150
TIMES_FASTER = 4
COLUMNS = (
    "points",
    "layer",
    "first load after start",
    "load → points",
    "sector → points",
    "all → points",
    "bytes per change",
    "change → drawn",
    "load average",
)


@dataclass
class Result:
    """What one case took with one number of points; seconds unless said otherwise.

    Attributes:
        first: the load right after the server's start, which reads the ledger; ours only.
        loads: loads with a warm server and an empty browser cache.
        sectors: changes from one sector, or from all, to one sector.
        alls: changes back to every sector.
        changed_bytes: bytes received when one hazard is added, by its own page's button or by somebody else.
        changed: from that change to its point.
        rerun_ms: the server's time for one rerun, transport included.
        stopped: why nothing more was measured.
    """

    points: int
    layer: str
    first: float | None = None
    loads: list[float] = field(default_factory=list)
    sectors: list[float] = field(default_factory=list)
    alls: list[float] = field(default_factory=list)
    changed_bytes: int | None = None
    changed: float | None = None
    rerun_ms: float | None = None
    load_average: float = 0.0
    stopped: str = ""

    def cells(self) -> list[str]:
        """Return the row of the table; what was stopped is said once, where it stopped."""
        row = [f"{self.points:,}", self.layer, _seconds(self.first), _median(self.loads)]
        row += [_median(self.sectors), _median(self.alls), _bytes(self.changed_bytes), _seconds(self.changed)]
        measured = [3 if self.loads else 0, 4 if self.sectors else 0, 5 if self.alls else 0]
        if self.stopped:
            row[max(max(measured) + 1, 3) if self.changed is None else 7] = self.stopped
        return [*row, f"{self.load_average:.1f}"]


def table(results: Sequence[Result]) -> str:
    """Return the results as a Markdown table, with the reruns below it."""
    head = [_line(COLUMNS), _line(["--:", ":--", *["--:"] * (len(COLUMNS) - 2)])]
    rerun = [f"- server-side rerun at {r.points:,} points: {r.rerun_ms:.0f} ms (median of 20, from outside over the "
             "websocket, transport included)" for r in results if r.rerun_ms is not None]  # fmt: skip
    return "\n".join([*head, *map(row, results), "", *rerun])


def row(result: Result) -> str:
    """Return one row of the table."""
    return _line(result.cells())


def machine(chromium: str) -> str:
    """Return a line on what this ran on."""
    cores = len(os.sched_getaffinity(0))
    streamlit = importlib.metadata.version("streamlit")
    return (
        f"Machine: {cores} cores, load average {os.getloadavg()[0]:.1f} at the end, Chromium {chromium} headless "
        f"1400×900, Streamlit {streamlit}. Medians; n in brackets where it is not 5 (filters) or 3 (loads). "
        "Alternatives fetch their libraries from this machine."
    )


def targets(results: Sequence[Result]) -> str:
    """Return a line for each target that the results bear on."""
    ours = {result.points: result for result in results if result.layer == OURS}
    lines = []
    if 500_000 in ours:
        for name, times in (("sector", ours[500_000].sectors), ("all", ours[500_000].alls)):
            found = statistics.median(times) if times else float("inf")
            said = f"{name} → points at 500,000: {found:.2f} s (target {FILTER_TARGET_S} s)"
            lines.append(_verdict(said, is_kept=found <= FILTER_TARGET_S))
    others = [result for result in results if result.layer != OURS and result.points == 100_000]
    if 100_000 in ours and others:
        lines += _ratios(ours[100_000], others)
    lines += [
        _verdict(
            f"server-side rerun at 700: {result.rerun_ms:.0f} ms (target {RERUN_TARGET_MS} ms)",
            is_kept=result.rerun_ms < RERUN_TARGET_MS,
        )
        for points, result in ours.items()
        if points == 700 and result.rerun_ms is not None
    ]
    return "\n".join(lines)


def _ratios(ours: Result, others: Sequence[Result]) -> list[str]:
    """Say how often faster ours is to one sector, back to all of them, and there and back together."""
    lines = []
    for name, legs in (("sector", ["sectors"]), ("all", ["alls"]), ("there and back", ["sectors", "alls"])):
        mine = _together(ours, legs)
        best = min(((_together(other, legs), other.layer) for other in others), default=(float("inf"), ""))
        if mine < float("inf") and best[0] < float("inf"):
            ratio = best[0] / mine
            said = f"{name} → points at 100,000: {ratio:.1f} times faster than {best[1]} (target {TIMES_FASTER})"
            lines.append(_verdict(said, is_kept=ratio >= TIMES_FASTER))
    return lines


def _together(result: Result, legs: Sequence[str]) -> float:
    """Return the medians of these changes together; infinite where one was not measured."""
    times = [getattr(result, leg) for leg in legs]
    return sum(map(statistics.median, times)) if all(times) else float("inf")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _verdict(said: str, *, is_kept: bool) -> str:
    return f"- {said}: {'holds' if is_kept else 'does not hold'}"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s"


def _median(values: list[float]) -> str:
    if not values:
        return "–"
    usual = "" if len(values) in (3, 5) else f" ({len(values)})"
    return _seconds(statistics.median(values)) + usual


def _bytes(value: int | None) -> str:
    if value is None:
        return "–"
    return f"{value / 1e6:.1f} MB" if value >= 1e6 else f"{value / 1e3:.1f} kB"
