import gzip
import re
from zlib import crc32

import pytest

from atlas.desk import assets
from atlas.maps import assets as map_assets


@pytest.mark.parametrize("path", ["leaflet/leaflet.js", "leaflet/leaflet.css", "leaflet/images/layers.png"])
def test_leaflet_comes_from_the_installed_package(path):
    assert len(gzip.decompress(assets.find(path).gzipped)) > 500


def test_every_file_of_the_map_is_served_at_the_address_that_the_map_names():
    for file in map_assets.STATIC.iterdir():
        path, version = re.fullmatch(r"/assets/(.+)\?v=(\w+)", map_assets.url(file.name)).groups()
        assert assets.find(path).version == version


def test_an_address_names_the_version_of_the_content():
    content = gzip.decompress(assets.find("desk/sign-in.css").gzipped)
    assert assets.address("desk/sign-in.css") == f"/assets/desk/sign-in.css?v={crc32(content):08x}"


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("leaflet/leaflet.js", "text/javascript"),
        ("desk/sign-in.css", "text/css"),
        ("leaflet/images/layers.png", "image/png"),
    ],
)
def test_browsers_are_told_what_a_file_is(path, media_type):
    assert assets.find(path).media_type == media_type


@pytest.mark.parametrize(
    "path",
    [
        *("desk/../server.py", "../desk/server.py", "desk/../static/sign-in.css", "/etc/passwd", "desk//sign-in.css"),
        *(
            "desk/sign-in.css/",
            "leaflet/../../../../../../etc/passwd",
            "desk\\sign-in.css",
            "",
            "leaflet",
            "maps/../points.py",
        ),
        *("leaflet/leaflet.js.map", "leaflet/leaflet.js\x00.css"),
    ],
)
def test_no_address_leads_out_of_the_listed_files(path):
    assert assets.find(path) is None
