"""The maps (地图): everything Folium of the atlas, and the JavaScript that draws beside it.

Importing this package makes text handed to branca literal, before any map can be made.
"""

from atlas.maps import literal

literal.install()
