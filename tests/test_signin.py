import re
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette

from atlas import wording
from atlas.accounts import ROLES
from atlas.desk import signin
from atlas.desk.admission import COOKIE
from atlas.desk.office import close_office, office, open_office
from atlas.desk.settings import Settings
from atlas.records.store import utc_now
from tests.asgi_client import TestClient
from tests.worlds import town_folder

OWN = "http://127.0.0.1:8501"
HERE = ("127.0.0.1", 50000)


@pytest.fixture
def town(tmp_path) -> Iterator[None]:
    folder = town_folder(tmp_path / "town")
    open_office(folder, Settings(data=folder))
    yield
    close_office()


@pytest.fixture
def visitor(town) -> TestClient:
    return client()


def client(base_url: str = OWN, address: tuple[str, int] = HERE) -> TestClient:
    return TestClient(Starlette(routes=signin.routes()), base_url=base_url, client=address, follow_redirects=False)


@pytest.mark.parametrize("role", ROLES)
def test_one_button_signs_in_as_each_role(visitor, role):
    assert f'value="{role}"' in visitor.get("/sign-in").text
    answer = visitor.post("/sign-in", data={"role": role})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    found = office().sessions.find(visitor.cookies[COOKIE], utc_now())
    assert (found.account, found.role) == ("演示·" + wording.ROLE[role], role)


@pytest.mark.parametrize("role", ROLES)
def test_a_link_signs_in_on_this_machine(visitor, role):
    answer = visitor.get(f"/sign-in?as={role}&next=/hazard_map%3Fsector%3DFIRE")
    assert (answer.status_code, answer.headers["location"]) == (303, "/hazard_map?sector=FIRE")
    assert office().sessions.find(visitor.cookies[COOKIE], utc_now()).role == role


def test_scripts_cannot_read_the_cookie_and_other_sites_cannot_send_it(visitor):
    cookie = visitor.get("/sign-in?as=leader").headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_the_cookie_stays_on_https_where_the_server_speaks_it(town):
    assert "Secure" in client("https://127.0.0.1:8501").get("/sign-in?as=leader").headers["set-cookie"].split("; ")


@pytest.mark.parametrize("way", ["link", "button"])
@pytest.mark.parametrize(
    ("base_url", "address", "headers"),
    [
        (OWN, ("192.168.1.20", 50000), {}),
        ("http://192.168.1.5:8501", HERE, {}),
        ("http://atlas.example", HERE, {}),
        (OWN, HERE, {"x-forwarded-for": "127.0.0.1"}),
        (OWN, HERE, {"forwarded": "for=127.0.0.1"}),
    ],
)
def test_nobody_signs_in_without_a_password_from_another_machine(town, way, base_url, address, headers):
    stranger = client(base_url, address)
    if way == "link":
        answer = stranger.get("/sign-in?as=admin", headers=headers)
    else:
        answer = stranger.post("/sign-in", data={"role": "admin"}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert "演示账号只能在运行本服务的这台电脑上登录" in answer.text


def test_nobody_signs_in_without_a_password_where_the_server_listens_to_others(tmp_path):
    folder = town_folder(tmp_path / "town")
    open_office(folder, Settings(host="0.0.0.0", data=folder))
    try:
        assert client().get("/sign-in?as=admin").status_code == 403
    finally:
        close_office()


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_on_another_site_does_not_change_who_is_signed_in(visitor, site):
    answer = visitor.get("/sign-in?as=admin", headers={"sec-fetch-site": site})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("role", ["", "root", "Leader", "leader\x00", "../admin"])
def test_an_unknown_role_is_refused(visitor, role):
    assert visitor.post("/sign-in", data={"role": role}).status_code == 403
    assert COOKIE not in visitor.cookies


@pytest.mark.parametrize(
    "wanted",
    [
        *("//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "evil"),
        *("/x\r\nset-cookie: a=b", "/\t/evil.example", "", "/sign-out", "/sign-in?as=admin", "/ok\x00"),
    ],
)
def test_after_signing_in_nobody_is_led_to_another_site(visitor, wanted):
    answer = visitor.get("/sign-in", params={"as": "leader", "next": wanted})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("wanted", ["/", "/hazard_map?village=522626100001&text=落石", "/a/b?next=//x"])
def test_after_signing_in_one_is_where_one_wanted_to_be(wanted):
    assert signin.safe_next(wanted) == wanted


def test_signing_in_again_ends_the_session_before(visitor):
    visitor.get("/sign-in?as=leader")
    first = visitor.cookies[COOKIE]
    visitor.get("/sign-in?as=viewer")
    assert office().sessions.find(first, utc_now()) is None
    assert office().sessions.find(visitor.cookies[COOKIE], utc_now()).role == "viewer"


def test_signing_out_ends_the_session_on_the_server_and_empties_the_browser(visitor):
    visitor.get("/sign-in?as=leader")
    token = visitor.cookies[COOKIE]
    answer = visitor.get("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert answer.headers["clear-site-data"] == '"cache"'
    assert office().sessions.find(token, utc_now()) is None
    assert COOKIE not in visitor.cookies


def test_the_page_is_chinese_first_and_speaks_english_on_demand(visitor):
    chinese, english = visitor.get("/sign-in").text, visitor.get("/sign-in?language=en&next=/hazard_map").text
    assert 'lang="zh-CN"' in chinese
    assert 'href="/sign-in?language=en&amp;next=%2F"' in chinese
    assert 'lang="en"' in english
    assert "Siyang" in english
    assert 'href="/sign-in?language=zh&amp;next=%2Fhazard_map"' in english


def test_the_chosen_language_goes_along(visitor):
    answer = visitor.post("/sign-in?language=en&next=/hazard_map%3Ftext%3Da", data={"role": "leader"})
    assert answer.headers["location"] == "/hazard_map?text=a&language=en"


def test_the_page_says_that_the_data_is_synthetic(visitor):
    assert office().store.files.town.notice_zh in visitor.get("/sign-in").text
    assert office().store.files.town.notice_en in visitor.get("/sign-in?language=en").text


def test_the_page_brings_no_script_and_nothing_from_outside(visitor):
    html = visitor.get("/sign-in?next=/%22%3E%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script" not in html
    assert not re.search(r"\son\w+=|style=|https?://(?!www\.w3\.org)", html)
    assert re.findall(r'(?:src|href)="(?!data:|/)', html) == []


def test_the_page_is_never_kept_by_the_browser(visitor):
    assert visitor.get("/sign-in").headers["cache-control"] == "no-store"
