"""The alternatives (对照方案): the same points as people draw them in Streamlit with Folium, for the bench to measure.

Run by `streamlit run` with: the points' file, the kind of layer, the address of the JavaScript libraries and
the folder of what only `explore()` needs. A select box filters; a button adds one point.
"""

import sys

import geopandas as gpd
import pandas as pd
import streamlit as st

POINTS, KIND, LIBRARIES, EXPLORE_FOLDER = sys.argv[1:5]
# Behind the environment's own folders, so that their versions come first.
sys.path.append(EXPLORE_FOLDER)

import folium  # noqa: E402
from folium.plugins import FastMarkerCluster  # noqa: E402

CENTRE = (27.21, 108.75)
ALL = "ALL"


def from_here(links: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the links to the same files on this machine."""
    return [(name, f"{LIBRARIES}/{link.rsplit('/', 1)[1]}") for name, link in links]


@st.cache_resource(show_spinner=False)
def served_from_here() -> bool:
    """Let Folium's maps load their libraries from this machine."""
    for kind in (folium.Map, FastMarkerCluster):
        kind.default_js, kind.default_css = from_here(kind.default_js), from_here(kind.default_css)
    return True


@st.cache_resource(show_spinner=False)
def held() -> dict[str, gpd.GeoDataFrame]:
    """Return the points in memory, by sector."""
    rows = pd.read_parquet(POINTS)
    points = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(rows["lon"], rows["lat"]), crs="EPSG:4326")
    points = points[["hazard_id", "sector", "state", "geometry"]]
    return {ALL: points} | {str(sector): part for sector, part in points.groupby("sector")}


def add_one() -> None:
    """Add a point like the first one, and hold it for everybody."""
    points = held()[ALL]
    held()[ALL] = pd.concat([points, points.iloc[:1]], ignore_index=True)


def drawn(points: gpd.GeoDataFrame) -> folium.Map:
    """Return the Folium map of the points, without tiles, as none can be fetched."""
    if KIND == "explore":
        return points.explore(tiles=None, prefer_canvas=True)
    chart = folium.Map(CENTRE, zoom_start=12, tiles=None, prefer_canvas=True, maxZoom=18)
    if KIND == "geojson":
        folium.GeoJson(points, marker=folium.CircleMarker(radius=4, fill=True)).add_to(chart)
    else:
        FastMarkerCluster(list(zip(points.geometry.y, points.geometry.x, strict=True))).add_to(chart)
    return chart


st.set_page_config(layout="wide")
served_from_here()
chosen = st.selectbox("sector", list(held()), key="sector")
st.button("add one", key="add", on_click=add_one)
# The bench opens the page once without a map, so that modules and points are in memory when it measures.
if "warm" not in st.query_params:
    st.iframe(drawn(held()[chosen]).get_root().render(), height=700)
