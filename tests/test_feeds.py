import gzip
import json
from collections.abc import Iterator
from datetime import date

import pytest
from starlette.applications import Starlette

from atlas.desk import feeds
from atlas.desk.office import close_office, office, open_office
from atlas.desk.settings import Settings
from atlas.maps import layers, points
from atlas.maps.hazard_map import draw
from atlas.records import photos
from atlas.records.store import Store
from atlas.township import Actor, Change
from tests.asgi_client import TestClient
from tests.worlds import AS_OF, town_folder

DAY = AS_OF.isoformat()


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    folder = town_folder(tmp_path / "town")
    yield open_office(folder, Settings(data=folder)).store
    close_office()


@pytest.fixture
def browser(store) -> TestClient:
    return TestClient(Starlette(routes=feeds.routes()), follow_redirects=False)


def change_a_hazard(store: Store) -> int:
    """Reopen the first closed hazard and return its id."""
    hazards = store.township().hazards
    first = int(hazards.index[hazards["state"] == "CLOSED"][0])
    version = int(hazards.loc[first, "version"])
    change = Change(
        entity="hazard",
        action="relocate",
        id=first,
        seen_version=version,
        patch={"lon": 108.7655, "lat": 27.2101},
        on=date(2022, 1, 5),
        reason="定位纠正",
    )
    store.amend(change, by=Actor("演示·应急站", "office"))
    return first


def test_all_points_of_a_revision_arrive_packed_and_may_be_kept_for_ever(browser, store):
    answer = browser.get(f"/points/{store.revision}/{DAY}.bin")
    assert answer.content == points.pack(store.township(as_of=AS_OF, revision=store.revision))
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"


def test_a_browser_that_cannot_unzip_gets_the_same_points(browser, store):
    plain = browser.get(f"/points/{store.revision}/{DAY}.bin", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == browser.get(f"/points/{store.revision}/{DAY}.bin").content


def test_after_a_change_only_the_changed_hazards_are_sent(browser, store):
    since = store.revision
    changed = change_a_hazard(store)
    until = store.revision
    answer = browser.get(f"/points/{since}-{until}/2022-01-06.bin")
    township = store.township(as_of=date(2022, 1, 6), revision=until)
    assert answer.content == points.pack_changed(township, [changed])
    length = int.from_bytes(answer.content[4:8], "little")
    assert json.loads(answer.content[8 : 8 + length])["n"] == 1


def test_an_earlier_revision_stays_as_it_was(browser, store):
    before = store.revision
    seen = browser.get(f"/points/{before}/2022-01-06.bin").content
    change_a_hazard(store)
    after = store.revision
    open_office(office().folder, office().settings)
    assert browser.get(f"/points/{before}/2022-01-06.bin").content == seen
    assert browser.get(f"/points/{after}/2022-01-06.bin").content != seen


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/points/999999/2021-12-31.bin",
            "/points/99999999999999999999999/2021-12-31.bin",
            "/points/-1/2021-12-31.bin",
        ),
        *("/points/1/2021-13-01.bin", "/points/1/20211231.bin", "/points/1/2021-W01-1.bin", "/points/1/..%2f.bin"),
        *("/points/2-1/2021-12-31.bin", "/points/1-999999/2021-12-31.bin", "/points/1/2021-12-31.json"),
        *("/monitoring/999999.json", "/photos/abc.jpg", f"/photos/{'0' * 64}.jpg", f"/photos/{'A' * 64}.jpg"),
        *("/photos/..%2f..%2ftown.toml.jpg", "/assets/desk/..%2f..%2fserver.py", "/assets/%2e%2e/server.py"),
        *("/assets/leaflet/none.js", "/assets//etc/passwd"),
    ],
)
def test_what_is_not_there_is_not_found(browser, path):
    assert browser.get(path).status_code == 404


def test_the_ground_is_served_at_the_address_that_names_it(browser, store):
    answer = browser.get(feeds.layers_address())
    assert answer.json() == json.loads(json.dumps(layers.basemap(store.township())))
    assert answer.headers["cache-control"].endswith("immutable")


def test_routes_and_stops_of_a_revision_arrive_as_json(browser, store):
    answer = browser.get(f"/monitoring/{store.revision}.json")
    assert answer.json() == json.loads(json.dumps(layers.monitoring(store.township())))


@pytest.mark.parametrize("path", ["/layers/0000000000000000.json", "/map/0000000000000000.js"])
def test_the_address_of_an_earlier_run_is_gone(browser, path):
    assert browser.get(path).status_code == 410


def test_a_drawn_map_is_served_as_a_module(browser, store):
    drawing = draw(store.files.town, feeds.layers_address(), "")
    office().drawings[drawing.digest] = drawing
    answer = browser.get(f"/map/{drawing.digest}.js")
    assert answer.text == drawing.module
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


def test_a_file_whose_version_is_named_is_kept_and_one_without_is_asked_for_again(browser):
    plain = browser.get("/assets/leaflet/leaflet.js")
    named = browser.get("/assets/leaflet/leaflet.js", params={"v": plain.headers["etag"].strip('"')})
    assert plain.headers["cache-control"] == "private, no-cache"
    assert named.headers["cache-control"].endswith("immutable")
    again = browser.get("/assets/leaflet/leaflet.js", headers={"if-none-match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_outdated_version_is_not_kept_for_ever(browser):
    answer = browser.get("/assets/leaflet/leaflet.js?v=00000000")
    assert answer.headers["cache-control"] == "private, no-cache"


def test_a_photo_is_sent_by_the_hash_of_its_content(browser, store):
    name = "5" * 64
    place = photos.path(office().folder, name)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"\xff\xd8jpeg")
    answer = browser.get(f"/photos/{name}.jpg")
    assert (answer.content, answer.headers["content-type"]) == (b"\xff\xd8jpeg", "image/jpeg")
    assert answer.headers["cache-control"].endswith("immutable")


def test_the_points_are_packed_once_for_many_browsers(browser, store):
    path = f"/points/{store.revision}/{DAY}.bin"
    browser.get(path)
    kept = office().shelf.body(("points", store.revision, AS_OF), lambda: b"made again")
    assert gzip.decompress(kept) == browser.get(path).content


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_server_says_that_it_is_well(browser, path):
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
