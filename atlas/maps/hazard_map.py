"""The hazard map (隐患一张图): draws the Folium map once, as a module of JavaScript that browsers may cache.

The module depends on the town's settings and addresses only; all that changes reaches it as data.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import cast

import folium
from branca.element import Element, Figure

from atlas.maps import assets
from atlas.maps.atlas_map import AtlasMap
from atlas.maps.layers import VectorLayer
from atlas.maps.points import PointsLayer
from atlas.township import Town

# The host puts the controls on the map, with words of the chosen language.
_CONTROLS = tuple(map(assets.url, ("atlas_controls.js", "atlas_measure.js", "atlas_legend.js")))
_LOOKS = assets.url("atlas_map.css")


@dataclass(frozen=True)
class Drawing:
    """A drawn map, ready to be served.

    Attributes:
        digest: names the module's content; the same map has the same digest in every process.
        module: source of an ES module whose default function takes Leaflet and returns the map.
        element_id: id of the element the module looks for.
        js: addresses of the scripts the module needs, in order.
        css: addresses of the styles.
    """

    digest: str
    module: str
    element_id: str
    js: tuple[str, ...]
    css: tuple[str, ...]


def draw(town: Town, layers_url: str, monitoring_url: str) -> Drawing:
    """Draw the map of the town; the same arguments give the same drawing."""
    drawn = AtlasMap(town.bounds)
    VectorLayer(layers_url, monitoring_url).add_to(drawn)
    PointsLayer().add_to(drawn)
    return _drawing(drawn)


def _drawing(drawn: folium.Map) -> Drawing:
    elements = list(_walk(drawn))
    for position, element in enumerate(elements):
        # branca's ids are random; numbered ones make the module, and so its address, the same every time.
        element._id = f"{position:04d}"
    figure = cast(Figure, drawn.get_root())
    figure.render()
    script = figure.script.render()
    module = f"export default function (L) {{\n{script}\nreturn {drawn.get_name()};\n}}\n"
    return Drawing(
        digest=sha256(module.encode()).hexdigest()[:16],
        module=module,
        element_id=drawn.get_name(),
        js=(*_addresses(elements, "default_js"), *_CONTROLS),
        css=(*_addresses(elements, "default_css"), _LOOKS),
    )


def _walk(element: Element) -> Iterator[Element]:
    yield element
    for child in list(element._children.values()):
        yield from _walk(child)


def _addresses(elements: list[Element], kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address for element in elements for _, address in getattr(element, kind, [])))
