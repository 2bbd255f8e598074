"""A clock that tests set."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


class FakeClock:
    """Stands still until it is told to move."""

    def __init__(self, instant: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) -> None:
        self.instant = instant

    def today(self) -> date:
        return self.day_of(self.instant)

    def now(self) -> datetime:
        return self.instant

    def day_of(self, instant: datetime) -> date:
        return instant.astimezone(PARIS).date()

    def advance(self, **span: float) -> None:
        """Move on, e.g. `advance(days=6)`."""
        self.instant += timedelta(**span)
