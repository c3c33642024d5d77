/* The stopwatch (秒表), in every frame of a page: tells the console when a map's points have been drawn.
   Ours counts by what the map says of itself, a Leaflet map by what its layers hold; both wait two frames more. */
(() => {
  const now = () => performance.timeOrigin + performance.now();
  if (window === window.top) addEventListener('mousedown', () => { window.benchPressed = now(); }, true);

  const held = (layer) => {
    if (layer._topClusterLevel) return layer._topClusterLevel.getChildCount();
    return layer instanceof window.L.GeoJSON ? Object.keys(layer._layers).length : 0;
  };

  const inLeaflet = () => {
    const name = window.L && Object.keys(window).find((key) => key.startsWith('map_') && window[key]._layers);
    if (!name) return null;
    let count = 0;
    window[name].eachLayer((layer) => { count = Math.max(count, held(layer)); });
    return count ? {count, key: name} : null;
  };

  const inAtlas = () => {
    const map = document.querySelector('.atlas-map[data-ready="true"]');
    return map && {count: Number(map.dataset.shown), key: `${map.dataset.key}|${map.dataset.shown}`};
  };

  let told = null;
  const look = () => {
    const found = document.querySelector('.atlas-map') ? inAtlas() : told ? null : inLeaflet();
    if (found && found.key !== told) {
      told = found.key;
      const tell = () => console.log(`bench-drawn ${JSON.stringify({count: found.count, at: now()})}`);
      requestAnimationFrame(() => requestAnimationFrame(tell));
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
