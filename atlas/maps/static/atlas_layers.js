/* The ground (底图): the town lifted from its surroundings, villages (coloured by a figure), water, roads, offices. */
(function () {
'use strict';
const Atlas = window.Atlas = window.Atlas || {};
if (Atlas.layers) return;
const {Labels, Monitoring, latLng, latLngs} = Atlas;

const PANES = {
  'atlas-ground': 200, 'atlas-water': 220, 'atlas-roads': 240, 'atlas-borders': 260, 'atlas-offices': 440,
  [Atlas.labelsPane]: 455, ...Atlas.monitoringPanes,
};
const GRATICULE_DEGREES = 1 / 60;
const SHADOW = [[26, 0.05], [18, 0.06], [10, 0.08]];

async function fetched(url) {
  const answer = await fetch(url, {credentials: 'same-origin'});
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

const polygon = (rings) => rings.map((ring) => ring.map(latLng));

const Layers = L.Layer.extend({
  initialize({layers, monitoring, symbols: table}) {
    this.urls = {layers, monitoring};
    this.table = table;
    this.lines = [];
    this.villages = new Map();
  },

  onAdd(map) {
    for (const [name, depth] of Object.entries(PANES)) {
      const pane = map.getPane(name) || map.createPane(name);
      pane.style.zIndex = depth;
      pane.style.pointerEvents = 'none';
    }
    map.atlasLayers = this;
    map.getContainer().style.background = this.table.ground.around;
    this.renderers = Object.fromEntries(Object.keys(PANES).map((pane) => [pane, L.svg({pane, padding: 0.5})]));
    this.labels = new Labels(map);
    this.monitoring = new Monitoring(map, this.table);
    this.ground = L.layerGroup().addTo(map);
    this.groups = {
      villages: L.layerGroup(),
      ways: L.layerGroup(),
      labels: this.labels.group,
      geopoints: this.monitoring.points,
      routes: this.monitoring.others,
    };
    this.monitoring.chosen.addTo(map);
    map.on('zoomend', this._thicken, this);
    this.ready = this._load();
    this.ready.catch(() => {});
  },

  onRemove(map) {
    map.off('zoomend', this._thicken, this);
    for (const group of [this.ground, this.monitoring.chosen, ...Object.values(this.groups)]) group.remove();
    this.monitoring.reach(null);
  },

  async _load() {
    const {layers, monitoring} = this.urls;
    await Promise.all([
      fetched(layers).then((ground) => this._fill(ground)),
      monitoring ? this.watch(monitoring) : null,
    ]);
  },

  /* Fetch geohazard points and routes from this address, once. */
  async watch(url) {
    if (this.watched === url) return;
    this.watched = url;
    try {
      this.monitoring.fill(await fetched(url));
    } catch (fault) {
      this.watched = null;
      throw fault;
    }
    this._avoid();
  },

  setShown(name, isShown) {
    const group = this.groups[name];
    if (isShown) group.addTo(this._map);
    else group.remove();
  },

  speak(language) {
    this.labels.speak(language);
  },

  /* Colour the villages by class; {classes: {code: 0..}, values: {code: text}} or null for the ground's own tints. */
  choropleth(figure) {
    this.figure = figure;
    for (const [code, {shape, tint}] of this.villages) {
      const {ramp, noData} = this.table;
      const colour = figure ? ramp[figure.classes[code]] || noData : tint;
      shape.setStyle({fillColor: colour, color: colour});
    }
    if (this.borders) this.borders.setStyle({color: figure ? '#fffefb' : this.table.lines.village.colour});
    this.labels.figures(figure && figure.values);
  },

  _fill(ground) {
    const [west, south, east, north] = ground.bounds;
    this.bounds = L.latLngBounds([south, west], [north, east]);
    this._drawSurroundings(ground);
    this._drawVillages(ground);
    this._drawWays(ground.water, ['river', 'stream'], 'atlas-water');
    this._drawWays(ground.roads, ['path', 'lane', 'road'], 'atlas-roads');
    this._drawOffices(ground.offices);
    this.labels.fill(ground.villages.map((village) => ({
      ...village, at: latLng(village.label), bounds: this.villages.get(village.code).shape.getBounds(),
    })));
    this.offices = ground.offices.filter((place) => place.length).map(latLng);
    this._avoid();
    this.choropleth(this.figure || null);
    this._thicken();
  },

  /* Names make room for what stands on the map. */
  _avoid() {
    this.labels.avoid([...this.monitoring.geopoints.map(({at}) => at), ...(this.offices || [])]);
  },

  _drawSurroundings({outline}) {
    const {ground} = this.table;
    const still = this._still('atlas-ground');
    this.ground.addLayer(L.polyline(this._graticule(), {...still, color: ground.graticule, weight: 1}));
    const shape = outline.map(polygon);
    for (const [weight, opacity] of SHADOW) {
      const shadow = {...still, color: ground.shadow, weight, opacity, fill: false, lineJoin: 'round'};
      this.ground.addLayer(L.polygon(shape, shadow));
    }
    const [tint] = ground.tints;
    this.ground.addLayer(L.polygon(shape, {...still, color: tint, weight: 1, fillColor: tint, fillOpacity: 1}));
    const {colour, width} = this.table.lines.town;
    const edge = {...this._still('atlas-borders'), fill: false, lineJoin: 'round'};
    this._line(this.ground, L.polygon(shape, {...edge, color: '#fffefb', opacity: 0.9}), width + 3.5);
    this._line(this.ground, L.polygon(shape, {...edge, color: colour}), width);
  },

  /* What every line and area of a pane has in common. */
  _still(pane) {
    return {pane, renderer: this.renderers[pane], interactive: false};
  },

  _graticule() {
    const bounds = this._map.options.maxBounds || this.bounds;
    const [west, south, east, north] = bounds.toBBoxString().split(',').map(Number);
    const lines = [];
    const step = GRATICULE_DEGREES;
    for (let lon = Math.ceil(west / step) * step; lon <= east; lon += step) lines.push([[south, lon], [north, lon]]);
    for (let lat = Math.ceil(south / step) * step; lat <= north; lat += step) lines.push([[lat, west], [lat, east]]);
    return lines;
  },

  _drawVillages({villages, borders}) {
    const {tints, community} = this.table.ground;
    for (const {code, kind, tint: number, polygons} of villages) {
      const tint = kind === 'community' ? community : tints[number % tints.length];
      // The stroke in the fill's own colour closes the hairline between neighbours.
      const style = {fillColor: tint, fillOpacity: 1, color: tint, weight: 0.7};
      const shape = L.polygon(polygons.map(polygon), {...style, ...this._still('atlas-ground')});
      this.groups.villages.addLayer(shape);
      this.villages.set(code, {shape, tint});
    }
    const {colour, width, dash} = this.table.lines.village;
    this.borders = L.polyline(latLngs(borders), {...this._still('atlas-borders'), color: colour, dashArray: dash});
    this._line(this.groups.villages, this.borders, width);
  },

  /* All casings lie under all fills, so that crossings run into each other. */
  _drawWays(ways, kinds, pane) {
    const drawn = kinds.filter((kind) => ways[kind])
      .map((kind) => ({lines: latLngs(ways[kind]), look: this.table.lines[kind]}));
    const still = {...this._still(pane), lineCap: 'round', lineJoin: 'round'};
    for (const {lines, look} of drawn) {
      if (look.casing) this._line(this.groups.ways, L.polyline(lines, {...still, color: look.casing}), look.width, 1.7);
    }
    for (const {lines, look} of drawn) {
      const butt = look.dash ? {dashArray: look.dash, lineCap: 'butt'} : {};
      this._line(this.groups.ways, L.polyline(lines, {...still, color: look.colour, ...butt}), look.width);
    }
  },

  _drawOffices(offices) {
    const {ink} = this.table;
    const style = {...this._still('atlas-offices'), color: ink, weight: 1.6, fillOpacity: 1};
    for (const place of offices.filter((one) => one.length)) {
      this.groups.villages.addLayer(L.circleMarker(latLng(place), {...style, radius: 4, fillColor: '#fffefb'}));
      this.groups.villages.addLayer(L.circleMarker(latLng(place), {...style, radius: 1.3, fillColor: ink}));
    }
  },

  _line(group, line, width, casing = 0) {
    this.lines.push({line, width, casing});
    group.addLayer(line);
  },

  /* Lines grow with the zoom, more slowly than the ground does; signs shrink where the town is small. */
  _thicken() {
    const zoom = this._map.getZoom();
    const factor = Math.min(2.6, Math.max(0.55, 2 ** ((zoom - 14) * 0.42)));
    const sign = Math.min(1, Math.max(0.6, 1 - (12.5 - zoom) * 0.25));
    this._map.getContainer().style.setProperty('--atlas-sign', String(sign));
    for (const {line, width, casing} of this.lines) line.setStyle({weight: width * factor + casing});
  },
});

Atlas.layers = (settings) => new Layers(settings);
})();
