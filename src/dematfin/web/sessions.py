"""Sessions: kept here, known to the browser by a random token only; a restart signs everybody out."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

LONGEST: Final = timedelta(hours=12)
TOKEN: Final = 32
"""Bytes of a token: 256 bits."""


@dataclass(slots=True, kw_only=True)
class Session:
    """Somebody who has signed in; `notice` is shown once, on the next page."""

    person: str
    opened_at: datetime
    seen_at: datetime
    notice: str = ""


class Sessions:
    """Everybody who is signed in to this process."""

    def __init__(self, idle: timedelta, now: Callable[[], datetime]) -> None:
        """Sessions end after `idle` without a request, and after half a day whatever happens."""
        self._idle = idle
        self._now = now
        self._key = secrets.token_bytes(TOKEN)
        self._lock = Lock()
        self._sessions: dict[str, Session] = {}

    def open(self, person: str) -> str:
        """Return the token of a new session."""
        token = fresh_token()
        now = self._now()
        with self._lock:
            self._sessions = {key: one for key, one in self._sessions.items() if not self._is_over(one)}
            self._sessions[_hidden(token)] = Session(person=person, opened_at=now, seen_at=now)
        return token

    def find(self, token: str) -> Session | None:
        """Return the session of a token, which this request keeps alive."""
        with self._lock:
            session = self._sessions.get(_hidden(token))
            if session is None or self._is_over(session):
                return None
            session.seen_at = self._now()
            return session

    def close(self, token: str) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(_hidden(token), None)

    def seal(self, token: str) -> str:
        """Return what each form sent with this token must repeat: other sites cannot know it."""
        return hmac.new(self._key, token.encode(), hashlib.sha256).hexdigest()

    def is_sealed(self, token: str, seal: str) -> bool:
        """Say whether a form comes from our own page."""
        return hmac.compare_digest(self.seal(token).encode(), seal.encode())

    def _is_over(self, session: Session) -> bool:
        now = self._now()
        return now - session.seen_at > self._idle or now - session.opened_at > LONGEST


def fresh_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(TOKEN)


def _hidden(token: str) -> str:
    """A copy of our memory gives nobody a token."""
    return hashlib.sha256(token.encode()).hexdigest()
