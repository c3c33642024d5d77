"""The hazard map (一张图): filter it, look at it, click to add a hazard."""

import streamlit as st

from atlas.desk import bookmarks, filters, panel, session, strip, watch
from atlas.desk.hazard_board import show_map

account = session.account()
with st.sidebar:
    as_of = filters.choose_as_of(session.today())
catalogue = session.catalogue(as_of)
with st.sidebar:
    chosen = filters.choose(catalogue)
    figure = filters.choose_figure()
keep = catalogue.matching(chosen)
strip.show(catalogue.figures(keep))
board, side = st.columns([5, 2], gap="small")
with board:
    show_map(catalogue, chosen, keep, figure=figure)
with side.container(key="side"):
    panel.show(catalogue, chosen, keep, account=account)
bookmarks.write(filters.as_address(chosen, as_of=as_of, figure=figure))
watch.for_news(catalogue.township.revision)
