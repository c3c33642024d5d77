"""Assets (静态文件): Leaflet's files as installed, and the scripts and styles of map and desk."""

import gzip
import mimetypes
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from zlib import crc32

from atlas.maps import assets as map_assets

_LEAFLET = "xstatic/pkg/leaflet/data/"
_KINDS = (".js", ".css", ".png", ".svg", ".webp", ".woff2")


@dataclass(frozen=True)
class Asset:
    """One file as it is sent.

    Attributes:
        version: changes with the content; an address that names it may be kept for ever.
    """

    gzipped: bytes
    media_type: str
    version: str


def find(path: str) -> Asset | None:
    """Return the file of this address below /assets/, None where there is none.

    Only names that were listed at the start are known, so no path can lead out of the folders.
    """
    place = _places().get(path)
    return _load(place) if place else None


def address(path: str) -> str:
    """Return the address of a file, with its version, e.g. of "leaflet/leaflet.js"."""
    return f"/assets/{path}?v={_load(_places()[path]).version}"


@cache
def _places() -> dict[str, Path]:
    leaflet = distribution("XStatic-Leaflet")
    shipped = {str(file): Path(str(leaflet.locate_file(file))) for file in leaflet.files or ()}
    places = {"leaflet/" + name.removeprefix(_LEAFLET): at for name, at in shipped.items() if name.startswith(_LEAFLET)}
    for prefix, folder in (("maps/", map_assets.STATIC), ("desk/", Path(__file__).parent / "static")):
        places |= {prefix + at.relative_to(folder).as_posix(): at for at in folder.rglob("*")}
    return {name: at for name, at in places.items() if at.suffix in _KINDS and at.is_file()}


@cache
def _load(place: Path) -> Asset:
    content = place.read_bytes()
    kind = "text/javascript" if place.suffix == ".js" else mimetypes.guess_type(place.name)[0]
    # The same version as `atlas.maps.assets.url` writes into the map's addresses.
    return Asset(gzip.compress(content, mtime=0), kind or "application/octet-stream", f"{crc32(content):08x}")
