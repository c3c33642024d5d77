/* Labels (地名注记): names on the map, set as text, hidden where there is no room for them. */
(function () {
'use strict';
const Atlas = window.Atlas = window.Atlas || {};
if (Atlas.Labels) return;

const PANE = 'atlas-labels';
const LEAST_SIZE = 11.5, MOST_SIZE = 19;

function around(spot, width, height) {
  const half = [width / 2, height / 2];
  return L.bounds(spot.subtract(half), spot.add(half));
}

class Labels {
  constructor(map) {
    this.map = map;
    this.items = [];
    this.obstacles = [];
    this.group = L.layerGroup();
    this.place = () => this._place();
    this.group.on('add', () => { map.on('zoomend resize', this.place); this._place(); });
    this.group.on('remove', () => map.off('zoomend resize', this.place));
  }

  /* `places`: {code, at: latlng, zh, en, bounds: of the area the name belongs to}. */
  fill(places) {
    this.group.clearLayers();
    this.items = places.map((place) => this._item(place));
    this.items.sort((a, b) => b.span - a.span);
    this._place();
  }

  speak(language) {
    if (this.language === language) return;
    this.language = language;
    for (const item of this.items) item.name.textContent = this._named(item);
    this._place();
  }

  /* A second line under each name; `values`: {code: text} or null. */
  figures(values) {
    for (const item of this.items) item.figure.textContent = (values && values[item.code]) || '';
    this._place();
  }

  _named(item) {
    return this.language === 'en' ? item.en || item.zh : item.zh;
  }

  _item(place) {
    const element = L.DomUtil.create('div', 'atlas-label');
    const name = L.DomUtil.create('span', 'atlas-label-name', element);
    const figure = L.DomUtil.create('span', 'atlas-label-figure', element);
    const icon = L.divIcon({html: element, className: '', iconSize: [0, 0]});
    const marker = L.marker(place.at, {icon, pane: PANE, interactive: false, keyboard: false});
    this.group.addLayer(marker);
    const span = place.bounds.getEast() - place.bounds.getWest();
    const item = {...place, element, name, figure, span};
    name.textContent = this._named(item);
    return item;
  }

  /* Places that names give way to where they can. */
  avoid(places) {
    this.obstacles = places;
    this._place();
  }

  /* Names of the largest areas first; a name that does not fit its area or covers another one is hidden. */
  _place() {
    const {map} = this;
    if (!map._loaded) return;
    const zoom = map.getZoom();
    const size = Math.min(MOST_SIZE, Math.max(LEAST_SIZE, 13.5 + (zoom - 13) * 2));
    const pixelsPerDegree = 256 * 2 ** zoom / 360;
    const obstacles = this.obstacles.map((place) => around(map.latLngToLayerPoint(place), 20, 20));
    const taken = [];
    for (const item of this.items) {
      const width = this._letters(item) * size, height = size * (item.figure.textContent ? 2.5 : 1.4);
      const isRoomy = width < item.span * pixelsPerDegree * 1.05;
      const found = isRoomy && this._free(map.latLngToLayerPoint(item.at), [width, height], obstacles, taken);
      if (found) taken.push(found.box);
      Object.assign(item.element.style, {
        fontSize: `${size}px`, display: found ? '' : 'none', top: found ? `${found.shift}px` : '',
      });
    }
  }

  _letters(item) {
    return [...this._named(item)].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 255 ? 1.14 : 0.6), 0);
  }

  /* The first place, from the middle outwards, that covers nothing; else the first that covers no other name. */
  _free(spot, [width, height], obstacles, taken) {
    const step = height * 0.7;
    const places = [0, -step, step, -2 * step, 2 * step].map((shift) => (
      {shift, box: around(spot.add([0, shift]), width, height)}
    )).filter(({box}) => !taken.some((other) => other.intersects(box)));
    return places.find(({box}) => !obstacles.some((other) => other.intersects(box))) || places[0];
  }
}

Atlas.Labels = Labels;
Atlas.labelsPane = PANE;
})();
