/* The linked list (联动列表): rows with the map's own symbols, all text set as text, usable by keyboard. */
const lists = new WeakMap();

export default function (component) {
  const root = component.parentElement;
  const list = lists.get(root) || new List(root.querySelector('.atlas-list'));
  lists.set(root, list);
  list.take(component);
}

/* The script may have been begun by the map already: wait for it whoever began it. */
function script(src) {
  return new Promise((resolve, reject) => {
    if (window.Atlas && window.Atlas.symbols) { resolve(); return; }
    const element = Object.assign(document.createElement('script'), {src, onload: resolve});
    element.onerror = () => reject(new Error(src));
    document.head.append(element);
  });
}

function style(href) {
  if (document.querySelector(`link[href="${href}"]`)) return;
  document.head.append(Object.assign(document.createElement('link'), {href, rel: 'stylesheet'}));
}

function textual(tag, className, text) {
  return Object.assign(document.createElement(tag), {className, textContent: text});
}

class List {
  constructor(box) {
    this.box = box;
    this.elements = [];
    box.tabIndex = 0;
    box.setAttribute('role', 'list');
    box.onkeydown = (event) => this._key(event);
    box.onclick = (event) => {
      const row = event.target.closest('.atlas-row');
      if (row) this._pick(this.elements.indexOf(row));
    };
  }

  take(component) {
    const {data} = component;
    this.component = component;
    style(data.style);
    // Symbols may come later than the rows: the rows are drawn at once, with the symbols as soon as they can be.
    script(data.script).then(() => this._decorate(), () => {});
    const rows = JSON.stringify([data.rows, data.words]);
    if (rows !== this.shown) this._fill(data, rows);
    this._highlight(data.picked);
    this.box.dataset.count = data.total;
    this.box.dataset.rows = data.rows.length;
  }

  _fill({rows, words}, shown) {
    this.shown = shown;
    this.elements = rows.map((row, position) => this._row(row, position, words));
    this.box.setAttribute('aria-label', words.list);
    this.box.replaceChildren(...(rows.length ? this.elements : [textual('p', 'atlas-list-empty', words.empty)]));
    this.box.scrollTop = 0;
    this.active = -1;
    this.picked = undefined;
    this._decorate();
  }

  _row(row, position, words) {
    const element = document.createElement('div');
    element.className = 'atlas-row';
    element.id = `atlas-row-${row.id}`;
    element.dataset.id = row.id;
    element.setAttribute('role', 'listitem');
    const head = textual('div', 'atlas-row-head', '');
    head.append(textual('b', '', row.code));
    if (row.status) head.append(textual('span', 'atlas-row-status', row.status));
    if (row.major) head.append(textual('span', 'atlas-row-flag', words.major));
    if (row.overdue) head.append(textual('span', 'atlas-row-flag is-late', words.overdue));
    const body = document.createElement('div');
    body.append(head, textual('div', 'atlas-row-text', row.text), textual('div', 'atlas-row-where', row.where));
    element.append(textual('span', 'atlas-row-symbol', ''), body);
    return element;
  }

  _decorate() {
    const drawing = window.Atlas && window.Atlas.symbols;
    if (!drawing) return;
    const {rows, symbols} = this.component.data;
    this.elements.forEach((element, position) => {
      const place = element.firstChild;
      if (place.firstChild) return;
      const {state, glyph, overdue, due_soon: isDueSoon, major} = rows[position];
      const look = symbols.states.find((one) => one.code === state);
      const flags = (overdue && drawing.OVERDUE) | (isDueSoon && drawing.DUE_SOON) | (major && drawing.MAJOR);
      if (look) place.append(drawing.picture(38, (ctx) => drawing.hazard(ctx, look, {glyph, flags, ink: symbols.ink})));
    });
  }

  _highlight(id) {
    if (this.picked === id) return;
    this.picked = id;
    this.elements.forEach((element, position) => {
      const isPicked = element.dataset.id === String(id);
      element.setAttribute('aria-current', String(isPicked));
      if (isPicked) this._activate(position);
    });
  }

  _activate(position) {
    const last = this.elements[this.active];
    if (last) last.classList.remove('is-active');
    this.active = position;
    const element = this.elements[position];
    element.classList.add('is-active');
    this.box.setAttribute('aria-activedescendant', element.id);
    // Only the list scrolls: scrollIntoView would move the whole page on a phone.
    const above = element.offsetTop - this.box.scrollTop;
    const below = above + element.offsetHeight - this.box.clientHeight;
    if (above < 0) this.box.scrollTop += above;
    else if (below > 0) this.box.scrollTop += below;
  }

  _key(event) {
    const last = this.elements.length - 1;
    const places = {
      ArrowDown: this.active + 1, ArrowUp: this.active - 1, Home: 0, End: last,
      PageDown: this.active + 8, PageUp: this.active - 8,
    };
    if (last < 0) return;
    if (event.key in places) this._activate(Math.min(Math.max(places[event.key], 0), last));
    else if ((event.key === 'Enter' || event.key === ' ') && this.active >= 0) this._pick(this.active);
    else return;
    event.preventDefault();
  }

  _pick(position) {
    this._activate(position);
    this.component.setTriggerValue('picked', {id: this.component.data.rows[position].id});
  }
}
