/* The measuring tape (量距): click a line on the map and read its length; double click or Enter ends, Esc cancels. */
(function () {
'use strict';
const Atlas = window.Atlas = window.Atlas || {};
if (Atlas.Measure) return;

const INK = {color: '#2b2d33', interactive: false, pane: 'atlas-tape'};

class Measure {
  constructor(host, words) {
    Object.assign(this, {host, words, map: host.map, isOn: false, places: []});
    if (!this.map.getPane('atlas-tape')) this.map.createPane('atlas-tape').style.zIndex = 480;
    this.map.getPane('atlas-tape').style.pointerEvents = 'none';
    this.drawn = L.featureGroup();
    this.onClick = ({latlng}) => this._extend(latlng);
    this.onMove = ({latlng}) => this._draw(latlng);
    this.onKey = (event) => this._key(event);
  }

  toggle() {
    if (this.isOn) this.stop();
    else this._start();
  }

  /* Put the tape away, its line with it. */
  stop() {
    this._end();
    this.drawn.remove();
    this.host.say('');
  }

  _start() {
    this.isOn = true;
    this.places = [];
    this.drawn.clearLayers().addTo(this.map);
    this.map.doubleClickZoom.disable();
    this.map.on('click', this.onClick).on('mousemove', this.onMove).on('dblclick', this._finish, this);
    document.addEventListener('keydown', this.onKey, true);
    this.host.box.classList.add('is-measuring');
    this.host.say(this.words.measure_hint, true);
  }

  _end() {
    if (!this.isOn) return;
    this.isOn = false;
    this.map.doubleClickZoom.enable();
    this.map.off('click', this.onClick).off('mousemove', this.onMove).off('dblclick', this._finish, this);
    document.removeEventListener('keydown', this.onKey, true);
    this.host.box.classList.remove('is-measuring');
  }

  /* Keep the line and its length in sight until the tape is taken again. */
  _finish() {
    this._draw();
    this._end();
    this.host.say(this.written(this._length(this.places)), true);
  }

  _key(event) {
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Enter') this._finish();
    else this.stop();
  }

  _extend(latlng) {
    const last = this.places[this.places.length - 1];
    // The second click of a double click falls on the same spot.
    if (!last || this.map.latLngToLayerPoint(last).distanceTo(this.map.latLngToLayerPoint(latlng)) > 3) {
      this.places.push(latlng);
    }
    this._draw();
  }

  _draw(pointer) {
    const {places, drawn} = this;
    if (!places.length) return;
    const line = pointer ? [...places, pointer] : places;
    drawn.clearLayers();
    drawn.addLayer(L.polyline(line, {...INK, color: '#fffefb', weight: 5}));
    drawn.addLayer(L.polyline(line, {...INK, weight: 2, dashArray: '6 4'}));
    for (const place of places) {
      drawn.addLayer(L.circleMarker(place, {...INK, radius: 4, weight: 2, fillColor: '#fffefb', fillOpacity: 1}));
    }
    const label = document.createElement('span');
    label.className = 'atlas-tape-label';
    label.textContent = this.written(this._length(line));
    const icon = L.divIcon({html: label, className: '', iconSize: [0, 0]});
    drawn.addLayer(L.marker(line[line.length - 1], {icon, interactive: false, keyboard: false, pane: 'atlas-tape'}));
  }

  _length(places) {
    return places.slice(1).reduce((sum, place, i) => sum + this.map.distance(places[i], place), 0);
  }

  written(metres) {
    const {words} = this;
    if (metres < 1000) return `${Math.round(metres)} ${words.metres}`;
    return `${(metres / 1000).toFixed(2)} ${words.kilometres}`;
  }
}

Atlas.Measure = Measure;
})();
