/* Symbols (图例符号): draws hazards, geohazard points and stops on a canvas, for map, list and legend alike.
   What they look like comes from the table of atlas/maps/symbols.py; only geometry lives here. */
(function () {
'use strict';
const Atlas = window.Atlas = window.Atlas || {};
if (Atlas.symbols) return;

const FONT = '"Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif';
const PAPER = '#fffefb';
const TURN = 2 * Math.PI;
const RADIUS = {dot: 3.5, mark: 6.5, glyph: 12};
const OVERDUE = 1, DUE_SOON = 2, MAJOR = 4;

function circle(ctx, r, x = 0, y = 0) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, TURN);
}

function fill(ctx, colour) {
  ctx.fillStyle = colour;
  ctx.fill();
}

function stroke(ctx, colour, width) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.stroke();
}

function path(ctx, points, isClosed) {
  ctx.beginPath();
  points.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
  if (isClosed) ctx.closePath();
}

/* Marks fit a disc of radius r round the origin. */
const MARKS = {
  check: (r) => [[[-0.5 * r, 0.02 * r], [-0.12 * r, 0.4 * r], [0.55 * r, -0.4 * r]]],
  arrow: (r) => [
    [[-0.5 * r, 0.5 * r], [0.5 * r, -0.5 * r]],
    [[-0.2 * r, -0.5 * r], [0.5 * r, -0.5 * r], [0.5 * r, 0.2 * r]],
  ],
  cross: (r) => [[[-0.42 * r, -0.42 * r], [0.42 * r, 0.42 * r]], [[0.42 * r, -0.42 * r], [-0.42 * r, 0.42 * r]]],
};

function mark(ctx, kind, r, colour) {
  if (kind === 'question') return text(ctx, '?', r * 1.7, colour);
  ctx.save();
  ctx.lineCap = ctx.lineJoin = 'round';
  for (const line of MARKS[kind](r)) {
    path(ctx, line, false);
    stroke(ctx, colour, Math.max(1.2, r * 0.3));
  }
  ctx.restore();
}

function text(ctx, string, size, colour) {
  ctx.font = `600 ${size}px ${FONT}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillStyle = colour;
  ctx.fillText(string, 0, size * 0.06);
}

/* The left half of a body waiting for review is filled; a sign across both halves is drawn in both inks. */
function twoInks(ctx, r, draw, left, right) {
  for (const [from, colour] of [[-2 * r, left], [0, right]]) {
    ctx.save();
    ctx.beginPath();
    ctx.rect(from, -2 * r, 2 * r, 4 * r);
    ctx.clip();
    draw(colour);
    ctx.restore();
  }
}

const BODIES = {
  solid(ctx, r, look) { circle(ctx, r); fill(ctx, look.colour); },
  hollow(ctx, r, look) { circle(ctx, r - 0.8); fill(ctx, PAPER); stroke(ctx, look.colour, Math.max(1.6, r * 0.17)); },
  half(ctx, r, look) {
    circle(ctx, r - 0.8);
    fill(ctx, PAPER);
    twoInks(ctx, r, (colour) => { circle(ctx, r - 0.8); fill(ctx, colour); }, look.colour, PAPER);
    circle(ctx, r - 0.8);
    stroke(ctx, look.colour, Math.max(1.4, r * 0.15));
  },
  dashed(ctx, r, look) {
    circle(ctx, r - 0.7);
    fill(ctx, PAPER);
    ctx.save();
    const dash = (r - 0.7) * TURN / (r < 8 ? 10 : 16);
    ctx.setLineDash([dash * 1.2, dash * 0.8]);
    stroke(ctx, look.colour, Math.max(1.4, r * 0.15));
    ctx.restore();
  },
  faint(ctx, r, look) { circle(ctx, r - 0.6); fill(ctx, '#f3f2ee'); stroke(ctx, look.colour, 1.1); },
};

const inkOf = (look) => (look.fill === 'solid' ? PAPER : look.colour);

function sign(ctx, r, look, draw) {
  if (look.fill === 'half') twoInks(ctx, r, draw, PAPER, look.colour);
  else draw(inkOf(look));
}

function badge(ctx, r, look) {
  ctx.save();
  ctx.translate(r * 0.78, r * 0.78);
  const b = Math.max(4.6, r * 0.5);
  circle(ctx, b + 1.1);
  fill(ctx, PAPER);
  circle(ctx, b);
  const isFilled = look.fill === 'solid';
  fill(ctx, isFilled ? look.colour : PAPER);
  stroke(ctx, look.colour, 1.1);
  mark(ctx, look.badge, b, isFilled ? PAPER : look.colour);
  ctx.restore();
}

/* A full clock says the deadline has passed, an empty one that it is near. */
function clock(ctx, r, ink, isOverdue) {
  ctx.save();
  const b = Math.max(3.6, r * 0.48);
  ctx.translate(r * 0.8, -r * 0.8);
  circle(ctx, b + 1.2);
  fill(ctx, PAPER);
  circle(ctx, b);
  fill(ctx, isOverdue ? ink : PAPER);
  stroke(ctx, ink, 1.1);
  path(ctx, [[0, -b * 0.62], [0, 0.08 * b], [b * 0.45, b * 0.3]], false);
  ctx.lineCap = 'round';
  stroke(ctx, isOverdue ? PAPER : ink, Math.max(1.1, b * 0.24));
  ctx.restore();
}

/* Draw a hazard round the origin of the context. `look` is a row of the table, `band` one of RADIUS. */
function hazard(ctx, look, {glyph = '', flags = 0, band = 'glyph', scale = 1, ink = '#000'}) {
  const r = RADIUS[band] * look.scale * scale;
  const isMajor = (flags & MAJOR) > 0;
  circle(ctx, r + (isMajor ? (band === 'dot' ? 2.8 : 4.2) : 1.3));
  fill(ctx, PAPER);
  if (isMajor) {
    circle(ctx, r + (band === 'dot' ? 2 : 3));
    stroke(ctx, look.colour, band === 'dot' ? 1 : 1.5);
  }
  BODIES[look.fill](ctx, r, look);
  if (band === 'dot') return;
  if (band === 'glyph' && glyph) sign(ctx, r, look, (colour) => text(ctx, glyph, r * 1.22, colour));
  else if (look.badge) mark(ctx, look.badge, r * 0.78, inkOf(look));
  if (band === 'glyph' && glyph && look.badge) badge(ctx, r, look);
  if (flags & (OVERDUE | DUE_SOON)) clock(ctx, r, ink, (flags & OVERDUE) > 0);
}

const reach = (scale = 1) => Math.ceil(RADIUS.glyph * scale * 1.45 + 6);

function geopoint(ctx, shape, colour, ink, size = 9) {
  const outline = shape === 'triangle'
    ? [[0, -size * 1.05], [size * 1.02, size * 0.78], [-size * 1.02, size * 0.78]]
    : [[0, -size * 1.1], [size * 0.95, 0], [0, size * 1.1], [-size * 0.95, 0]];
  ctx.lineJoin = 'round';
  path(ctx, outline, true);
  stroke(ctx, PAPER, 4.6);
  fill(ctx, colour);
  stroke(ctx, ink, 1.7);
}

function stop(ctx, number, ink, r = 9.5) {
  circle(ctx, r + 1.8);
  fill(ctx, PAPER);
  circle(ctx, r);
  fill(ctx, ink);
  text(ctx, String(number), r * (number > 9 ? 1.1 : 1.3), PAPER);
}

function pie(ctx, r, slices, label) {
  let from = -TURN / 4;
  const total = slices.reduce((sum, slice) => sum + slice.count, 0);
  circle(ctx, r + 1.4);
  fill(ctx, PAPER);
  for (const {count, look} of slices) {
    if (!count) continue;
    const to = from + TURN * count / total;
    ctx.beginPath();
    ctx.moveTo(0, 0);
    ctx.arc(0, 0, r, from, to);
    ctx.closePath();
    fill(ctx, look.fill === 'solid' ? look.colour : look.fill === 'faint' ? '#cfcec9' : '#b9aec6');
    from = to;
  }
  circle(ctx, r * 0.68);
  fill(ctx, PAPER);
  text(ctx, label, label.length > 3 ? 10.5 : 11.5, '#26262b');
}

/* Return a canvas element with one symbol in its middle, crisp on this screen. */
function picture(size, draw) {
  const canvas = document.createElement('canvas');
  const ratio = Math.max(window.devicePixelRatio || 1, 1);
  canvas.width = canvas.height = Math.round(size * ratio);
  canvas.style.width = canvas.style.height = `${size}px`;
  canvas.setAttribute('aria-hidden', 'true');
  const ctx = canvas.getContext('2d');
  ctx.scale(ratio, ratio);
  ctx.translate(size / 2, size / 2);
  draw(ctx);
  return canvas;
}

Atlas.symbols = {
  OVERDUE, DUE_SOON, MAJOR, RADIUS, hazard, geopoint, stop, pie, picture, reach, circle, fill, stroke,
};
})();
