"""The bench (测速): our map beside three ways of drawing the same points with Folium, in one run.

Run it by `make bench`, or in parts: `python -m tests.bench.bench_map --points 700,20000 --only ours`.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.bench import cases, crowd, libraries, report
from tests.bench.cases import Case
from tests.bench.report import Result
from tests.bench.session import Session
from tests.bench.stopwatch import OverLimit
from tests.browser.running import CHROMIUM_FLAGS

POINTS = (700, 20_000, 100_000, 500_000)
LIMIT_S = 240.0
OVER = "over the limit"
# Whoever asks for another machine is told at once that there is none.
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


def main() -> None:
    """Measure what the options ask for and print it."""
    options = _options()
    # Stopped from outside, it still ends its servers and forgets its copies.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results: list[Result] = []
    with _towns(options.towns) as towns, _libraries(options.only) as address, sync_playwright() as playwright:
        flags = [*CHROMIUM_FLAGS, ALONE]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        for count in options.points:
            folder = _town(towns, count)
            for case in cases.of(count, folder, address, options.only):
                result = Result(count, case.name, load_average=os.getloadavg()[0])
                _measure(browser, case, folder / crowd.POINTS, options.limit, result, results)
                results.append(result)
                print(report.row(result), file=sys.stderr, flush=True)
        machine = report.machine(browser.version)
        browser.close()
    print(report.table(results), machine, report.targets(results), sep="\n\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench_map", description="Our map beside its alternatives.")
    parser.add_argument("--points", type=_numbers, default=POINTS, help="how many points, e.g. 700,20000")
    parser.add_argument("--only", choices=["ours", *cases.ALTERNATIVES], help="measure this layer alone")
    parser.add_argument("--towns", type=Path, help="keep the towns in this folder, and use those that are there")
    parser.add_argument("--limit", type=float, default=LIMIT_S, help="seconds after which points count as not drawn")
    return parser.parse_args()


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


@contextmanager
def _towns(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="atlas-bench-") as folder:
        yield Path(folder)


@contextmanager
def _libraries(only: str | None) -> Iterator[str]:
    """Serve the libraries of Folium's maps; yield "" where the alternatives are not wanted or cannot be shown."""
    files: dict[str, bytes] = {}
    if only != "ours":
        try:
            files = libraries.browser_files()
        except libraries.Missing as missing:
            print(f"Every figure of the alternatives is left out: {missing}.")
    if not files:
        yield ""
        return
    shelf = libraries.Shelf(files)
    try:
        yield shelf.address
    finally:
        shelf.close()


def _town(towns: Path, count: int) -> Path:
    """Return the folder of a town with that many points, made where it is not there yet."""
    folder = towns / str(count)
    if not (folder / crowd.POINTS).exists():
        shutil.rmtree(folder, ignore_errors=True)
        for command in (["atlas", "demo", str(folder)], ["tests.bench.crowd", str(folder), str(count)]):
            subprocess.run([sys.executable, "-m", *command], check=True, stdout=subprocess.DEVNULL)
    return folder


def _measure(browser: Browser, case: Case, points: Path, limit_s: float, result: Result, earlier: list[Result]) -> None:
    if any(other.layer == result.layer and other.stopped == OVER and not other.loads for other in earlier):
        result.stopped = f"{OVER} with fewer points"
        return
    try:
        Session(browser, case, case.start(), points, limit_s).measure(result)
    except OverLimit:
        result.stopped = OVER
    except libraries.Missing as missing:
        result.stopped = f"left out: {missing}"
    finally:
        case.stop()


if __name__ == "__main__":
    main()
