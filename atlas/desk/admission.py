"""Admission (放行规则): which requests are refused, under whose name the others go on, and what counts as activity."""

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import Scope
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from atlas.records.sessions import Session
from atlas.township import Actor

COOKIE = "atlas_session"
PUBLIC = frozenset({"/sign-in", "/sign-out", "/healthz", "/readyz", "/assets/desk/sign-in.css"})
# Streamlit copies these headers into st.user; it resumes a session only for the same account, role and sign-in.
TRUSTED_HEADERS = {"X-Atlas-Account": "name", "X-Atlas-Role": "role", "X-Atlas-Session": "session"}

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_STREAM = "/_stcore/stream"
# What Streamlit's own pages need of /_stcore; metrics, the agent API and whatever comes next stay shut.
_STREAMLIT_PARTS = frozenset({"health", "host-config", "stream", "upload_file", "bidi-components"})
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?")
_SHUT = ("/agent", "/auth", "/oauth2callback", "/metrics")
_REFUSALS = {
    401: "请重新登录：/sign-in · Please sign in again: /sign-in\n",
    403: "来自其他网站的请求被拒绝 · Requests from another site are refused\n",
    404: "没有这个页面 · No such page\n",
    413: "文件太大 · The file is too large\n",
    421: "请用服务器的地址打开 · Open this server by its own address\n",
    429: "上传太多，请一分钟后再试 · Too much was sent, please try again in a minute\n",
}


def account_in(identity: Mapping[str, object]) -> Actor:
    """Return who the guard found out, from st.user; header values are percent-encoded because HTTP is ASCII."""
    return Actor(unquote(str(identity.get("name") or "")), str(identity.get("role") or ""))


def token_in(headers: Headers) -> str | None:
    """Return the session token of the cookie, None where there is none or where two disagree."""
    pairs = (part.strip().partition("=") for line in headers.getlist("cookie") for part in line.split(";"))
    tokens = {value for name, _, value in pairs if name == COOKIE}
    return tokens.pop() if len(tokens) == 1 else None


def refusal(scope: Scope, headers: Headers, hosts: frozenset[str]) -> Response | None:
    """Return what to answer a request to a foreign name, from a foreign site or to a closed path; None otherwise."""
    is_websocket = scope["type"] == "websocket"
    if not _is_our_host(headers.getlist("host"), hosts):
        return say(421)
    origins = headers.getlist("origin")
    # Any foreign Origin is refused, on GET as well: Streamlit would answer it by asking the internet who we are.
    if (origins or is_websocket) and not _is_same_origin(origins, headers["host"]):
        return say(403)
    if _is_shut(scope["path"]) or (is_websocket and scope["path"] != _STREAM):
        return say(404)
    return None


def _is_our_host(named: list[str], hosts: frozenset[str]) -> bool:
    found = _HOST.fullmatch(named[0]) if len(named) == 1 else None
    return found is not None and found[1].strip("[]").lower() in hosts


def _is_same_origin(origins: list[str], host: str) -> bool:
    scheme, _, place = origins[0].partition("://") if len(origins) == 1 else ("", "", "")
    return scheme in ("http", "https") and place == host


def _is_shut(path: str) -> bool:
    if path.startswith("/_stcore/"):
        return path.split("/")[2] not in _STREAMLIT_PARTS
    return path.startswith(_SHUT)


def is_page(headers: Headers) -> bool:
    """Tell whether a person is opening a page, rather than a page fetching its parts."""
    return "text/html" in headers.get("accept", "")


def ask_to_sign_in(scope: Scope, headers: Headers) -> Response:
    """Return the way to the sign-in page for a person, 401 for everything else."""
    if scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD") or not is_page(headers):
        return say(401)
    wanted = quote(scope["path"]) + ("?" + scope["query_string"].decode("latin-1") if scope["query_string"] else "")
    return RedirectResponse("/sign-in?next=" + quote(wanted, safe=""), 303, {"cache-control": "no-store"})


def say(status: int) -> Response:
    """Return a refusal in one line, in both languages."""
    return PlainTextResponse(_REFUSALS[status], status, {"cache-control": "no-store"})


def introduced(headers: Headers, token: str | None, session: Session | None) -> list[tuple[bytes, bytes]]:
    """Return the headers without what the client says of itself, and with what the session table says."""
    kept = [(name, value) for name, value in headers.raw if not name.replace(b"_", b"-").startswith(b"x-atlas-")]
    if token is None or session is None:
        return kept
    sign_in = hashlib.sha256(b"shown to pages:" + token.encode()).hexdigest()[:16]
    values = (quote(session.account), quote(session.role), sign_in)
    return kept + [(name.lower().encode(), value.encode()) for name, value in zip(TRUSTED_HEADERS, values, strict=True)]


def farewell(data: bytes) -> bytes:
    """Return the message that leads the page to the sign-in, and from there back to where `data` was sent from."""
    place = urlsplit(_read(data).rerun_script.context_info.url)
    wanted = (place.path or "/") + (f"?{place.query}" if place.query else "")
    message = ForwardMsg()
    message.metadata.SetInParent()
    # Streamlit's own st.logout leads its pages away by the same message.
    message.auth_redirect.url = "/sign-in?next=" + quote(wanted, safe="")
    content: bytes = message.SerializeToString()
    return content


def who(session: Session | None) -> tuple[str, str] | None:
    """Return account and role."""
    return (session.account, session.role) if session else None


def is_activity(data: bytes) -> bool:
    """Tell whether a person caused this message; reruns by the clock and heartbeats are not activity."""
    message = _read(data)
    kind = message.WhichOneof("type")
    return kind not in (None, "app_heartbeat") and not (kind == "rerun_script" and message.rerun_script.is_auto_rerun)


def _read(data: bytes) -> BackMsg:
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        # Streamlit will close the line over it; here it is a message that says nothing.
        return BackMsg()
    return message
