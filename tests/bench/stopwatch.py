"""The stopwatch (秒表): one browser page, how long it takes until points are drawn, and the bytes it receives."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage
from playwright.sync_api import TimeoutError as TookTooLong

VIEWPORT = {"width": 1400, "height": 900}
_SCRIPT = (Path(__file__).parent / "stopwatch.js").read_text("utf-8")
_MARK = "bench-drawn "
_IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'


class OverLimit(Exception):
    """Points were not drawn within the limit."""


class Watched:
    """A page in a browser context of its own, with an empty cache."""

    def __init__(self, browser: Browser, address: str, limit_s: float) -> None:
        self.address = address
        self.limit_ms = limit_s * 1000
        self.context = browser.new_context(viewport=VIEWPORT, locale="zh-CN")
        self.context.set_default_timeout(self.limit_ms)
        self.context.add_init_script(_SCRIPT)
        self.page = self.context.new_page()

    def load(self, path: str, count: int) -> float:
        """Open the path and return the seconds from the navigation to `count` points drawn."""
        at = self._drawn(lambda: self.page.goto(self.address + path, wait_until="commit"), count)
        return (at - self.page.evaluate("performance.timeOrigin")) / 1000

    def press(self, press: Callable[[], Any], count: int) -> float:
        """Do what ends in a press of the mouse; return the seconds from there to `count` points drawn.

        The press waits until the run before it is over, as it is for a person who looks before the next click.
        """
        self.page.wait_for_selector(_IDLE, state="attached")
        at = self._drawn(press, count)
        return (at - self.page.evaluate("benchPressed")) / 1000

    def until_drawn(self, change: Callable[[], Any], count: int) -> float:
        """Do what changes the map from elsewhere; return the moment (s since 1970) `count` points were drawn."""
        return self._drawn(change, count) / 1000

    def _drawn(self, act: Callable[[], Any], count: int) -> float:
        def is_told(message: ConsoleMessage) -> bool:
            return message.text.startswith(_MARK) and _told(message)["count"] == count

        try:
            with self.page.expect_console_message(is_told, timeout=self.limit_ms) as told:
                act()
        except TookTooLong as fault:
            raise OverLimit from fault
        return _told(told.value)["at"]

    def close(self) -> None:
        self.context.close()


class Meter:
    """Counts the bytes a page receives from one server, by HTTP as sent and by websocket as payload."""

    def __init__(self, watched: Watched) -> None:
        self.received = 0
        self._address = watched.address
        self._asked: set[str] = set()
        self._devtools = watched.context.new_cdp_session(watched.page)
        self._devtools.on("Network.requestWillBeSent", self._note)
        self._devtools.on("Network.loadingFinished", self._add_loaded)
        self._devtools.on("Network.webSocketFrameReceived", self._add_frame)
        self._devtools.send("Network.enable")

    def _note(self, event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith(self._address):
            self._asked.add(event["requestId"])

    def _add_loaded(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._asked:
            self.received += int(event["encodedDataLength"])

    def _add_frame(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        is_text = frame["opcode"] == 1
        payload = frame["payloadData"]
        self.received += len(payload.encode()) if is_text else len(base64.b64decode(payload))

    def close(self) -> None:
        self._devtools.detach()


def _told(message: ConsoleMessage) -> dict[str, float]:
    told: dict[str, float] = json.loads(message.text.removeprefix(_MARK))
    return told
