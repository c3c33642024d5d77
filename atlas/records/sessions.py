"""Sessions (登录会话): who is signed in, known by a token of which the database keeps only a hash."""

import hashlib
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update

from atlas.records.journal import moment
from atlas.records.sqlite import Database
from atlas.records.tables import session

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)

# A sign-out made by another process is noticed after this long; a sign of life is written down this often.
TRUSTED_FOR = timedelta(seconds=5)
WRITTEN_EVERY = timedelta(minutes=1)
_HELD_AT_MOST = 10_000


@dataclass(frozen=True, kw_only=True)
class Session:
    """One sign-in.

    Attributes:
        seen_at: the last sign of life of its person (not of an automatic refresh).
    """

    account: str
    role: str
    started_at: datetime
    seen_at: datetime

    def is_alive(self, now: datetime) -> bool:
        """Tell whether it is neither idle for 30 minutes nor older than 12 hours."""
        return now - self.seen_at < IDLE and now - self.started_at < ABSOLUTE


@dataclass(frozen=True)
class _Held:
    session: Session
    read_at: datetime
    written_at: datetime


class Sessions:
    """The session table of one database, with what was lately read from it at hand."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: dict[str, _Held] = {}
        self._lock = threading.Lock()

    def start(self, account: str, role: str, now: datetime) -> str:
        """Begin a session and return its token; sessions past their time are cleared away. Raises StoreRefused."""
        token = secrets.token_urlsafe(32)
        at = moment(now)
        row = {"token_hash": _hash(token), "account": account, "role": role, "started_at": at, "seen_at": at}
        with self._database.writing() as connection:
            past = or_(session.c.seen_at <= moment(now - IDLE), session.c.started_at <= moment(now - ABSOLUTE))
            connection.execute(delete(session).where(past))
            connection.execute(insert(session).values(row))
        return token

    def find(self, token: str, now: datetime) -> Session | None:
        """Return the token's session while it is alive; looking it up is no sign of life."""
        held = self._fresh(_hash(token), now)
        return held.session if held and held.session.is_alive(now) else None

    def touch(self, token: str, now: datetime) -> None:
        """Note a sign of life; a token without a living session is passed over."""
        key = _hash(token)
        held = self._fresh(key, now)
        if held is None or not held.session.is_alive(now) or now <= held.session.seen_at:
            return
        is_due = now - held.written_at >= WRITTEN_EVERY
        if is_due:
            with self._database.writing() as connection:
                connection.execute(update(session).where(session.c.token_hash == key).values(seen_at=moment(now)))
        with self._lock:
            if key in self._held:
                written_at = now if is_due else held.written_at
                self._held[key] = _Held(replace(held.session, seen_at=now), held.read_at, written_at)

    def end(self, token: str) -> None:
        """End one session (sign-out)."""
        key = _hash(token)
        with self._database.writing() as connection:
            connection.execute(delete(session).where(session.c.token_hash == key))
        with self._lock:
            self._held.pop(key, None)

    def end_all(self, account: str) -> None:
        """End every session of an account."""
        with self._database.writing() as connection:
            connection.execute(delete(session).where(session.c.account == account))
        with self._lock:
            self._held = {key: held for key, held in self._held.items() if held.session.account != account}

    def _fresh(self, key: str, now: datetime) -> _Held | None:
        """Return what is known of the session, from the table unless it was read there a moment ago."""
        with self._lock:
            held = self._held.get(key)
        if held is not None and timedelta(0) <= now - held.read_at < TRUSTED_FOR:
            return held
        read = self._read(key, now)
        with self._lock:
            if read is None:
                self._held.pop(key, None)
                return None
            if held is not None and held.session.seen_at > read.session.seen_at:
                read = replace(read, session=held.session)
            if len(self._held) >= _HELD_AT_MOST:
                self._held.clear()
            self._held[key] = read
        return read

    def _read(self, key: str, now: datetime) -> _Held | None:
        with self._database.reading() as connection:
            row = connection.execute(select(session).where(session.c.token_hash == key)).first()
        if row is None:
            return None
        seen_at = datetime.fromisoformat(row.seen_at)
        started_at = datetime.fromisoformat(row.started_at)
        found = Session(account=row.account, role=row.role, started_at=started_at, seen_at=seen_at)
        return _Held(found, read_at=now, written_at=seen_at)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
