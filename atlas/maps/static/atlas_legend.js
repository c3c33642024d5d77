/* The legend (图例): every symbol as the map draws it, beside the server's words. */
(function () {
'use strict';
const Atlas = window.Atlas = window.Atlas || {};
if (Atlas.Legend) return;
const {symbols} = Atlas;

const SIZE = 28;
const REMEMBERED = 'atlas.legend';
const FLAGS = {overdue: symbols.OVERDUE, due_soon: symbols.DUE_SOON, major: symbols.MAJOR};
const WIDE_PX = 1200;

function line(ctx, {colour, width, casing, dash}) {
  const draw = (ink, weight, pattern) => {
    ctx.beginPath();
    ctx.setLineDash(pattern);
    ctx.moveTo(-12, 2);
    ctx.bezierCurveTo(-5, -6, 4, 7, 12, -2);
    symbols.stroke(ctx, ink, weight);
  };
  if (casing) draw(casing, width + 2, []);
  draw(colour, width, dash ? dash.split(' ').map(Number) : []);
}

/* How to draw each kind of legend entry; `tables` holds what points and layers draw by. */
const KINDS = {
  state: (ctx, code, {points}) => {
    const look = points.states.find((state) => state.code === code);
    symbols.hazard(ctx, look, {scale: 0.85, ink: points.ink});
  },
  flag: (ctx, name, {points}) => {
    const look = points.states.find((state) => state.bucket === 'open');
    symbols.hazard(ctx, look, {scale: 0.8, flags: FLAGS[name], ink: points.ink});
  },
  glyph: (ctx, glyph, {points}) => {
    const look = points.states.find((state) => state.bucket === 'open');
    symbols.hazard(ctx, look, {scale: 0.85, glyph, ink: points.ink});
  },
  cluster: (ctx, _, {points}) => {
    const looks = ['open', 'referred', 'closed'].map((name) => points.states.find(({bucket}) => bucket === name));
    symbols.pie(ctx, 12, looks.map((look, i) => ({look, count: [3, 2, 5][i]})), '10');
  },
  geo: (ctx, kind, {layers}) => symbols.geopoint(ctx, layers.geo[kind], '#fffefb', layers.ink),
  risk: (ctx, level, {layers}) => symbols.geopoint(ctx, 'diamond', layers.risk[level], layers.ink),
  line: (ctx, kind, {layers}) => line(ctx, layers.lines[kind]),
  stop: (ctx, _, {layers}) => symbols.stop(ctx, 1, layers.ink),
  office: (ctx, _, {layers}) => {
    symbols.circle(ctx, 4.5);
    symbols.fill(ctx, '#fffefb');
    symbols.stroke(ctx, layers.ink, 1.6);
    symbols.circle(ctx, 1.4);
    symbols.fill(ctx, layers.ink);
  },
};

function row(picture, label) {
  const element = document.createElement('li');
  const text = document.createElement('span');
  text.textContent = text.title = label;
  element.append(picture, text);
  return element;
}

function swatch(colour) {
  const element = document.createElement('i');
  element.className = 'atlas-swatch';
  element.style.background = colour;
  return element;
}

class Legend {
  constructor(host, words) {
    this.tables = {points: host.points, layers: host.layers.table};
    this.opener = Atlas.button('legend', words.legend, () => this.show(this.body.hidden));
    this.opener.classList.add('atlas-legend-opener');
    this.body = document.createElement('div');
    this.body.className = 'atlas-legend';
    this.body.setAttribute('aria-label', words.legend);
    const remembered = sessionStorage.getItem(REMEMBERED);
    this.show(remembered ? remembered === 'open' : host.map.getSize().x >= WIDE_PX, false);
    this.control = Atlas.corner(host.map, 'bottomright', 'atlas-legend-box', this.body, this.opener);
  }

  show(isOpen, isChosen = true) {
    this.body.hidden = !isOpen;
    this.opener.setAttribute('aria-expanded', String(isOpen));
    if (isChosen) sessionStorage.setItem(REMEMBERED, isOpen ? 'open' : 'closed');
  }

  /* How much of the map's right side the open legend covers, in pixels. */
  width() {
    return this.body.hidden ? 0 : this.body.offsetWidth + 10;
  }

  /* `entries`: {title} or {symbol: "kind:code", label}; `figure`: the choropleth or null. */
  fill(entries, figure) {
    const now = JSON.stringify([entries, figure]);
    if (now === this.filled) return;
    this.filled = now;
    this.body.replaceChildren();
    if (figure) this._fillFigure(figure);
    let list = null;
    for (const entry of entries) {
      if (entry.title) list = this._section(entry.title);
      else list.append(row(this._picture(entry.symbol), entry.label));
    }
  }

  _section(title) {
    const head = document.createElement('h4');
    head.textContent = title;
    const list = document.createElement('ul');
    this.body.append(head, list);
    return list;
  }

  _picture(symbol) {
    const [kind, code] = symbol.split(/:(.*)/s);
    return symbols.picture(SIZE, (ctx) => KINDS[kind](ctx, code, this.tables));
  }

  _fillFigure({title, breaks}) {
    const list = this._section(title);
    list.classList.add('atlas-classes');
    breaks.forEach((upper, i) => list.append(row(swatch(this.tables.layers.ramp[i]), `≤ ${upper}`)));
  }
}

Atlas.Legend = Legend;
})();
