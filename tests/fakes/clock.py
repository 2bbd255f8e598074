"""A clock that tests set."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


class FakeClock:
    """Stands still until it is told to move."""

    def __init__(self, instant: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) -> None:
        self.instant = instant

    def today(self) -> date:
        return self.local(self.instant).date()

    def now(self) -> datetime:
        return self.instant

    def local(self, instant: datetime) -> datetime:
        return instant.astimezone(PARIS)

    def advance(self, **span: float) -> None:
        """Move on, e.g. `advance(days=6)`."""
        self.instant += timedelta(**span)
