"""Feeds (数据接口): what the browser fetches besides Streamlit's own: points, layers, map modules, photos, files.

An address that names its version never changes its content, so browsers keep it; the guard asks for a session.
"""

import gzip
import json
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from atlas.desk import assets
from atlas.desk.office import office
from atlas.errors import UnsafePhoto
from atlas.maps import layers, points
from atlas.records import photos
from atlas.records.store import Store
from atlas.township import Township

FOR_EVER = {"cache-control": "private, max-age=31536000, immutable", "vary": "accept-encoding"}
NEVER = {"cache-control": "no-store"}
_JSON = "application/json"
_BINARY = "application/octet-stream"
_SCRIPT = "text/javascript; charset=utf-8"


def routes() -> list[Route]:
    """Return the routes of everything the browser fetches."""
    return [
        Route("/assets/{path:path}", asset),
        Route("/map/{digest}.js", map_module),
        Route("/points/{revision:int}/{as_of}.bin", all_points),
        Route("/points/{since:int}-{until:int}/{as_of}.bin", changed_points),
        Route("/layers/{digest}.json", basemap),
        Route("/monitoring/{revision:int}.json", monitoring),
        Route("/photos/{sha256}.jpg", photo),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
    ]


def layers_address() -> str:
    """Return the address of the town's vector ground; it names the content."""
    return f"/layers/{_ground()[0]}.json"


def asset(request: Request) -> Response:
    """Send a file of Leaflet, the map or the desk; for ever where its version is named, else if it changed."""
    found = assets.find(request.path_params["path"])
    if found is None:
        raise HTTPException(404)
    is_named = request.query_params.get("v") == found.version
    headers = FOR_EVER if is_named else {"cache-control": "private, no-cache", "vary": "accept-encoding"}
    headers = {**headers, "etag": f'"{found.version}"'}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return _packed(request, found.gzipped, found.media_type, headers)


def map_module(request: Request) -> Response:
    """Send a drawn map as an ES module; 410 where the page that drew it belongs to an earlier run."""
    drawing = office().drawings.get(request.path_params["digest"])
    if drawing is None:
        raise HTTPException(410)
    return _kept(request, ("map", drawing.digest), drawing.module.encode, _SCRIPT)


def all_points(request: Request) -> Response:
    """Send every hazard of a revision as packed columns."""
    revision, as_of = _revision(request, "revision"), _day(request)
    return _kept(request, ("points", revision, as_of), lambda: points.pack(_township(revision, as_of)), _BINARY)


def changed_points(request: Request) -> Response:
    """Send the hazards that changed after revision `since`, as they are at revision `until`."""
    since, until, as_of = _revision(request, "since"), _revision(request, "until"), _day(request)
    if since > until:
        raise HTTPException(404)

    def _pack() -> bytes:
        return points.pack_changed(_township(until, as_of), office().store.touched(since, until))

    return _kept(request, ("points", since, until, as_of), _pack, _BINARY)


def basemap(request: Request) -> Response:
    """Send the town's vector ground; 410 where the address is that of an earlier ground."""
    digest, body = _ground()
    if request.path_params["digest"] != digest:
        raise HTTPException(410)
    return _kept(request, ("layers", digest), lambda: body, _JSON)


def monitoring(request: Request) -> Response:
    """Send routes, stops and geohazard points of a revision."""
    revision = _revision(request, "revision")

    def _pack() -> bytes:
        return _json(layers.monitoring(office().store.township(revision=revision)))

    return _kept(request, ("monitoring", revision), _pack, _JSON)


def photo(request: Request) -> Response:
    """Send a photograph by the SHA-256 of its content."""
    try:
        place = photos.path(office().folder, request.path_params["sha256"])
    except UnsafePhoto as refused:
        raise HTTPException(404) from refused
    if not place.is_file():
        raise HTTPException(404)
    return FileResponse(place, media_type="image/jpeg", headers=FOR_EVER)


async def healthz(_request: Request) -> Response:
    """Say that the process answers."""
    return JSONResponse({"ok": True}, headers=NEVER)


def readyz(_request: Request) -> Response:
    """Say that the store answers as well."""
    return JSONResponse({"ready": office().store.revision >= 0}, headers=NEVER)


def _township(revision: int, as_of: date) -> Township:
    return office().store.township(as_of=as_of, revision=revision)


def _revision(request: Request, name: str) -> int:
    revision = int(request.path_params[name])
    if revision > office().store.revision:
        raise HTTPException(404)
    return revision


def _day(request: Request) -> date:
    written = str(request.path_params["as_of"])
    try:
        day = date.fromisoformat(written)
    except ValueError as fault:
        raise HTTPException(404) from fault
    if day.isoformat() != written:
        # Other spellings of the same day would each be computed and kept again.
        raise HTTPException(404)
    return day


def _ground() -> tuple[str, bytes]:
    return _drawn_ground(office().store)


@lru_cache(maxsize=1)
def _drawn_ground(store: Store) -> tuple[str, bytes]:
    body = _json(layers.basemap(store.township()))
    return sha256(body).hexdigest()[:16], body


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _kept(request: Request, key: tuple[object, ...], make: Callable[[], bytes], media_type: str) -> Response:
    return _packed(request, office().shelf.body(key, make), media_type, FOR_EVER)


def _packed(request: Request, gzipped: bytes, media_type: str, headers: dict[str, str]) -> Response:
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(gzipped, media_type=media_type, headers={**headers, "content-encoding": "gzip"})
    return Response(gzip.decompress(gzipped), media_type=media_type, headers=headers)
