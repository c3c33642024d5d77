"""A running atlas and a browser on it, for tests that click."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--lang=zh-CN",
]
PATIENCE_MS = 15_000


class Atlas:
    """One `atlas serve` process on a town's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Atlas":
        command = [sys.executable, "-m", "atlas", "serve", "--port", str(self.port), "--data", str(self.folder)]
        with (self.folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        deadline_tries = 600
        for _try in range(deadline_tries):
            if self.process.poll() is not None:
                raise AssertionError((self.folder / "serve.log").read_text("utf-8"))
            try:
                urllib.request.urlopen(f"{self.url}/readyz", timeout=1).close()
                return self
            except (URLError, OSError):
                self._wait(0.1)
        raise AssertionError("the server did not get ready")

    def _wait(self, seconds: float) -> None:
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "atlas", *arguments, "--data", str(self.folder)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    def figures(self, *arguments: str) -> dict:
        return json.loads(self.command("figures", "--json", *arguments).stdout)


@contextmanager
def serving(folder: Path):
    """Serve a town's folder for the time of a `with` block."""
    atlas = Atlas(folder).start()
    try:
        yield atlas
    finally:
        atlas.stop()


def copied(source: Path, target: Path) -> Path:
    """Copy a town's folder whose database nobody has open."""
    shutil.copytree(source, target)
    return target


class Visitor:
    """One browser on the atlas, signed in with a role; it notes every request and every fault."""

    def __init__(self, browser: Browser, atlas: Atlas, role: str, **context: object) -> None:
        options = {"viewport": {"width": 1400, "height": 900}, "locale": "zh-CN", "bypass_csp": True} | context
        self.context: BrowserContext = browser.new_context(base_url=atlas.url, **options)
        self.context.set_default_timeout(PATIENCE_MS)
        self.atlas = atlas
        self.role = role
        self.requests: list[str] = []
        self.faults: list[str] = []
        self.page = self._new_page()
        self.page.goto(f"/sign-in?as={role}")

    def _new_page(self) -> Page:
        page = self.context.new_page()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket_: self.requests.append(socket_.url))
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("dialog", lambda dialog: (self.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        return page

    def open(self, address: str = "/") -> "Visitor":
        self.page.goto(address)
        return self.until_drawn()

    def until_drawn(self) -> "Visitor":
        self.page.wait_for_selector('[data-ready="true"]', state="attached")
        return self

    @property
    def map(self):
        return self.page.locator("[data-ready]")

    def drawn(self, name: str) -> int:
        return int(self.map.get_attribute(f"data-{name}") or -1)

    def until_shown(self, count: int) -> "Visitor":
        self.page.wait_for_selector(f'[data-ready="true"][data-shown="{count}"]', state="attached")
        return self

    def until_total(self, count: int) -> "Visitor":
        self.page.wait_for_selector(f'[data-ready="true"][data-total="{count}"]', state="attached")
        return self

    def figure(self, name: str) -> str:
        return self.page.locator(f'[data-figure="{name}"] b').inner_text()

    def strip(self) -> dict[str, str]:
        cells = self.page.locator("[data-figure]").all()
        return {cell.get_attribute("data-figure"): cell.locator("b").inner_text() for cell in cells}

    def click_map_at(self, lon: float, lat: float) -> None:
        """Click the pixel of the map where (lon, lat) lies; the view is moved there first."""
        spot = self.page.evaluate(
            """([lon, lat]) => {
                const map = window.atlasMap.map;
                map.setView([lat, lon], Math.max(map.getZoom(), 15), {animate: false});
                const pixel = map.latLngToContainerPoint([lat, lon]);
                const box = map.getContainer().getBoundingClientRect();
                return [box.left + pixel.x, box.top + pixel.y];
            }""",
            [lon, lat],
        )
        self.page.mouse.click(*spot)

    def key(self, name: str):
        return self.page.locator(f".st-key-{name}")

    def choose(self, name: str, option: str | None = None) -> None:
        """Choose an option of a select box, the first where none is named.

        A run that ends meanwhile may close the box's list, then it is opened again.
        """
        options = self.page.get_by_role("option", name=option)
        for _try in range(8):
            if not options.count():
                self.key(name).locator("input").click()
            try:
                options.first.click(timeout=2_000)
                return
            except PlaywrightTimeout:
                continue
        raise AssertionError(f"{name}: {option} could not be chosen")

    def only_asked_this_machine(self) -> bool:
        own = (self.atlas.url, self.atlas.url.replace("http", "ws"), "data:", "blob:")
        return all(request.startswith(own) for request in self.requests)

    def close(self) -> None:
        self.context.close()
