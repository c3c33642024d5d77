import re
import subprocess
import sys
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config

from atlas.desk import server
from atlas.desk.admission import PUBLIC, TRUSTED_HEADERS
from atlas.desk.office import close_office, office
from atlas.desk.settings import Settings
from atlas.errors import AtlasError, InvalidTown, UnsafeAddress
from tests.asgi_client import TestClient
from tests.worlds import town_folder

ROOT = Path(__file__).parent.parent


@pytest.fixture
def app(tmp_path) -> st.App:
    yield server.create_app(town_folder(tmp_path / "town"), Settings(port=8765))
    close_office()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "atlas.example"])
def test_the_server_refuses_an_address_that_others_can_reach(tmp_path, host):
    with pytest.raises(UnsafeAddress, match="127"):
        server.serve(host, 8501, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_holds_no_town_is_refused(tmp_path):
    with pytest.raises(InvalidTown):
        server.create_app(tmp_path)


@pytest.mark.parametrize("name", sorted(server.STREAMLIT_SETTINGS))
def test_streamlit_runs_with_our_settings(app, name):
    assert config.get_option(name) == server.STREAMLIT_SETTINGS[name]


def test_streamlit_sends_no_statistics_and_shows_no_details_of_faults(app):
    assert config.get_option("browser.gatherUsageStats") is False
    assert config.get_option("client.showErrorDetails") == "none"
    assert config.get_option("server.trustedUserHeaders") == TRUSTED_HEADERS


def test_streamlit_knows_the_address_and_the_names_of_this_server(app):
    assert config.get_option("server.port") == 8765
    assert set(config.get_option("server.allowedHosts")) == {"127.0.0.1", "localhost", "::1"}


def test_the_app_and_the_pages_share_one_open_office(app, tmp_path):
    assert office().folder == tmp_path / "town"
    assert office().store.revision > 0


def test_no_route_of_ours_or_of_streamlit_is_open_to_strangers_but_the_way_in(app):
    starlette = app._build_starlette_app()
    paths = {re.sub(r"\{[^}]*\}", "1", route.path) or "/" for route in starlette.routes}
    stranger = TestClient(starlette, base_url="http://127.0.0.1:8765", follow_redirects=False)
    answers = {path: stranger.get(path).status_code for path in paths}
    assert len(paths) > 20
    assert {path for path, status in answers.items() if status not in (401, 404)} <= PUBLIC


def test_without_a_server_there_is_no_office():
    close_office()
    with pytest.raises(AtlasError, match="atlas serve"):
        office()


def test_importing_the_server_opens_no_database(tmp_path):
    look = "import atlas.desk.server, atlas.desk.office as o, sys; sys.exit(bool(o._open))"
    subprocess.run([sys.executable, "-c", look], cwd=ROOT, check=True, timeout=60)


def test_an_asgi_server_finds_the_app_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("ATLAS_DATA", str(town_folder(tmp_path / "town")))
    server._app_of_environment.cache_clear()
    assert isinstance(server.app, st.App)
    assert office().folder == tmp_path / "town"
    close_office()
