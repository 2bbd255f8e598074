"""The hour of the neighbours: the real one, until a test sets it forward."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the time; it can be set forward, never back."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """Return the instant."""
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass; ValueError when it would go back."""
        if seconds < 0:
            raise ValueError(seconds)
        self._ahead += timedelta(seconds=seconds)
