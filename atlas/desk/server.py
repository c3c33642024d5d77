"""The server (服务): one ASGI app for `atlas serve` and for `uvicorn atlas.desk.server:app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from streamlit.web import bootstrap

from atlas.desk import feeds, signin
from atlas.desk.admission import TRUSTED_HEADERS
from atlas.desk.guard import Guard
from atlas.desk.office import close_office, open_office
from atlas.desk.settings import Settings, is_loopback
from atlas.desk.uploads import Uploads
from atlas.errors import AtlasError, UnknownRecord, UnsafeAddress
from atlas.records.store import utc_now
from atlas.wording import _

_SCRIPT = Path(__file__).parent / "app.py"
_MESSAGE_MEGABYTES = 8
_STOP_SECONDS = 5

STREAMLIT_SETTINGS: dict[str, object] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "global.developmentMode": False,
    "runner.magicEnabled": False,
    # A full collection after every run costs more than the run itself; Python collects by itself.
    "runner.postScriptGC": False,
    "server.enableAgentApi": False,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.maxUploadSize": 20,
    "server.maxWidgetStateSize": _MESSAGE_MEGABYTES,
    "server.showEmailPrompt": False,
    "server.trustedUserHeaders": TRUSTED_HEADERS,
    "server.xsrfCookieSameSite": "strict",
    # Red, orange, yellow and blue belong to risk and warnings; the atlas's own colour is purple.
    "theme.base": "light",
    "theme.primaryColor": "#4b1d73",
    "theme.backgroundColor": "#fbfaf6",
    "theme.secondaryBackgroundColor": "#f3f0e8",
    "theme.textColor": "#1f2a33",
    "theme.font": "'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif",
}


def create_app(folder: Path, settings: Settings | None = None, *, script: Path = _SCRIPT) -> st.App:
    """Return the ASGI app of the town in that folder: our routes and Streamlit's, all behind the guard.

    The settings of Streamlit are set here and not by `App.run`, because that puts the folder of the
    command first on `sys.path`, where our modules would hide others of the same name.
    """
    settings = settings or Settings()
    hosts = settings.hosts()
    own = {"server.address": settings.host, "server.port": settings.port, "server.allowedHosts": sorted(hosts)}
    bootstrap.load_config_options(STREAMLIT_SETTINGS | own)
    opened = open_office(folder, settings)
    guard = Middleware(Guard, sessions=opened.sessions, hosts=hosts, clock=utc_now, uploads=Uploads(utc_now))
    return st.App(
        script,
        routes=[*signin.routes(), *feeds.routes()],
        middleware=[guard],
        exception_handlers={AtlasError: _refuse},
        lifespan=_until_stopped,
    )


def serve(host: str, port: int, folder: Path, *, script: Path = _SCRIPT) -> None:
    """Serve the town in that folder until SIGINT or SIGTERM.

    Raises UnsafeAddress for an address that others can reach while the demo's accounts need no password.
    """
    if not is_loopback(host):
        raise UnsafeAddress(
            _("演示账号不需要密码，只能在本机打开：请用 --host 127.0.0.1（当前为 {host}）").format(host=host)
        )
    app = create_app(folder, Settings(host=host, port=port, data=folder), script=script)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        ws="websockets-sansio",
        ws_max_size=_MESSAGE_MEGABYTES * 1024 * 1024,
        ws_per_message_deflate=False,
        access_log=False,
        # uvicorn's own set-up would take its loggers' handlers away, which Streamlit has set by now.
        log_config=None,
        server_header=False,
        # A forwarded address could pretend to be this machine; there is no proxy in front.
        proxy_headers=False,
        timeout_graceful_shutdown=_STOP_SECONDS,
    )
    with suppress(KeyboardInterrupt):
        # After it has stopped in good order, uvicorn raises the signal that stopped it.
        uvicorn.Server(config).run()


@asynccontextmanager
async def _until_stopped(_app: st.App) -> AsyncIterator[None]:
    try:
        yield
    finally:
        close_office()


async def _refuse(_request: Request, fault: Exception) -> Response:
    return PlainTextResponse(str(fault), 404 if isinstance(fault, UnknownRecord) else 400)


@cache
def _app_of_environment() -> st.App:
    settings = Settings()
    return create_app(settings.data, settings)


def __getattr__(name: str) -> st.App:
    """Make `app` when an ASGI server asks for it, not when a command merely imports this module."""
    if name == "app":
        return _app_of_environment()
    raise AttributeError(name)
