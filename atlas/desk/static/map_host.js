/* The map's host (地图容器): keeps one Leaflet map across reruns of the page, shows it what the server says,
   and tells the server what was clicked and picked. The view lives in the address; moving it runs nothing. */
const hosts = new WeakMap();
const scripts = new Map();
const VIEW = 'atlas.view';
const HASH = /#map=([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)/;
const CLOSE_ZOOM = 16;

export default function (component) {
  const root = component.parentElement;
  const host = hosts.get(root) || new Host(root);
  hosts.set(root, host);
  host.take(component);
  // Streamlit also calls this for a run overtaken by a newer one, whose map must stay.
  return () => setTimeout(() => {
    if (root.isConnected) return;
    host.close();
    hosts.delete(root);
  });
}

function load(url, make) {
  if (!scripts.has(url)) {
    scripts.set(url, new Promise((resolve, reject) => {
      const element = make();
      element.onload = resolve;
      element.onerror = () => { scripts.delete(url); reject(new Error(url)); };
      document.head.append(element);
    }));
  }
  return scripts.get(url);
}

const script = (src) => load(src, () => Object.assign(document.createElement('script'), {src, async: false}));
const style = (href) => load(href, () => Object.assign(document.createElement('link'), {href, rel: 'stylesheet'}));
const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const element = (className) => Object.assign(document.createElement('div'), {className});
const latLngOf = (place) => (place ? window.L.latLng(place[0], place[1]) : null);

class Host {
  constructor(root) {
    this.box = root.querySelector('.atlas-map');
    this.wait = element('atlas-wait');
    this.saying = element('atlas-say');
    this.saying.setAttribute('role', 'status');
    this.notice = element('atlas-notice');
    this.box.append(this.wait, this.saying, this.notice);
    this.seen = {};
    this.faults = {};
    this.keepHash = () => this._keepHash();
    this.follow = () => this._follow();
    window.addEventListener('hashchange', this.follow);
    if (window.navigation) window.navigation.addEventListener('currententrychange', this.keepHash);
  }

  /* Show what this run says; runs that arrive while one is being shown are skipped but for the newest. */
  take(component) {
    this.component = component;
    const {points: {url, key}} = component.data;
    if (!this.points || this.points.url !== url || this.points.key !== key) this.box.dataset.ready = 'false';
    for (const delay of [0, 300, 1200]) setTimeout(this.keepHash, delay);
    if (this.isBusy) return;
    this.isBusy = true;
    this._settle().finally(() => { this.isBusy = false; });
  }

  async _settle() {
    for (let shown = null; shown !== this.component;) {
      shown = this.component;
      try {
        await this._show(shown.data);
        this._fail('run', null);
      } catch (fault) {
        this._fail('run', fault);
      }
    }
  }

  close() {
    window.removeEventListener('hashchange', this.follow);
    if (window.navigation) window.navigation.removeEventListener('currententrychange', this.keepHash);
    this._drop();
  }

  /* Say a sentence over the map; it goes away by itself unless it is to stay. */
  say(text, isToStay = false) {
    clearTimeout(this.hush);
    this.saying.textContent = text;
    if (text && !isToStay) this.hush = setTimeout(() => { this.saying.textContent = ''; }, 6000);
  }

  goHome() {
    this.map.flyToBounds(this.layers.bounds || this._townBounds(), {...this._frame(), duration: 0.6});
  }

  /* Leave room for what lies over the map. */
  _frame() {
    return {paddingTopLeft: [16, 16], paddingBottomRight: [16 + this.controls.legend.width(), 16]};
  }

  async _show(data) {
    const isNew = this.digest !== data.drawing.digest;
    if (isNew) await this._open(data);
    this._speak(data);
    if (isNew) await this._startView();
    this._showModes(data);
    this._showLayers(data);
    await this._showPoints(data);
    this._showPicked(data);
  }

  async _open({drawing, words, bounds}) {
    this._drop();
    this._wait(words.loading);
    await Promise.all([...drawing.css.map(style), ...drawing.js.map(script)]);
    const {default: draw} = await import(new URL(drawing.module, location.origin).href);
    const canvas = element('atlas-canvas');
    this.box.prepend(canvas);
    // The module looks its element up by id; another page's map may still hold that id for a moment.
    const ours = Object.create(window.L);
    ours.map = (id, options) => window.L.map(id === drawing.element_id ? canvas : id, options);
    this.townBounds = bounds;
    this.map = draw(ours);
    this.points = this.map.atlasPoints;
    this.layers = this.map.atlasLayers;
    this.digest = drawing.digest;
    window.atlasMap = {map: this.map, points: this.points, layers: this.layers};
    this._listen(canvas);
  }

  _drop() {
    if (this.resized) this.resized.disconnect();
    if (this.controls) this.controls.remove();
    if (this.map) this.map.remove();
    this.box.querySelectorAll('.atlas-canvas').forEach((canvas) => canvas.remove());
    Object.assign(this, {map: null, points: null, layers: null, controls: null, digest: null, draft: null, seen: {}});
  }

  _listen(canvas) {
    const {map} = this;
    map.on('moveend', () => this._moved());
    map.on('click', ({latlng}) => this._clicked(latlng));
    map.on('mousemove', ({latlng}) => {
      const isPointing = !this._isMeasuring() && this.box.dataset.mode === 'look'
        && Boolean(this.points.at(latlng) || this.layers.monitoring.at(latlng));
      this.box.classList.toggle('is-pointing', isPointing);
    });
    this.resized = new ResizeObserver(() => map.invalidateSize({animate: false}));
    this.resized.observe(canvas);
  }

  /* ---- the view: in the address, and in the session for the way back from another page ---- */

  _townBounds() {
    const [west, south, east, north] = this.townBounds;
    return window.L.latLngBounds([south, west], [north, east]);
  }

  async _startView() {
    const view = HASH.exec(location.hash) || HASH.exec(sessionStorage.getItem(VIEW) || '');
    const {map} = this;
    if (!view) await this.layers.ready.catch(() => {});
    if (this.map !== map) return;
    map.fitBounds(this.layers.bounds || this._townBounds(), {animate: false, ...this._frame()});
    map.setMinZoom(Math.max(map.getBoundsZoom(map.options.maxBounds || this._townBounds()) - 0.5, 3));
    if (view) map.setView([Number(view[2]), Number(view[3])], Number(view[1]), {animate: false});
    this.isViewKept = Boolean(view);
    this._moved();
  }

  _moved() {
    const {lat, lng} = this.map.getCenter();
    this.hash = `#map=${+this.map.getZoom().toFixed(2)}/${lat.toFixed(5)}/${lng.toFixed(5)}`;
    sessionStorage.setItem(VIEW, this.hash);
    if (this.box.isConnected) history.replaceState(history.state, '', this.hash);
  }

  /* Streamlit writes the query string and drops what stands behind it. */
  _keepHash() {
    if (!this.hash || !this.map || !this.box.isConnected || HASH.test(location.hash)) return;
    history.replaceState(history.state, '', this.hash);
  }

  _follow() {
    const view = HASH.exec(location.hash);
    if (view && this.map && location.hash !== this.hash) this.map.setView([+view[2], +view[3]], +view[1]);
  }

  /* ---- what the server says ---- */

  _speak({words, legend, choropleth, notice}) {
    if (!isSame(this.seen.words, words)) {
      if (this.controls) this.controls.remove();
      this.controls = new window.Atlas.Controls(this, words);
      this.layers.speak(words.language);
      this.points.speak(words.locale);
      this.seen.words = words;
    }
    this.controls.legend.fill(legend, choropleth);
    this.notice.textContent = notice || '';
  }

  _showModes({mode, draft}) {
    this.box.dataset.mode = mode;
    if (mode !== 'look') this.map.closePopup();
    if (isSame(this.seen.draft, draft)) return;
    this.seen.draft = draft;
    if (this.draft) this.draft.remove();
    this.draft = draft ? window.L.marker(latLngOf(draft), {icon: pin(), interactive: false, keyboard: false}) : null;
    if (!this.draft) return;
    this.draft.addTo(this.map);
    this.controls.leaveScreen();
    if (window.matchMedia('(max-width: 640px)').matches) this._leadToForm();
  }

  /* On a phone the form stands below the map; it comes into being a moment after the pin. */
  _leadToForm(tries = 20) {
    const form = document.querySelector('.st-key-hazard_form');
    // Streamlit is still laying the page out, which would stop a scroll begun at once.
    if (form) setTimeout(() => form.scrollIntoView({block: 'start'}), 400);
    else if (tries) setTimeout(() => this._leadToForm(tries - 1), 100);
  }

  _showLayers({choropleth, route, reach, monitoring}) {
    const {layers, seen} = this;
    if (monitoring) {
      layers.watch(monitoring).then(() => { this._fail('monitoring', null); this._flyToRoute(); })
        .catch((fault) => this._fail('monitoring', fault));
    }
    layers.ready.then(() => this._fail('ground', null), (fault) => this._fail('ground', fault));
    if (!isSame(seen.choropleth, choropleth)) layers.choropleth(choropleth);
    if (!isSame(seen.reach, reach)) layers.monitoring.reach(reach);
    if (seen.route !== route) this.isRouteNew = 'route' in seen && Boolean(route);
    layers.monitoring.choose(route);
    Object.assign(seen, {choropleth, reach, route});
    this._flyToRoute();
  }

  /* A route chosen just now is shown whole; one that came with the address keeps the address's view. */
  _flyToRoute() {
    const bounds = this.isRouteNew && this.layers.monitoring.boundsOf(this.seen.route);
    if (!bounds || !bounds.isValid()) return;
    this.isRouteNew = false;
    const {paddingBottomRight: [right, bottom]} = this._frame();
    const frame = {paddingTopLeft: [46, 46], paddingBottomRight: [right + 30, bottom + 30]};
    this.map.flyToBounds(bounds, {...frame, maxZoom: CLOSE_ZOOM, duration: 0.7});
  }

  async _showPoints({points}) {
    await this.points.show(points);
    const {dataset} = this.box;
    dataset.revision = points.revision;
    dataset.total = this.points.columns.n;
    dataset.shown = this.points.shown;
    dataset.drawable = this.points.rows.length;
    dataset.key = points.key;
    this._wait('');
    const {points: newest} = this.component.data;
    if (newest.url === points.url && newest.key === points.key) dataset.ready = 'true';
  }

  _showPicked({picked, near}) {
    const {seen} = this;
    const ids = picked === null || picked === undefined ? [] : [picked].flat();
    const marks = [ids, near || []];
    if (!isSame(seen.marks, marks)) this.points.mark(...marks);
    seen.marks = marks;
    if (isSame(seen.ids, ids)) return;
    // Coming back to the page, the view that was left stays, whatever is picked.
    const isReturn = this.isViewKept && !seen.ids;
    if (ids.length === 1 && !isReturn && !isSame(this.pickedHere, ids)) this._flyTo(ids[0]);
    this.pickedHere = null;
    seen.ids = ids;
  }

  _flyTo(id) {
    const {columns} = this.points;
    const row = columns.rowOf(id);
    if (row < 0 || !columns.isDrawable(row)) return;
    this.map.flyTo(columns.latLng(row), Math.max(this.map.getZoom(), CLOSE_ZOOM), {duration: 0.7});
  }

  /* ---- what people do ---- */

  _isMeasuring() {
    return Boolean(this.controls && this.controls.measure.isOn);
  }

  _clicked(latlng) {
    if (this._isMeasuring()) return;
    if (this.box.dataset.mode !== 'look') {
      this.component.setTriggerValue('clicked', {lat: latlng.lat, lng: latlng.lng});
      return;
    }
    const isCoarse = window.matchMedia('(pointer: coarse)').matches;
    const hit = this.points.at(latlng, isCoarse ? 9 : 3);
    const geopoint = this.layers.monitoring.at(latlng);
    if (hit && hit.cluster) this._openCluster(hit.cluster);
    else if (hit) this._pick(hit.ids);
    else if (geopoint) this._describe(geopoint);
  }

  _pick(ids) {
    this.pickedHere = [...ids];
    this.component.setTriggerValue('picked', {ids: this.pickedHere});
  }

  /* A cluster opens by zooming in; where its members share one spot, they are picked together. */
  _openCluster(cluster) {
    const {bounds, ids} = this.points.members(cluster);
    const zoom = this.map.getBoundsZoom(bounds.pad(0.2));
    if (zoom <= this.map.getZoom() || !Number.isFinite(zoom)) {
      if (this.map.getZoom() >= this.map.getMaxZoom()) this._pick(ids);
      else this.map.flyTo(bounds.getCenter(), Math.min(this.map.getZoom() + 2, this.map.getMaxZoom()), {duration: 0.5});
    } else this.map.flyToBounds(bounds.pad(0.2), {duration: 0.5});
  }

  _describe(geopoint) {
    const {words} = this.component.data;
    const content = element('atlas-geopoint');
    const name = document.createElement('b');
    name.textContent = words.language === 'en' ? geopoint.en || geopoint.zh : geopoint.zh;
    const lines = [
      `${geopoint.id} · ${words[`geo.${geopoint.class}`] || geopoint.class}`,
      `${words[`type.${geopoint.type}`] || geopoint.type} · ${words[`risk.${geopoint.level}`] || geopoint.level}`,
    ].map((text) => Object.assign(document.createElement('span'), {textContent: text}));
    content.append(name, ...lines);
    window.L.popup({offset: [0, -6], maxWidth: 280}).setLatLng(geopoint.at).setContent(content).openOn(this.map);
  }

  _wait(text) {
    if (Object.keys(this.faults).length) return;
    this.wait.textContent = text;
    this.wait.hidden = !text;
  }

  /* Say in the map's place what could not be loaded; a part that came after all takes its own words away. */
  _fail(part, fault) {
    if (!fault && !this.faults[part]) return;
    if (fault) this.faults[part] = fault.message;
    else delete this.faults[part];
    const lines = Object.values(this.faults);
    this.wait.classList.toggle('is-failure', lines.length > 0);
    this.wait.textContent = lines.length ? [this.component.data.words.failed, ...lines].join('\n') : '';
    this.wait.hidden = !lines.length;
    if (lines.length) this.box.dataset.ready = 'false';
  }
}

/* A pin for the place being entered. */
function pin() {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 30 40');
  svg.setAttribute('width', '30');
  svg.setAttribute('height', '40');
  for (const [shape, colour] of [
    ['M15 1C7.3 1 1 7.3 1 15c0 10 14 24 14 24s14-14 14-24C29 7.3 22.7 1 15 1z', '#4b1d73'],
    ['M15 8.5v13M8.5 15h13', 'none'],
  ]) {
    const path = document.createElementNS(namespace, 'path');
    path.setAttribute('d', shape);
    path.setAttribute('fill', colour);
    path.setAttribute('stroke', '#fffefb');
    path.setAttribute('stroke-width', colour === 'none' ? '3' : '1.5');
    path.setAttribute('stroke-linecap', 'round');
    svg.append(path);
  }
  return window.L.divIcon({html: svg, className: 'atlas-draft', iconSize: [30, 40], iconAnchor: [15, 39]});
}
