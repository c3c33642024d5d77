"""The guard (门卫): sees every request and every websocket message first and lets in only who may come in."""

import logging
from collections.abc import Callable
from datetime import datetime

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atlas.desk.admission import (
    PUBLIC,
    SAFE_METHODS,
    ask_to_sign_in,
    farewell,
    introduced,
    is_activity,
    is_page,
    refusal,
    say,
    token_in,
    who,
)
from atlas.desk.browser_policy import dressed
from atlas.desk.uploads import TooMuch, Uploads
from atlas.errors import StoreRefused
from atlas.records.sessions import Session, Sessions

SESSION_ENDED = 4401

_log = logging.getLogger(__name__)
_FORM_BYTES = 64 * 1024
_LOOKUPS_AT_ONCE = 8


class Guard:
    """ASGI middleware in front of everything, Streamlit's own routes and websocket included."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        sessions: Sessions,
        hosts: frozenset[str],
        clock: Callable[[], datetime],
        uploads: Uploads,
    ) -> None:
        self.app = app
        self._sessions = sessions
        self._hosts = hosts
        self._clock = clock
        self._uploads = uploads
        # Threads of its own: a lookup must not queue behind somebody's half million points.
        self._threads = CapacityLimiter(_LOOKUPS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on under the name of the account it belongs to."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        send = dressed(send)
        headers = Headers(scope=scope)
        refused = refusal(scope, headers, self._hosts)
        if refused is not None:
            await refused(scope, receive, send)
            return
        token = token_in(headers)
        session = await self.find(token)
        if session is None and scope["path"] not in PUBLIC:
            await ask_to_sign_in(scope, headers)(scope, receive, send)
            return
        known = dict(scope, headers=introduced(headers, token, session))
        if scope["type"] == "websocket":
            line = _Line(self, token, session, receive, send)
            await self.app(known, line.receive, line.send)
        else:
            await self._answer(known, receive, send, token if session else None)

    async def find(self, token: str | None) -> Session | None:
        """Return the session of the token as the session table has it at this moment."""
        if not token:
            return None
        return await to_thread.run_sync(self._sessions.find, token, self._clock(), limiter=self._threads)

    async def touch(self, token: str | None) -> None:
        """Note that a person, not a clock, did something."""
        if not token:
            return
        try:
            await to_thread.run_sync(self._sessions.touch, token, self._clock(), limiter=self._threads)
        except StoreRefused as refused:
            # While a long import holds the database, the sign of life waits for the next message.
            _log.warning("sign of life not written: %s", refused)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, token: str | None) -> None:
        has_begun = False

        async def _send_noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            if scope["method"] not in SAFE_METHODS:
                receive = self._limited(scope, receive, token)
            if scope["method"] not in SAFE_METHODS or is_page(Headers(scope=scope)):
                await self.touch(token)
            await self.app(scope, receive, _send_noted)
        except TooMuch as refused:
            if has_begun:
                raise
            await say(refused.status)(scope, receive, send)

    def _limited(self, scope: Scope, receive: Receive, token: str | None) -> Receive:
        declared = Headers(scope=scope).get("content-length", "0")
        size = int(declared) if declared.isdigit() else 0
        if token is None and size > _FORM_BYTES:
            raise TooMuch(413)
        return self._uploads.counted(receive, token or _address(scope), size)


class _Line:
    """A websocket that is cut at the first message after its session has ended or become somebody else's."""

    def __init__(self, guard: Guard, token: str | None, session: Session | None, receive: Receive, send: Send) -> None:
        self._guard = guard
        self._token = token
        self._session = session
        self._receive = receive
        self._send = send
        self._is_cut = False

    async def receive(self) -> Message:
        """Return the next message, or a disconnection in the place of one that nobody may send any more."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        if who(await self._guard.find(self._token)) != who(self._session):
            self._is_cut = True
            # What is on the screen must not stay there for whoever comes next.
            await self._send({"type": "websocket.send", "bytes": farewell(message.get("bytes") or b"")})
            await self._send({"type": "websocket.close", "code": SESSION_ENDED, "reason": "session ended"})
            return {"type": "websocket.disconnect", "code": SESSION_ENDED}
        if is_activity(message.get("bytes") or b""):
            await self._guard.touch(self._token)
        return message

    async def send(self, message: Message) -> None:
        """Pass the message on unless the line has been cut; Streamlit may still be writing then."""
        if not self._is_cut:
            await self._send(message)


def _address(scope: Scope) -> str:
    return str(scope["client"][0]) if scope.get("client") else ""
