"""The system's clock, in the time zone of the collectivité."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


class SystemClock:
    """Implements ports.clock.Clock; the only place that asks what time it is."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)

    def today(self) -> date:
        """Return the legal day."""
        return self.local(self.now()).date()

    def now(self) -> datetime:
        """Return the instant, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - here, and nowhere else

    def local(self, instant: datetime) -> datetime:
        """Return an instant in the time zone of the collectivité."""
        return instant.astimezone(self._zone)
