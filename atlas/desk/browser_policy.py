"""What the browser is told it may do (浏览器安全策略): the headers that every response carries."""

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

_SOURCES = {
    "default-src": "'self'",
    # Streamlit turns the text of a component's `js=` into a blob: module; nothing needs eval or inline scripts.
    "script-src": "'self' blob:",
    # Streamlit styles its widgets through style elements written at run time.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    # 'self' covers the websocket of the same host and port as well.
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

HEADERS = {
    "content-security-policy": "; ".join(f"{name} {value}" for name, value in _SOURCES.items()),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}


def dressed(send: Send) -> Send:
    """Return a send that puts the headers on whatever response passes through it."""

    async def _send_dressed(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            MutableHeaders(scope=message).update(HEADERS)
        await send(message)

    return _send_dressed
