"""Assets (静态文件): the addresses of the map's own scripts and styles, versioned by their content."""

from pathlib import Path
from zlib import crc32

STATIC = Path(__file__).parent / "static"


def url(name: str) -> str:
    """Return the address of a file of `atlas/maps/static`; it changes when the file changes."""
    return f"/assets/maps/{name}?v={crc32((STATIC / name).read_bytes()):08x}"


def links(*names: str) -> list[tuple[str, str]]:
    """Return (name, address) pairs as Folium's default_js and default_css want them."""
    return [(name, url(name)) for name in names]


def leaflet(name: str) -> list[tuple[str, str]]:
    """Return the pair for a file of Leaflet, which the server takes from the installed package."""
    return [(name, f"/assets/leaflet/{name}")]
