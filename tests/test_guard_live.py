"""The guard on a real server process, attacked over raw sockets by clients that do what no browser would."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.worlds import town_folder

ROOT = Path(__file__).parent.parent
STREAM = "/_stcore/stream"
MEGABYTE = 1024 * 1024
PATIENCE_S = 30

# What it shows is what Streamlit believes: who is there, and how often this very session has run.
SCRIPT = """
import streamlit as st
from atlas.desk.admission import account_in
st.session_state.runs = st.session_state.get("runs", 0) + 1
account = account_in(st.user)
st.text(f"runs={st.session_state.runs} name={account.name} role={account.role};")
st.file_uploader("photo")
"""
SERVE = """
import sys
from pathlib import Path
from atlas.desk import server
server.serve("127.0.0.1", int(sys.argv[1]), Path(sys.argv[2]), script=Path(sys.argv[3]))
"""


class Server:
    """A server process that cannot reach the internet: its proxy takes every call and never answers."""

    def __init__(self, folder: Path) -> None:
        self.black_hole = socket.create_server(("127.0.0.1", 0))
        self.black_hole.setblocking(False)
        proxy = f"http://127.0.0.1:{self.black_hole.getsockname()[1]}"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self.origin = f"http://{self.host}"
        script = folder / "script.py"
        script.write_text(SCRIPT, "utf-8")
        command = [sys.executable, "-c", SERVE, str(self.port), str(town_folder(folder / "town")), str(script)]
        environment = os.environ | {
            "HTTP_PROXY": proxy,
            "HTTPS_PROXY": proxy,
            "http_proxy": proxy,
            "https_proxy": proxy,
        }
        self.log = folder / "serve.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        for _try in range(600):
            try:
                assert self.ask("GET", "/readyz").status == 200
            except OSError:
                assert self.process.poll() is None, self.log.read_text("utf-8")
                self._let_pass(0.1)
            else:
                return
        raise AssertionError("the server did not get ready")

    def _let_pass(self, seconds: float) -> None:
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> http.client.HTTPResponse:
        """Send exactly this path, dots and slashes as they are, and return the answer, read to its end."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        connection.request(method, path, body or None, {name.replace("_", "-"): text for name, text in headers.items()})
        answer = connection.getresponse()
        answer.text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer

    def sign_in(self, role: str) -> str:
        """Return the cookie header of a new session."""
        return self.ask("GET", f"/sign-in?as={role}").headers["set-cookie"].split(";")[0]

    def line(self, cookie: str, *, resume: str = "", **headers: str) -> ClientConnection:
        """Open Streamlit's websocket, asking for a session to be resumed where its id is given."""
        return connect(
            f"ws://{self.host}{STREAM}",
            origin=headers.pop("origin", self.origin),
            subprotocols=["streamlit", "none", *([resume] if resume else [])],
            additional_headers={"cookie": cookie} | {name.replace("_", "-"): text for name, text in headers.items()},
            proxy=None,
            max_size=None,
            open_timeout=PATIENCE_S,
        )

    def resident_megabytes(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE_S)


class Reader:
    """What one websocket has been told: the session's id and the text of its last run."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line
        self.session_id = ""

    def run(self) -> str:
        """Ask for a run and return what the script showed."""
        self.line.send(BackMsg(rerun_script={}).SerializeToString())
        shown = ""
        while True:
            message = ForwardMsg.FromString(self.line.recv(PATIENCE_S))
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.session_id = message.new_session.initialize.session_id
            if kind == "delta" and message.delta.new_element.WhichOneof("type") == "text":
                shown = message.delta.new_element.text.body
            if kind == "script_finished" and shown:
                return shown


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("live"))
    yield running
    if running.process.poll() is None:
        running.stop()
    running.black_hole.close()


@contextmanager
def latency_watched(server: Server) -> Iterator[list[float]]:
    """Measure how long /healthz takes, again and again, while something else goes on."""
    seconds: list[float] = []
    over = threading.Event()

    def measure() -> None:
        while not over.is_set():
            began = time.perf_counter()
            server.ask("GET", "/healthz")
            seconds.append(time.perf_counter() - began)
            over.wait(0.02)

    watch = threading.Thread(target=measure)
    watch.start()
    try:
        yield seconds
    finally:
        over.set()
        watch.join()


def refused(open_line: Callable[[], ClientConnection]) -> int:
    with pytest.raises(InvalidStatus) as refusal:
        open_line()
    return refusal.value.response.status_code


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:9", None])
def test_foreign_websockets_are_refused_without_anybody_having_to_wait(server, origin):
    cookie = server.sign_in("leader")
    with latency_watched(server) as seconds:
        statuses = {refused(lambda: server.line(cookie, origin=origin)) for _attack in range(20)}
    assert statuses == {403}
    assert max(seconds) < 0.5
    with pytest.raises(BlockingIOError):
        server.black_hole.accept()


def test_foreign_requests_to_streamlits_health_are_refused_without_anybody_having_to_wait(server):
    cookie = server.sign_in("leader")
    with latency_watched(server) as seconds:
        answers = {
            server.ask("GET", "/_stcore/health", cookie=cookie, origin="http://evil.example").status for _i in range(20)
        }
    assert answers == {403}
    assert max(seconds) < 0.5
    with pytest.raises(BlockingIOError):
        server.black_hole.accept()


def test_a_rebound_name_is_refused_although_origin_and_host_agree(server):
    cookie = server.sign_in("leader")
    evil = f"evil.example:{server.port}"
    assert server.ask("GET", "/", cookie=cookie, host=evil).status == 421
    headers = {
        "Host": evil,
        "Origin": f"http://{evil}",
        "Cookie": cookie,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
    }
    key = {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    assert server.ask("GET", STREAM, **headers, **key).status == 421


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/hazard_map", "/_stcore/health", "/_stcore/host-config", "/_stcore/upload_file/a/b", "/media/x.png"),
        *("/static/js/index.js", "/component/x/y", "/_stcore/bidi-components/x", "/app/static/x", "/favicon.png"),
        *("/points/1/2021-12-31.bin", "/layers/x.json", "/monitoring/1.json", "/map/x.js", "/photos/x.jpg"),
        *("/assets/leaflet/leaflet.js", "/assets/desk/sign-in.js"),
    ],
)
def test_nothing_is_handed_out_without_a_session(server, path):
    for method in ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"):
        assert server.ask(method, path).status == 401
    assert server.ask("GET", path, accept="text/html").status == 303
    assert server.ask("GET", path, cookie="atlas_session=guessed").status == 401


def test_no_websocket_without_a_session(server):
    assert refused(lambda: server.line("")) == 401
    assert refused(lambda: server.line("atlas_session=guessed")) == 401


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp", "/agent/x"])
def test_figures_of_the_process_and_the_agents_door_are_closed(server, path):
    assert server.ask("GET", path, cookie=server.sign_in("admin")).status == 404


@pytest.mark.parametrize(
    "path",
    [
        *("/assets/../../../../etc/passwd", "/assets/%2e%2e/%2e%2e/etc/passwd", "/assets/desk/..%2fserver.py"),
        *("//etc/passwd", "/media/../../etc/passwd", "/static/..%2f..%2f..%2fetc/passwd", "/assets/desk/..\\server.py"),
        *("/photos/..%2f..%2ftown.toml.jpg", "/component/..%2f..%2fetc/passwd", "/assets//etc/passwd"),
    ],
)
def test_no_path_leads_out_of_what_is_served(server, path):
    answer = server.ask("GET", path, cookie=server.sign_in("viewer"))
    assert answer.status in (400, 404)
    assert not re.search(r"root:|import |name_zh", answer.text)


def test_a_page_believes_the_session_table_and_not_what_the_client_says_of_itself(server):
    forged = {"X-Atlas-Account": "%E9%95%87", "X-Atlas-Role": "admin", "x_atlas_role": "admin"}
    with server.line(server.sign_in("viewer"), **forged) as line:
        assert Reader(line).run() == "runs=1 name=演示·查看人员 role=viewer;"


def test_signing_out_closes_the_live_websocket_at_its_next_message(server):
    cookie = server.sign_in("station")
    with server.line(cookie) as line:
        assert Reader(line).run().startswith("runs=1 ")
        assert server.ask("GET", "/sign-out", cookie=cookie).status == 303
        with pytest.raises(ConnectionClosed) as closed:
            Reader(line).run()
    assert closed.value.rcvd.code == 4401
    assert refused(lambda: server.line(cookie)) == 401


def test_a_person_gets_the_own_session_back_after_a_broken_line(server):
    cookie = server.sign_in("leader")
    with server.line(cookie) as line:
        reader = Reader(line)
        reader.run()
    with server.line(cookie, resume=reader.session_id) as line:
        assert Reader(line).run().startswith("runs=2 ")


@pytest.mark.parametrize("thief", ["viewer", "leader"])
@pytest.mark.parametrize("is_still_open", [True, False])
def test_nobody_else_can_take_over_a_session_by_its_id(server, thief, is_still_open):
    with ExitStack() as lines:
        reader = Reader(lines.enter_context(server.line(server.sign_in("leader"))))
        reader.run()
        if not is_still_open:
            lines.close()
        with server.line(server.sign_in(thief), resume=reader.session_id) as stolen:
            assert Reader(stolen).run().startswith("runs=1 ")
        if is_still_open:
            assert reader.run().startswith("runs=2 ")


def test_a_flood_of_uploads_is_stopped_before_it_fills_the_memory(server):
    cookie = server.sign_in("monitor")
    with server.line(cookie) as line:
        reader = Reader(line)
        reader.run()
        crumb = server.ask("GET", "/_stcore/health", cookie=cookie).headers["set-cookie"].split(";")[0]
        token = crumb.partition("=")[2]
        part = b'--x\r\nContent-Disposition: form-data; name="f"; filename="../../a.png"\r\n\r\n'
        body = part + bytes(15 * MEGABYTE) + b"\r\n--x--\r\n"
        before = server.resident_megabytes()
        statuses = [
            server.ask(
                "PUT",
                f"/_stcore/upload_file/{reader.session_id}/{number}",
                body,
                cookie=f"{cookie}; {crumb}",
                x_xsrftoken=token,
                origin=server.origin,
                content_type="multipart/form-data; boundary=x",
            ).status
            for number in range(12)
        ]
        grown = server.resident_megabytes() - before
    assert statuses == [204] * 3 + [429] * 9
    assert grown < 100


def test_a_body_that_is_too_large_is_refused(server):
    answer = server.ask("PUT", "/_stcore/upload_file/a/b", bytes(26 * MEGABYTE), cookie=server.sign_in("office"))
    assert answer.status == 413


def test_the_server_stops_in_good_order_while_people_are_connected(tmp_path):
    server = Server(tmp_path)
    with server.line(server.sign_in("leader")) as line:
        Reader(line).run()
        assert server.stop() == 0
    server.black_hole.close()
    assert "Traceback" not in server.log.read_text("utf-8")
