/* Monitoring (监测): geohazard points in their risk colours, monitoring routes and the stops of the chosen one. */
(function () {
'use strict';
const Atlas = window.Atlas = window.Atlas || {};
if (Atlas.Monitoring) return;
const {symbols} = Atlas;

const ROUTES = 'atlas-routes', POINTS = 'atlas-geopoints', STOPS = 'atlas-stops';
const REACH_PX = 13;

const latLng = ([lon, lat]) => L.latLng(lat, lon);
const latLngs = (lines) => lines.map((line) => line.map(latLng));

function sign(at, pane, size, draw) {
  const icon = L.divIcon({html: symbols.picture(size, draw), className: 'atlas-sign', iconSize: [size, size]});
  return L.marker(at, {icon, pane, interactive: false, keyboard: false});
}

class Monitoring {
  constructor(map, table) {
    this.map = map;
    this.table = table;
    this.points = L.layerGroup();
    this.others = L.layerGroup();
    this.chosen = L.layerGroup();
    this.geopoints = [];
    this.routes = [];
    this.renderer = L.svg({pane: ROUTES, padding: 0.5});
  }

  fill({geopoints, routes}) {
    this.geopoints = geopoints.map((geopoint) => ({...geopoint, at: latLng(geopoint.at)}));
    this.routes = routes.map((route) => ({...route, lines: latLngs(route.lines)}));
    this.points.clearLayers();
    for (const {at, level, class: kind} of this.geopoints) {
      const {risk, geo, ink} = this.table;
      const draw = (ctx) => symbols.geopoint(ctx, geo[kind], risk[level] || '#fff', ink);
      this.points.addLayer(sign(at, POINTS, 30, draw));
    }
    this._drawRoutes();
  }

  /* Draw this route bold with its stops numbered in their order; null leaves all thin. */
  choose(id) {
    if (this.id === id) return;
    this.id = id;
    this._drawRoutes();
  }

  /* The band along the chosen route within which hazards count, as GeoJSON. */
  reach(area) {
    if (this.band) this.band.remove();
    const {colour, width, dash} = this.table.lines.reach;
    const style = {color: colour, weight: width, dashArray: dash, fillColor: colour, fillOpacity: 0.07};
    this.band = area ? L.geoJSON(area, {style, pane: ROUTES, renderer: this.renderer, interactive: false}) : null;
    if (this.band) this.band.addTo(this.map);
  }

  boundsOf(id) {
    const route = this.routes.find((one) => one.id === id);
    return route && L.latLngBounds([...route.lines.flat(), ...route.stops.map((stop) => latLng(stop.at))]);
  }

  at(latlng) {
    if (!this.map.hasLayer(this.points)) return null;
    const spot = this.map.latLngToLayerPoint(latlng);
    const distance = (geopoint) => this.map.latLngToLayerPoint(geopoint.at).distanceTo(spot);
    return this.geopoints.filter((geopoint) => distance(geopoint) <= REACH_PX)
      .sort((a, b) => distance(a) - distance(b))[0] || null;
  }

  _line(lines, {colour, width, dash}) {
    const style = {color: colour, weight: width, dashArray: dash || null, lineCap: 'round', lineJoin: 'round'};
    return L.polyline(lines, {...style, pane: ROUTES, renderer: this.renderer, interactive: false});
  }

  _drawRoutes() {
    const {route: bold, other_route: thin} = this.table.lines;
    this.others.clearLayers();
    this.chosen.clearLayers();
    for (const route of this.routes) {
      if (route.id !== this.id) {
        this.others.addLayer(this._line(route.lines, thin));
        continue;
      }
      this.chosen.addLayer(this._line(route.lines, {colour: bold.casing, width: bold.width + 3.5}));
      this.chosen.addLayer(this._line(route.lines, bold));
      this._drawStops(route);
    }
  }

  /* Stops stand beside their geohazard points, so that the risk colour stays in sight. */
  _drawStops({stops}) {
    stops.forEach((stop, position) => {
      const number = sign(latLng(stop.at), STOPS, 26, (ctx) => symbols.stop(ctx, position + 1, this.table.ink));
      number.options.icon.options.iconAnchor = [26, 28];
      this.chosen.addLayer(number);
    });
  }
}

Atlas.Monitoring = Monitoring;
Atlas.monitoringPanes = {[ROUTES]: 430, [POINTS]: 460, [STOPS]: 475};
Atlas.latLng = latLng;
Atlas.latLngs = latLngs;
})();
