import pytest
from pydantic import ValidationError

from atlas.desk.settings import Settings, is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]", "::ffff:127.0.0.1"])
def test_these_addresses_reach_this_machine_only(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.168.1.5", "::ffff:192.168.1.5", "localhost.evil.example", "127.0.0.1.nip.io", "", "*"],
)
def test_these_addresses_reach_others(host):
    assert not is_loopback(host)


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("ATLAS_HOST", "localhost")
    monkeypatch.setenv("ATLAS_PORT", "9000")
    monkeypatch.setenv("ATLAS_DATA", "/srv/town")
    monkeypatch.setenv("ATLAS_NAMES", '["Atlas.LAN"]')
    settings = Settings()
    assert (settings.host, settings.port, str(settings.data)) == ("localhost", 9000, "/srv/town")
    assert "atlas.lan" in settings.hosts()


def test_a_server_on_this_machine_answers_to_its_loopback_names_only():
    assert Settings().hosts() == {"127.0.0.1", "localhost", "::1"}


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_cannot_be_is_refused(port):
    with pytest.raises(ValidationError):
        Settings(port=port)
