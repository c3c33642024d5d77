/* The points layer (隐患点图层): draws hazards on one canvas, as dots, marks or signs, as pies where they are many.
   All rows lie in memory; a filter is a mask of bits computed by the server. */
(function () {
'use strict';
const Atlas = window.Atlas = window.Atlas || {};
if (Atlas.points) return;
const {symbols, Columns, rowsOf} = Atlas;

const DRAWABLE = 7;
const PANE = 'atlas-points';

async function fetched(url) {
  const answer = await fetch(url, {credentials: 'same-origin'});
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.arrayBuffer();
}

const binOf = (grid, x, y) => ((y + grid.y) / grid.cell | 0) * grid.across + ((x + grid.x) / grid.cell | 0);

function stamp(ctx, sprite, x, y, half) {
  ctx.drawImage(sprite, x - half, y - half, half * 2, half * 2);
}

/* Which day's states an address gives: its last part. */
const dayOf = (url) => url.split('/').pop().split('?')[0];

const Points = L.Renderer.extend({
  options: {padding: 0.12, pane: PANE, clusterAbove: 3000, cell: 60, fewPoints: 160},

  initialize(table) {
    L.Renderer.prototype.initialize.call(this, {});
    this.states = table.states;
    this.ink = table.ink;
    this.buckets = [...new Set(table.states.map((state) => state.bucket))];
    this.bucketOf = table.states.map((state) => this.buckets.indexOf(state.bucket));
    this.looks = this.buckets.map((bucket) => table.states.find((state) => state.bucket === bucket));
    this.rows = new Uint32Array(0);
    this.shown = 0;
    this.marked = {picked: [], near: []};
    this.stats = {};
    this.sprites = new Map();
  },

  onAdd(map) {
    const pane = map.getPane(PANE) || map.createPane(PANE);
    pane.style.zIndex = 450;
    pane.style.pointerEvents = 'none';
    map.atlasPoints = this;
    L.Renderer.prototype.onAdd.call(this, map);
  },

  _initContainer() {
    this._container = L.DomUtil.create('canvas', 'atlas-points');
    this._ctx = this._container.getContext('2d');
  },

  _destroyContainer() {
    L.DomUtil.remove(this._container);
    delete this._container;
    delete this._ctx;
  },

  /* Show the points of `wanted` (url, delta, revision, total, mask, key); resolves once they are drawn. */
  async show(wanted) {
    if (this.url !== wanted.url) await this._load(wanted);
    const from = performance.now();
    this._choose(wanted.mask);
    this.stats.mask = performance.now() - from;
    this.key = wanted.key;
    this.draw();
    this.stats.shown = performance.now() - from;
  },

  async _load({url, delta, total}) {
    if (!(await this._patched(url, delta, total))) {
      const from = performance.now();
      const buffer = await fetched(url);
      this.stats.fetch = performance.now() - from;
      this.columns = new Columns(buffer);
      this.stats.load = performance.now() - from;
    }
    this.url = url;
  },

  /* A delta fits only the revision and the day it starts from; anything else is loaded whole. */
  async _patched(url, delta, total) {
    const span = /\/(\d+)-\d+\/[^/]+$/.exec(delta || '');
    if (!span || !this.columns || this.columns.revision !== Number(span[1])) return false;
    if (dayOf(this.url) !== dayOf(url) || dayOf(delta) !== dayOf(url)) return false;
    try {
      this.columns.patch(await fetched(delta));
    } catch {
      return false;
    }
    return this.columns.n === total;
  },

  _choose(mask) {
    const {columns} = this;
    const rows = rowsOf(mask, columns.n);
    this.shown = rows.length;
    let count = 0;
    for (let at = 0; at < rows.length; at++) if (columns.isDrawable(rows[at])) rows[count++] = rows[at];
    this.rows = rows.subarray(0, count);
  },

  /* Ring the picked hazard and those near it, by id. */
  mark(picked, near) {
    this.marked = {picked, near};
    this.draw();
  },

  _update() {
    if (!this._map || (this._map._animatingZoom && this._bounds)) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize();
    const canvas = this._container;
    const ratio = this.ratio = Math.max(window.devicePixelRatio || 1, 1);
    L.DomUtil.setPosition(canvas, this._bounds.min);
    canvas.width = Math.round(size.x * ratio);
    canvas.height = Math.round(size.y * ratio);
    canvas.style.width = `${size.x}px`;
    canvas.style.height = `${size.y}px`;
    this.draw();
  },

  draw() {
    if (!this._ctx || !this._bounds || !this.columns) return;
    const from = performance.now();
    const {_ctx: ctx, ratio} = this;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, this._container.width, this._container.height);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    this._locate();
    this._near();
    this.clusters = this.seen.count > this.options.clusterAbove ? this._clusters() : null;
    if (this.clusters) this._drawClusters();
    else this._drawPoints();
    this._picked();
    this.stats.draw = performance.now() - from;
    this.fire('drawn');
  },

  /* Find the rows inside the canvas and where they lie on it. */
  _locate() {
    const {x, y} = this.columns;
    const {rows} = this;
    const min = this._bounds.min;
    const origin = this._map.getPixelOrigin();
    const scale = 256 * 2 ** this._map.getZoom();
    const left = origin.x + min.x, top = origin.y + min.y;
    const width = this._bounds.max.x - min.x, height = this._bounds.max.y - min.y;
    if (!this.seen || this.seen.row.length < rows.length) {
      const room = rows.length;
      this.seen = {row: new Uint32Array(room), x: new Float32Array(room), y: new Float32Array(room)};
    }
    const {seen} = this;
    let count = 0;
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at];
      const px = x[row] * scale - left, py = y[row] * scale - top;
      if (px < -16 || py < -16 || px > width + 16 || py > height + 16) continue;
      seen.row[count] = row;
      seen.x[count] = px;
      seen.y[count++] = py;
    }
    Object.assign(seen, {count, scale, left, top, width, height});
  },

  /* Signs at high zoom, dots at low zoom; few points are drawn one band larger. */
  band() {
    const zoom = this._map.getZoom() + (this.rows.length <= this.options.fewPoints ? 1.5 : 0);
    return zoom >= 15 ? 'glyph' : zoom >= 12.5 ? 'mark' : 'dot';
  },

  size() {
    return this._map.getSize().x >= 1500 ? 1.15 : 1;
  },

  /* Half the side of a sprite, in pixels of the page. */
  reach() {
    return symbols.reach(this.size());
  },

  _sprite(row, band) {
    const {columns, ratio} = this;
    const flags = columns.flags[row] & DRAWABLE;
    const glyph = band === 'glyph' ? this.columns.glyphs[columns.sector[row]] || '' : '';
    const key = `${columns.state[row]}${glyph}|${flags}${band}${ratio}${this.size()}`;
    let sprite = this.sprites.get(key);
    if (!sprite) {
      const look = this.states[columns.state[row]];
      const options = {glyph, flags, band, scale: this.size(), ink: this.ink};
      sprite = symbols.picture(this.reach() * 2, (ctx) => symbols.hazard(ctx, look, options));
      this.sprites.set(key, sprite);
    }
    return sprite;
  },

  /* Calm states first, so that what is open and overdue lies on top. */
  _order() {
    const {seen, columns, states} = this;
    const ranks = states.map((state) => state.rank * 2);
    const layers = Array.from({length: 14}, () => []);
    for (let at = 0; at < seen.count; at++) {
      const row = seen.row[at];
      layers[ranks[columns.state[row]] + (columns.flags[row] & symbols.OVERDUE)].push(at);
    }
    return layers.flat();
  },

  _drawPoints() {
    const band = this.band();
    const {seen, _ctx: ctx} = this;
    this.order = this._order();
    for (const at of this.order) stamp(ctx, this._sprite(seen.row[at], band), seen.x[at], seen.y[at], this.reach());
  },

  /* Gather points by cells fixed to the ground, so that panning does not reshuffle them. */
  _clusters() {
    const {seen, columns: {state}, bucketOf} = this;
    const grid = this.grid = this._grid();
    const kinds = this.buckets.length;
    const count = new Uint32Array(grid.cells), first = new Uint32Array(grid.cells);
    const sumX = new Float64Array(grid.cells), sumY = new Float64Array(grid.cells);
    const slices = new Uint32Array(grid.cells * kinds);
    for (let at = 0; at < seen.count; at++) {
      const bin = binOf(grid, seen.x[at], seen.y[at]);
      if (!count[bin]++) first[bin] = at;
      sumX[bin] += seen.x[at];
      sumY[bin] += seen.y[at];
      slices[bin * kinds + bucketOf[state[seen.row[at]]]]++;
    }
    const found = [];
    for (let bin = 0; bin < grid.cells; bin++) {
      if (!count[bin]) continue;
      const counts = slices.subarray(bin * kinds, bin * kinds + kinds);
      found.push({bin, n: count[bin], at: first[bin], counts, ...this._pieAt(bin, count[bin], sumX[bin], sumY[bin])});
    }
    return found;
  },

  _grid() {
    const {seen, options: {cell}} = this;
    const left = Math.floor((seen.left - 16) / cell), top = Math.floor((seen.top - 16) / cell);
    const across = Math.ceil((seen.width + 32) / cell) + 1, down = Math.ceil((seen.height + 32) / cell) + 1;
    return {cell, across, cells: across * down, x: seen.left - left * cell, y: seen.top - top * cell};
  },

  /* A pie stands at the middle of its members but inside its cell, so that two never overlap. */
  _pieAt(bin, n, sumX, sumY) {
    const {cell, across, x, y} = this.grid;
    if (n === 1) return {x: sumX, y: sumY, r: 8};
    const r = Math.min(cell / 2 - 2, 12 + 3.4 * Math.log10(n));
    const inside = (middle, low) => Math.min(Math.max(middle, low + r), low + cell - r);
    const column = bin % across, row = Math.floor(bin / across);
    return {x: inside(sumX / n, column * cell - x), y: inside(sumY / n, row * cell - y), r};
  },

  _drawClusters() {
    const {_ctx: ctx, seen} = this;
    for (const cluster of this.clusters) {
      if (cluster.n === 1) {
        stamp(ctx, this._sprite(seen.row[cluster.at], 'mark'), cluster.x, cluster.y, this.reach());
        continue;
      }
      ctx.save();
      ctx.translate(cluster.x, cluster.y);
      symbols.pie(ctx, cluster.r, this._slices(cluster), this.written(cluster.n));
      ctx.restore();
    }
  },

  _slices(cluster) {
    return this.looks.map((look, bucket) => ({look, count: cluster.counts[bucket]}));
  },

  written(n) {
    const compact = {notation: 'compact', maximumFractionDigits: 1};
    this.format = this.format || new Intl.NumberFormat(this.locale || 'zh-CN', compact);
    return n < 1000 ? String(n) : this.format.format(n);
  },

  speak(locale) {
    if (locale === this.locale) return;
    this.locale = locale;
    this.format = null;
    this.draw();
  },

  _placesOf(ids) {
    const {seen, columns} = this;
    return ids.map((id) => columns.rowOf(id)).filter((row) => row >= 0 && columns.isDrawable(row)).map((row) => ({
      row, x: columns.x[row] * seen.scale - seen.left, y: columns.y[row] * seen.scale - seen.top,
    }));
  },

  _near() {
    const {_ctx: ctx} = this;
    ctx.save();
    ctx.setLineDash([4, 3]);
    for (const place of this._placesOf(this.marked.near)) {
      symbols.circle(ctx, 19, place.x, place.y);
      symbols.fill(ctx, 'rgba(255,254,251,.75)');
      symbols.stroke(ctx, this.ink, 1.6);
      this._drawSign(place, 1);
    }
    ctx.restore();
  },

  /* A hazard that the filters leave out is not brought back by having been picked. */
  _picked() {
    const {_ctx: ctx} = this;
    for (const place of this._placesOf(this.marked.picked).filter(({row}) => this.rows.includes(row))) {
      symbols.circle(ctx, 24, place.x, place.y);
      symbols.fill(ctx, 'rgba(255,254,251,.7)');
      symbols.stroke(ctx, '#fffefb', 5);
      symbols.stroke(ctx, this.ink, 2.4);
      this._drawSign(place, 1.15);
    }
  },

  _drawSign({row, x, y}, scale) {
    const {columns} = this;
    const half = symbols.reach(1.25);
    const glyph = columns.glyphs[columns.sector[row]] || '';
    const options = {glyph, flags: columns.flags[row] & DRAWABLE, scale, ink: this.ink};
    const sign = symbols.picture(half * 2, (ctx) => symbols.hazard(ctx, this.states[columns.state[row]], options));
    stamp(this._ctx, sign, x, y, half);
  },

  /* What lies under a click: {cluster} or {ids} with every hazard at that spot, the topmost first; null for nothing. */
  at(latlng, slack = 3) {
    if (!this.columns || !this.seen) return null;
    const spot = this._map.latLngToLayerPoint(latlng).subtract(this._bounds.min);
    return this.clusters ? this._clusterAt(spot) : this._idsAt(spot, slack);
  },

  _clusterAt(spot) {
    const cluster = this.clusters.find(({x, y, r}) => (x - spot.x) ** 2 + (y - spot.y) ** 2 <= (r + 2) ** 2);
    if (!cluster) return null;
    return cluster.n === 1 ? {ids: [this.columns.id[this.seen.row[cluster.at]]]} : {cluster};
  },

  _idsAt(spot, slack) {
    const {seen, columns} = this;
    const r = (symbols.RADIUS[this.band()] * this.size() + slack) ** 2;
    const found = [];
    for (let place = this.order.length - 1; place >= 0; place--) {
      const at = this.order[place];
      const distance = (seen.x[at] - spot.x) ** 2 + (seen.y[at] - spot.y) ** 2;
      if (distance <= r) found.push({at, distance});
    }
    if (!found.length) return null;
    return {ids: this._sameSpot(found).map(({at}) => columns.id[seen.row[at]])};
  },

  /* Of what the click touches, keep those that the one nearest to it hides or nearly hides. */
  _sameSpot(found) {
    const {seen} = this;
    const nearest = found.reduce((best, one) => (one.distance < best.distance ? one : best));
    const close = (symbols.RADIUS[this.band()] * 0.75) ** 2;
    return found.filter(({at}) => (
      (seen.x[at] - seen.x[nearest.at]) ** 2 + (seen.y[at] - seen.y[nearest.at]) ** 2 <= close
    ));
  },

  /* The members of a cluster: their bounds, and the ids of the first few. */
  members(cluster, most = 200) {
    const {seen, columns} = this;
    const bounds = L.latLngBounds([]);
    const ids = [];
    for (let at = 0; at < seen.count; at++) {
      if (binOf(this.grid, seen.x[at], seen.y[at]) !== cluster.bin) continue;
      bounds.extend(columns.latLng(seen.row[at]));
      if (ids.length < most) ids.push(columns.id[seen.row[at]]);
    }
    return {bounds, ids};
  },
});

Atlas.points = (table) => new Points(table);
})();
