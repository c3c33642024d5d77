/* Controls (地图工具): zoom, whole town, locate, full screen, layers, scale; every word comes from the server. */
(function () {
'use strict';
const Atlas = window.Atlas = window.Atlas || {};
if (Atlas.Controls) return;

const ICONS = {
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  home: 'M4 11l8-7 8 7M6 10v9h12v-9',
  locate: 'M12 7a5 5 0 1 0 0 10a5 5 0 1 0 0-10M12 2v4M12 18v4M2 12h4M18 12h4',
  measure: 'M3 16L16 3l5 5L8 21zM7 12l2 2M10 9l3 3M13 6l2 2',
  grow: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  shrink: 'M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5',
  layers: 'M12 3l9 5-9 5-9-5zM3 12.5l9 5 9-5M3 17l9 5 9-5',
  legend: 'M5 6h.01M10 6h9M5 12h.01M10 12h9M5 18h.01M10 18h9',
  close: 'M6 6l12 12M18 6L6 18',
};
const SVG = 'http://www.w3.org/2000/svg';
const REMEMBERED = 'atlas.layers';
const SHOWN = {villages: true, ways: true, labels: true, geopoints: true, routes: false};

function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

function button(name, label, onClick) {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = 'atlas-button';
  element.append(icon(name));
  Object.assign(element, {title: label, onclick: onClick});
  element.setAttribute('aria-label', label);
  return element;
}

function relabel(element, name, label) {
  element.replaceChildren(icon(name));
  element.title = label;
  element.setAttribute('aria-label', label);
}

/* Put elements into a corner of the map as one Leaflet control. */
function corner(map, position, className, ...elements) {
  const control = L.control({position});
  control.onAdd = () => {
    const box = L.DomUtil.create('div', `atlas-control ${className}`);
    box.append(...elements);
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    return box;
  };
  return control.addTo(map);
}

class Controls {
  constructor(host, words) {
    Object.assign(this, {host, words, map: host.map, parts: []});
    this._addZoom();
    this._addTools();
    this._addScreen();
    this.measure = new Atlas.Measure(host, words);
    this.legend = new Atlas.Legend(host, words);
    const scale = L.control.scale({imperial: false, position: 'bottomleft', maxWidth: 130});
    this.parts.push(scale.addTo(this.map), this.legend.control);
  }

  remove() {
    this.measure.stop();
    for (const part of this.parts) part.remove();
    document.removeEventListener('fullscreenchange', this.onScreen);
    if (this.here) this.here.remove();
  }

  _corner(position, className, ...elements) {
    this.parts.push(corner(this.map, position, className, ...elements));
  }

  _addZoom() {
    const {map, words} = this;
    this._corner('topleft', 'atlas-bar',
      button('plus', words.zoom_in, () => map.zoomIn(1)), button('minus', words.zoom_out, () => map.zoomOut(1)));
  }

  _addTools() {
    const {words, host} = this;
    this._corner('topleft', 'atlas-bar',
      button('home', words.home, () => host.goHome()),
      button('locate', words.locate, () => this._locate()),
      button('measure', words.measure, () => this.measure.toggle()));
  }

  _addScreen() {
    const {words} = this;
    this.screen = button('grow', words.full_screen, () => this._toggleScreen());
    const opener = button('layers', words.layers, () => this._togglePanel(opener));
    this.panel = this._layersPanel();
    this._corner('topright', 'atlas-bar', this.screen, opener);
    this._corner('topright', 'atlas-panel-box', this.panel);
    this.onScreen = () => this._showScreen(Boolean(document.fullscreenElement));
    document.addEventListener('fullscreenchange', this.onScreen);
  }

  _layersPanel() {
    const shown = {...SHOWN, ...JSON.parse(sessionStorage.getItem(REMEMBERED) || '{}')};
    const panel = document.createElement('div');
    panel.className = 'atlas-panel';
    panel.hidden = true;
    for (const name of Object.keys(SHOWN)) {
      const row = document.createElement('label');
      const box = Object.assign(document.createElement('input'), {type: 'checkbox', checked: shown[name], name});
      box.onchange = () => {
        shown[name] = box.checked;
        sessionStorage.setItem(REMEMBERED, JSON.stringify(shown));
        this.host.layers.setShown(name, box.checked);
      };
      row.append(box, this.words[name]);
      panel.append(row);
      this.host.layers.setShown(name, shown[name]);
    }
    return panel;
  }

  _togglePanel(opener) {
    this.panel.hidden = !this.panel.hidden;
    opener.setAttribute('aria-expanded', String(!this.panel.hidden));
  }

  /* The whole page goes full screen with the map over it, so that dialogs of the page stay in sight.
     Where a browser has no full screen (iPhone), the map still covers the page. */
  _toggleScreen() {
    const isFull = this.host.box.classList.contains('is-full');
    const page = document.documentElement;
    if (!page.requestFullscreen) return this._showScreen(!isFull);
    if (!isFull) page.requestFullscreen().catch(() => this._showScreen(true));
    else if (document.fullscreenElement) document.exitFullscreen();
    else this._showScreen(false);
  }

  /* Come back to the page, where a form is waiting. */
  leaveScreen() {
    if (this.host.box.classList.contains('is-full')) this._toggleScreen();
  }

  _showScreen(isFull) {
    this.host.box.classList.toggle('is-full', isFull);
    relabel(this.screen, isFull ? 'shrink' : 'grow', isFull ? this.words.leave_full_screen : this.words.full_screen);
    this.map.invalidateSize();
  }

  _locate() {
    const {words, host} = this;
    if (!window.isSecureContext || !navigator.geolocation) return host.say(words.locate_insecure);
    navigator.geolocation.getCurrentPosition(
      ({coords}) => this._showHere(coords),
      (refusal) => host.say(refusal.code === refusal.PERMISSION_DENIED ? words.locate_refused : words.locate_failed),
      {enableHighAccuracy: true, timeout: 15000},
    );
  }

  _showHere({latitude, longitude, accuracy}) {
    if (this.here) this.here.remove();
    const at = L.latLng(latitude, longitude);
    const ink = {color: '#2b2d33', interactive: false};
    this.here = L.featureGroup([
      L.circle(at, {...ink, radius: accuracy, weight: 1, fillOpacity: 0.08}),
      L.circleMarker(at, {...ink, radius: 6, weight: 3, color: '#fffefb', fillColor: '#2b2d33', fillOpacity: 1}),
    ]).addTo(this.map);
    this.map.setView(at, Math.max(this.map.getZoom(), 15));
    this.host.say(`${this.words.here} ±${Math.round(accuracy)} ${this.words.metres}`);
  }
}

Object.assign(Atlas, {Controls, button, corner});
})();
