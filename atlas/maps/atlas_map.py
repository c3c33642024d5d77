"""The blank map (底图画布): a Folium map that brings our own Leaflet and nothing from outside."""

import folium

from atlas.maps import assets


class AtlasMap(folium.Map):
    """A map without tiles, controls and foreign scripts, centred on bounds in degrees."""

    default_js = assets.leaflet("leaflet.js")
    default_css = assets.leaflet("leaflet.css")

    def __init__(self, bounds: tuple[float, float, float, float]) -> None:
        west, south, east, north = bounds
        super().__init__(
            location=[(south + north) / 2, (west + east) / 2],
            zoom_start=12,
            tiles=None,
            zoom_control=False,
            attribution_control=False,
            zoom_snap=0.25,
            wheel_px_per_zoom_level=80,
        )
        self.options["max_zoom"] = 19
        self.options["max_bounds"] = [[south, west], [north, east]]
