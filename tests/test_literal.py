"""Text of data that reaches Folium is never compiled: it runs nothing on the server and breaks no map."""

import pickle

import folium
import pytest
from branca.element import Element, Figure

import atlas.maps  # noqa: F401 importing the package is what puts the wall up

RUNS_A_COMMAND = "{{{{ cycler.__init__.__globals__.os.popen('touch {place}').read() }}}}"
HARMLESS_BUT_BREAKING = ["{{1237*1009}}", "{% bad", "{# x", "村民反映 {{落石}}", "}} %} #}", "{% raw %}"]


def square(name: str) -> dict[str, object]:
    ring = [[108.7, 27.1], [108.8, 27.1], [108.8, 27.2], [108.7, 27.1]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {"n": name}, "geometry": shape}],
    }


# Every way in which text can get into a Folium object, by the name of the object.
WAYS_IN = {
    "a property of a GeoJson that is never shown": lambda text: folium.GeoJson(square(text)),
    "a tooltip of a GeoJson": lambda text: folium.GeoJson(square(text), tooltip=folium.GeoJsonTooltip(["n"])),
    "a popup": lambda text: folium.Marker([27.2, 108.7], popup=text),
    "a tooltip": lambda text: folium.Marker([27.2, 108.7], tooltip=text),
    "a layer's name": lambda text: folium.GeoJson(square("x"), name=text),
    "an icon": lambda text: folium.Marker([27.2, 108.7], icon=folium.DivIcon(html=text)),
    "an icon's name": lambda text: folium.Marker([27.2, 108.7], icon=folium.Icon(icon=text)),
}


def rendered(way: str, text: str) -> str:
    drawn = folium.Map([27.2, 108.7], tiles=None)
    WAYS_IN[way](text).add_to(drawn)
    folium.LayerControl().add_to(drawn)
    page: str = drawn.get_root().render()
    return page


@pytest.mark.parametrize("way", WAYS_IN)
def test_a_command_hidden_in_a_text_does_not_run(way, tmp_path):
    sentinel = tmp_path / "ran"

    page = rendered(way, RUNS_A_COMMAND.format(place=sentinel))

    assert not sentinel.exists()
    assert "cycler" in page


@pytest.mark.parametrize("text", HARMLESS_BUT_BREAKING)
@pytest.mark.parametrize("way", WAYS_IN)
def test_a_text_that_looks_like_a_template_neither_changes_nor_breaks_the_map(way, text):
    page = rendered(way, text)

    assert page.count("L.map(") == 1
    assert "1248133" not in page


def test_a_text_survives_as_it_was_given():
    assert Element("{{ 7*7 }} {% bad {# x").render() == "{{ 7*7 }} {% bad {# x"


def test_a_text_stays_literal_after_it_was_kept_and_read_back():
    kept = pickle.loads(pickle.dumps(Element("{{ 7*7 }}")))

    assert kept.render() == "{{ 7*7 }}"


def test_templates_of_classes_still_work():
    figure = Figure(title="一张图")
    part = figure.add_subplot(1, 1, 1)
    part.add_child(folium.Map([27.2, 108.7], tiles=None))

    page = figure.render()

    assert "<title>一张图</title>" in page
    assert "L.map(" in page
    assert "{%" not in page
