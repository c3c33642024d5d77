"""The cases (比较对象): our map and its alternatives, each served by a process of its own and used the same way."""

import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pandas as pd
from playwright.sync_api import Page

from tests.bench import crowd, libraries, report
from tests.browser.running import Atlas, copied

ALTERNATIVES = {
    "geojson": "folium.GeoJson, canvas",
    "fast": "FastMarkerCluster",
    "explore": "GeoDataFrame.explore()",
}
# The issue asks for GeoJson up to this many points only.
GEOJSON_MOST = 20_000
_SCRIPT = Path(__file__).with_name("alternatives.py")
_START_TRIES = 600


class Ours:
    """The atlas on a town's folder; a sector is chosen in the sidebar and taken back by the button below."""

    name = report.OURS

    def __init__(self, town: Path, sectors: dict[str, str]) -> None:
        self._sectors = sectors
        self._added = 0
        self._copies = tempfile.TemporaryDirectory(prefix="atlas-bench-")
        self._folder = Path(self._copies.name) / "town"
        self._town = town
        self._atlas = Atlas(self._folder)

    def start(self) -> str:
        """Start the server on a copy of the town, which may be written to, and return its address."""
        copied(self._town, self._folder)
        return self._atlas.start().url

    def enter(self, page: Page) -> None:
        """Sign in, without opening the map."""
        page.goto(f"{self._atlas.url}/sign-in?as=office&next=/healthz")

    def choose(self, page: Page, sector: str) -> None:
        """Choose a sector where none is chosen."""
        # Typed first: a long list scrolls to the option, and a press while it still scrolls is lost.
        page.locator(".st-key-filter_sector input").fill(self._sectors[sector])
        page.get_by_role("option", name=self._sectors[sector]).click()

    def choose_all(self, page: Page) -> None:
        """Take the filter back."""
        # The filter in focus is one line higher; leaving it by the press itself would move the button away.
        page.evaluate("document.activeElement.blur()")
        page.locator(".st-key-filter_clear button").click()

    def add_one(self, _page: Page) -> None:
        """Let somebody else add a hazard."""
        self._added += 1
        crowd.add_one(self._folder, f"one-{self._added}")

    def stop(self) -> None:
        """Stop the server and forget the copy."""
        self._atlas.stop()
        self._copies.cleanup()


class Alternative:
    """A Streamlit script with a Folium map of the same points; a select box chooses the sector."""

    def __init__(self, kind: str, points: Path, libraries_address: str) -> None:
        self.name = ALTERNATIVES[kind]
        self._arguments = [str(points), kind, libraries_address]
        self._kind = kind
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start the server and return its address. Raises Missing where this machine lacks what it needs."""
        explore_folder = libraries.explore_folder() if self._kind == "explore" else libraries.CACHE
        port = Atlas(Path()).port
        settings = {
            "server.address": "127.0.0.1",
            "server.port": port,
            "server.headless": "true",
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": "false",
            "global.developmentMode": "false",
            # The largest of the maps weigh more than the 200 MB that Streamlit lets pass by itself.
            "server.maxMessageSize": 1000,
        }
        command = [sys.executable, "-m", "streamlit", "run", str(_SCRIPT)]
        command += [f"--{name}={value}" for name, value in settings.items()]
        command += ["--", *self._arguments, str(explore_folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait_until_healthy(f"http://127.0.0.1:{port}")
        return f"http://127.0.0.1:{port}"

    def _wait_until_healthy(self, address: str) -> None:
        for _try in range(_START_TRIES):
            with suppress(OSError):
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                return
            time.sleep(0.1)
        raise libraries.Missing("streamlit did not start")

    def enter(self, _page: Page) -> None:
        """Do nothing: anybody may look."""

    def choose(self, page: Page, sector: str) -> None:
        """Choose a sector."""
        page.locator(".st-key-sector input").fill(sector)
        page.get_by_role("option", name=sector, exact=True).click()

    def choose_all(self, page: Page) -> None:
        """Choose every sector."""
        self.choose(page, "ALL")

    def add_one(self, page: Page) -> None:
        """Add a point by the page's button."""
        page.locator(".st-key-add button").click()

    def stop(self) -> None:
        """End the server, which may be rendering a map that nobody waits for any more."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()


Case = Ours | Alternative


def of(count: int, folder: Path, address: str, only: str | None) -> list[Case]:
    """Return the cases for that many points; without an address of the libraries there is ours alone."""
    sectors = pd.read_csv(folder / "sectors.csv").set_index("code")["name_zh"].to_dict()
    kinds = [kind for kind in ALTERNATIVES if address and (kind != "geojson" or count <= GEOJSON_MOST)]
    found: dict[str, Case] = {"ours": Ours(folder, sectors)}
    found |= {kind: Alternative(kind, folder / crowd.POINTS, address) for kind in kinds}
    return [case for name, case in found.items() if only in (None, name)]
