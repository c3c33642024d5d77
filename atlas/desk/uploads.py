"""What a session may send (上传限量): the size of one body, and the bytes of all its bodies in a minute."""

from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.types import Message, Receive

MEGABYTE = 1024 * 1024
MINUTE = timedelta(minutes=1)


class TooMuch(Exception):
    """More was sent than is accepted; `status` is the HTTP status that says so."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Uploads:
    """Counts the bytes of request bodies by sender.

    Attributes:
        body_bytes: the largest single body.
        minute_bytes: the most that one sender may send within a minute.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        body_bytes: int = 25 * MEGABYTE,
        minute_bytes: int = 60 * MEGABYTE,
    ) -> None:
        self.body_bytes = body_bytes
        self.minute_bytes = minute_bytes
        self._clock = clock
        self._sent: dict[str, tuple[datetime, int]] = {}

    def counted(self, receive: Receive, sender: str, declared: int) -> Receive:
        """Return a receive that raises TooMuch (413 or 429) once the body or the minute is full.

        A body that declares itself too long is refused before any of it is read.
        """
        if declared > self.body_bytes:
            raise TooMuch(413)
        self._take(sender, 0, declared)
        received = 0

        async def _receive_counted() -> Message:
            nonlocal received
            message = await receive()
            size = len(message.get("body", b""))
            received += size
            if received > self.body_bytes:
                raise TooMuch(413)
            self._take(sender, size, 0)
            return message

        return _receive_counted

    def _take(self, sender: str, size: int, expected: int) -> None:
        now = self._clock()
        began, sent = self._sent.get(sender, (now, 0))
        if now - began >= MINUTE:
            self._forget(now)
            began, sent = now, 0
        if sent + size + expected > self.minute_bytes:
            raise TooMuch(429)
        self._sent[sender] = (began, sent + size)

    def _forget(self, now: datetime) -> None:
        self._sent = {who: entry for who, entry in self._sent.items() if now - entry[0] < MINUTE}
