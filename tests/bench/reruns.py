"""Reruns (重跑): the server's time for one rerun of the map page, from outside over a raw websocket."""

import statistics
import time
import urllib.request
from http.client import HTTPMessage
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

PATIENCE_S = 60


def rerun_seconds(address: str, times: int = 20) -> list[float]:
    """Return the seconds from asking for each rerun to the script's end; the sector filter changes each time."""
    with _line(address) as line:
        sector = _run(line, BackMsg(rerun_script={"page_script_hash": ""}))
        labels = list(sector.options)
        seconds = []
        for time_no in range(times + 1):
            chosen = [labels[time_no // 2 % len(labels)]] if time_no % 2 else []
            widget = {"id": sector.id, "string_array_value": {"data": chosen}}
            began = time.perf_counter()
            sector = _run(line, BackMsg(rerun_script={"widget_states": {"widgets": [widget]}})) or sector
            labels = list(sector.options)
            seconds.append(time.perf_counter() - began)
    return seconds[1:]


def median_ms(address: str) -> float:
    """Return the median of 20 reruns in milliseconds."""
    return statistics.median(rerun_seconds(address)) * 1000


def _line(address: str) -> ClientConnection:
    return connect(
        f"{address.replace('http', 'ws', 1)}/_stcore/stream",
        origin=address,
        subprotocols=["streamlit", "none"],
        additional_headers={"cookie": _cookie(address)},
        proxy=None,
        max_size=None,
    )


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_asked: object) -> None:
        return None


def _cookie(address: str) -> str:
    try:
        urllib.request.build_opener(_Stay).open(f"{address}/sign-in?as=office", timeout=PATIENCE_S).close()
    except urllib.error.HTTPError as redirect:
        headers: HTTPMessage = redirect.headers
        return str(headers["set-cookie"]).split(";")[0]
    raise AssertionError("signing in did not lead on")


def _run(line: ClientConnection, asked: BackMsg) -> Any:
    """Ask for a run, wait for its end, and return the sector filter as the run showed it."""
    line.send(asked.SerializeToString())
    sector = None
    while True:
        message = ForwardMsg.FromString(line.recv(PATIENCE_S))
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.new_element.WhichOneof("type") == "multiselect":
            element = message.delta.new_element.multiselect
            sector = element if element.id.endswith("filter_sector") else sector
        if kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            return sector
