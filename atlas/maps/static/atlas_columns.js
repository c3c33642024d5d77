/* Columns (点位数据): hazards as typed arrays, read from the binary of atlas/maps/points.py, patched by deltas. */
(function () {
'use strict';
const Atlas = window.Atlas = window.Atlas || {};
if (Atlas.Columns) return;

const ARRAYS = {i4: Int32Array, u4: Uint32Array, u2: Uint16Array, u1: Uint8Array};
const KEPT = {
  lon: Int32Array, lat: Int32Array, id: Uint32Array, sector: Uint16Array, state: Uint8Array, flags: Uint8Array,
};
const NOT_DRAWABLE = 8;

/* Read a file of points: its header, and each column as an array of the header's n values. */
function read(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength < 8 || view.getUint32(0, false) !== 0x41545031) throw new Error('not a file of points');
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, view.getUint32(4, true))));
  const columns = {};
  for (const {name, type, at} of head.cols) columns[name] = new ARRAYS[type](buffer, at, head.n);
  return {head, columns};
}

/* The rows whose bit is set; without a mask every row. */
function rowsOf(mask, n) {
  const rows = new Uint32Array(n);
  if (!mask) {
    for (let row = 0; row < n; row++) rows[row] = row;
    return rows;
  }
  const bytes = atob(mask);
  let count = 0;
  for (let at = 0; at < bytes.length; at++) {
    for (let bits = bytes.charCodeAt(at); bits; bits &= bits - 1) {
      const row = at * 8 + 31 - Math.clz32(bits & -bits);
      if (row < n) rows[count++] = row;
    }
  }
  return rows.subarray(0, count);
}

class Columns {
  constructor(buffer) {
    const {head, columns} = read(buffer);
    this.n = 0;
    this.revision = head.revision;
    this.glyphs = head.glyphs;
    this._grow(head.n);
    for (const name in KEPT) this[name].set(columns[name]);
    this.n = head.n;
    for (let row = 0; row < this.n; row++) this._project(row);
  }

  /* Replace and append the rows a delta names. */
  patch(buffer) {
    const {head, columns} = read(buffer);
    this._grow(head.total);
    columns.row.forEach((row, i) => {
      for (const name in KEPT) this[name][row] = columns[name][i];
      this._project(row);
    });
    this.n = head.total;
    this.revision = head.revision;
    this.glyphs = head.glyphs;
  }

  isDrawable(row) {
    return (this.flags[row] & NOT_DRAWABLE) === 0;
  }

  rowOf(id) {
    const row = this.id.indexOf(id);
    return row < this.n ? row : -1;
  }

  latLng(row) {
    return L.latLng(this.lat[row] / 1e6, this.lon[row] / 1e6);
  }

  /* Rows are appended one by one through a day: leave room, so that an append seldom copies the columns. */
  _grow(n) {
    if (this.lon && n <= this.lon.length) return;
    const room = this.lon ? Math.ceil(n * 1.25) + 64 : n;
    for (const [name, Type] of Object.entries({...KEPT, x: Float64Array, y: Float64Array})) {
      const wider = new Type(room);
      if (this[name]) wider.set(this[name].subarray(0, this.n));
      this[name] = wider;
    }
  }

  /* Web Mercator with the world as the unit square, so that a zoom is one multiplication. */
  _project(row) {
    const sine = Math.sin(this.lat[row] * Math.PI / 180e6);
    this.x[row] = this.lon[row] / 360e6 + 0.5;
    this.y[row] = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  }
}

Atlas.Columns = Columns;
Atlas.rowsOf = rowsOf;
})();
