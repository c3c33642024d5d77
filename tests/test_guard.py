from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from atlas.desk.admission import COOKIE, account_in
from atlas.desk.browser_policy import HEADERS
from atlas.desk.guard import SESSION_ENDED, Guard
from atlas.desk.uploads import Uploads
from atlas.records.sessions import Sessions
from atlas.records.store import Store
from atlas.township import Actor
from tests.asgi_client import TestClient, WebSocketDenialResponse, WebSocketTestSession
from tests.worlds import town_folder

HOST = "127.0.0.1:8501"
OWN = f"http://{HOST}"
PAGE = {"accept": "text/html,application/xhtml+xml"}
STREAM = "/_stcore/stream"


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **delta: float) -> None:
        self.now += timedelta(**delta)


async def tell(request: Request) -> Response:
    size = len(await request.body())
    return JSONResponse({"size": size, "headers": request.headers.items()})


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            await websocket.send_bytes(await websocket.receive_bytes())
    except WebSocketDisconnect:
        return


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(tmp_path, clock) -> Iterator[Sessions]:
    store = Store.open(town_folder(tmp_path / "town"), clock=clock)
    yield Sessions(store.database)
    store.close()


@pytest.fixture
def house(sessions, clock) -> Starlette:
    """The guard in front of an app that tells what reached it."""
    uploads = Uploads(clock, body_bytes=1000, minute_bytes=2500)
    guard = Middleware(Guard, sessions=sessions, hosts=frozenset({"127.0.0.1", "::1"}), clock=clock, uploads=uploads)
    methods = ["GET", "POST", "PUT", "DELETE", "OPTIONS"]
    return Starlette(
        routes=[WebSocketRoute(STREAM, echo), Route("/{path:path}", tell, methods=methods)], middleware=[guard]
    )


@pytest.fixture
def stranger(house) -> TestClient:
    return TestClient(house, base_url=OWN, follow_redirects=False)


@pytest.fixture
def leader(house, sessions, clock) -> TestClient:
    client = TestClient(house, base_url=OWN, follow_redirects=False)
    client.cookies.set(COOKIE, sessions.start("演示·镇领导", "leader", clock()))
    return client


def line_of(client: TestClient, path: str = STREAM, origin: str | None = OWN) -> WebSocketTestSession:
    return client.websocket_connect(f"ws://{HOST}{path}", headers={"origin": origin} if origin is not None else {})


def cut_at(line: WebSocketTestSession) -> int:
    """Read to the end of the line, and return the code it was closed with."""
    with pytest.raises(WebSocketDisconnect) as cut:
        list(iter(line.receive_bytes, None))
    return cut.value.code


def rerun(*, by_the_clock: bool) -> bytes:
    message = BackMsg()
    message.rerun_script.is_auto_rerun = by_the_clock
    message.rerun_script.query_string = "sector=FIRE"
    return message.SerializeToString()


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil@127.0.0.1", "127.0.0.1/x", "169.254.169.254", "", "[::2]"]
)
def test_a_request_under_another_hosts_name_is_refused(leader, host):
    assert leader.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "127.0.0.1", "[::1]:8501"])
def test_the_servers_own_names_are_accepted(leader, host):
    assert leader.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "GET"])
@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:9999", "null", "http://127.0.0.1", ""])
def test_a_request_sent_by_another_site_is_refused(leader, method, origin):
    assert leader.request(method, "/", headers={"origin": origin}).status_code == 403


@pytest.mark.parametrize("origin", [OWN, f"https://{HOST}"])
def test_a_request_sent_by_our_own_page_passes(leader, origin):
    assert leader.put("/_stcore/upload_file/a/b", headers={"origin": origin}).status_code == 200


@pytest.mark.parametrize(
    "origin", [None, "http://evil.example", "http://127.0.0.1:9999", "null", "ws://127.0.0.1:8501"]
)
def test_a_websocket_without_our_own_origin_is_refused(leader, origin):
    with pytest.raises(WebSocketDenialResponse) as refused, line_of(leader, origin=origin):
        pass
    assert refused.value.status_code == 403


def test_a_websocket_without_a_session_is_refused(stranger):
    with (
        pytest.raises(WebSocketDenialResponse) as refused,
        line_of(stranger),
    ):
        pass
    assert refused.value.status_code == 401


def test_only_streamlits_own_websocket_is_open(leader):
    with (
        pytest.raises(WebSocketDenialResponse) as refused,
        line_of(leader, "/spy"),
    ):
        pass
    assert refused.value.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        *("/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/agent/interact", "/_stcore/agent", "/agent/mcp"),
        *("/_stcore/script-health-check", "/auth/login", "/oauth2callback", "/_stcore/metrics/", "/_stcore/"),
    ],
)
def test_what_streamlit_offers_to_machines_is_closed_even_to_the_signed_in(leader, path):
    assert leader.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/hazard_map", "/media/abc.png", "/points/3/2026-01-01.bin", "/static/js/x.js"])
def test_a_person_without_a_session_is_led_to_the_sign_in_page(stranger, path):
    answer = stranger.get(path + "?sector=FIRE", headers=PAGE)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=%2F")
    assert answer.headers["location"].endswith("%3Fsector%3DFIRE")


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/_stcore/health", "/_stcore/host-config", "/media/abc.png", "/component/x/index.html"),
        *("/points/3/2026-01-01.bin", "/assets/leaflet/leaflet.js", "/assets/desk/%2e%2e/desk/sign-in.css"),
        *("/sign-in/", "/sign-in/%2e%2e/x", "/healthz/x"),
    ],
)
def test_everything_that_pages_fetch_needs_a_session(stranger, path):
    answer = stranger.get(path)
    assert answer.status_code == 401
    assert "/sign-in" in answer.text


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/healthz", "/readyz", "/assets/desk/sign-in.css"])
def test_the_way_in_is_open_to_everybody(stranger, path):
    assert stranger.get(path, headers=PAGE).status_code == 200


def test_what_the_client_says_of_itself_is_replaced_by_what_the_session_table_says(leader):
    forged = {"X-Atlas-Account": "admin", "x-atlas-role": "admin", "X_Atlas_Role": "admin", "x-atlas-session": "0"}
    heard = dict(leader.get("/", headers=forged).json()["headers"])
    assert account_in({"name": heard["x-atlas-account"], "role": heard["x-atlas-role"]}) == Actor(
        "演示·镇领导", "leader"
    )
    assert "x_atlas_role" not in heard
    assert heard["x-atlas-session"] not in ("0", leader.cookies[COOKIE])


def test_nobody_is_introduced_where_there_is_no_session(stranger):
    heard = dict(stranger.get("/sign-in", headers={"X-Atlas-Role": "admin"}).json()["headers"])
    assert not [name for name in heard if name.startswith("x-atlas")]


def test_two_sign_ins_of_one_account_are_told_apart(leader, house, sessions, clock):
    other = TestClient(house, base_url=OWN, cookies={COOKIE: sessions.start("演示·镇领导", "leader", clock())})
    marks = {dict(client.get("/").json()["headers"])["x-atlas-session"] for client in (leader, other)}
    assert len(marks) == 2


@pytest.mark.parametrize("cookie", [f"{COOKIE}=made-up", f"{COOKIE}=", "other=1", f"x{COOKIE}=1"])
def test_a_made_up_token_opens_nothing(stranger, cookie):
    assert stranger.get("/", headers={"cookie": cookie}).status_code == 401


def test_two_different_tokens_at_once_open_nothing(leader, sessions, clock):
    planted = sessions.start("演示·查看人员", "viewer", clock())
    cookie = f"{COOKIE}={planted}; {COOKIE}={leader.cookies[COOKIE]}"
    leader.cookies.clear()
    assert leader.get("/", headers={"cookie": cookie}).status_code == 401


def test_signing_out_cuts_the_live_websocket_at_its_next_message(leader, sessions):
    with line_of(leader) as line:
        line.send_bytes(rerun(by_the_clock=False))
        assert line.receive_bytes() == rerun(by_the_clock=False)
        sessions.end(leader.cookies[COOKIE])
        line.send_bytes(rerun(by_the_clock=False))
        assert cut_at(line) == SESSION_ENDED


def test_a_page_whose_session_has_ended_is_led_to_the_sign_in_and_back(leader, sessions):
    message = BackMsg()
    message.rerun_script.context_info.url = f"{OWN}/hazard_map?sector=FIRE#map=13/27.2/108.7"
    with line_of(leader) as line:
        sessions.end(leader.cookies[COOKIE])
        line.send_bytes(message.SerializeToString())
        told = ForwardMsg.FromString(line.receive_bytes())
    assert told.auth_redirect.url == "/sign-in?next=%2Fhazard_map%3Fsector%3DFIRE"


def test_a_page_that_only_refreshes_itself_is_cut_after_half_an_hour(leader, clock):
    with line_of(leader) as line:
        for _minute in range(29):
            clock.go_on(minutes=1)
            line.send_bytes(rerun(by_the_clock=True))
            line.receive_bytes()
        clock.go_on(minutes=1)
        line.send_bytes(rerun(by_the_clock=True))
        assert cut_at(line) == SESSION_ENDED


def test_a_person_who_goes_on_working_stays_signed_in_until_twelve_hours_are_over(leader, clock):
    with line_of(leader) as line:
        for _half_hour in range(12 * 60 // 20 - 1):
            clock.go_on(minutes=20)
            line.send_bytes(rerun(by_the_clock=False))
            line.receive_bytes()
        clock.go_on(minutes=20)
        line.send_bytes(rerun(by_the_clock=False))
        assert cut_at(line) == SESSION_ENDED


@pytest.mark.parametrize("noise", [b"", b"\xff\xff\xff", BackMsg(app_heartbeat=True).SerializeToString()])
def test_heartbeats_and_noise_are_no_activity(leader, clock, noise):
    with line_of(leader) as line:
        clock.go_on(minutes=29)
        line.send_bytes(noise)
        line.receive_bytes()
        clock.go_on(minutes=1)
        line.send_bytes(noise)
        assert cut_at(line) == SESSION_ENDED


def test_fetching_parts_of_a_page_is_no_activity_but_opening_one_is(leader, clock):
    clock.go_on(minutes=20)
    leader.get("/points/3/2026-01-01.bin")
    clock.go_on(minutes=9)
    assert leader.get("/", headers=PAGE).status_code == 200
    clock.go_on(minutes=29)
    assert leader.get("/points/3/2026-01-01.bin").status_code == 200
    clock.go_on(minutes=1)
    assert leader.get("/points/3/2026-01-01.bin").status_code == 401


def test_a_body_that_is_too_large_is_refused_before_it_is_read(leader):
    assert leader.put("/_stcore/upload_file/a/b", content=b"x" * 1001).status_code == 413


def test_a_body_that_hides_its_size_is_cut_off(leader):
    assert leader.put("/_stcore/upload_file/a/b", content=(b"x" * 100 for _part in range(20))).status_code == 413


def test_many_bodies_in_a_minute_are_refused_and_pass_again_after_it(leader, clock):
    answers = [leader.put("/_stcore/upload_file/a/b", content=b"x" * 1000).status_code for _body in range(3)]
    clock.go_on(minutes=1)
    answers.append(leader.put("/_stcore/upload_file/a/b", content=b"x" * 1000).status_code)
    assert answers == [200, 200, 429, 200]


def test_one_session_that_sends_too_much_does_not_stop_another(leader, house, sessions, clock):
    for _body in range(4):
        leader.put("/_stcore/upload_file/a/b", content=b"x" * 900)
    other = TestClient(house, base_url=OWN, cookies={COOKIE: sessions.start("演示·业务站所", "station", clock())})
    assert other.put("/_stcore/upload_file/a/b", content=b"x" * 900).status_code == 200


@pytest.mark.parametrize(
    ("path", "headers"), [("/sign-in", PAGE), ("/", {}), ("/", PAGE), ("/_stcore/metrics", {}), ("/", {"host": "evil"})]
)
def test_every_answer_tells_the_browser_what_it_may_do(stranger, path, headers):
    answer = stranger.get(path, headers=headers)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "unsafe-eval" not in answer.headers["content-security-policy"]
    assert "script-src 'self' blob:;" in answer.headers["content-security-policy"]
