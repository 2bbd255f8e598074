"""What day and what instant it is."""

from datetime import date, datetime
from typing import Protocol


class Clock(Protocol):
    """Time comes in through here, so that deadlines can be tested."""

    def today(self) -> date:
        """Return the legal day, in the time zone of the collectivité."""
        ...

    def now(self) -> datetime:
        """Return the instant, aware, in UTC."""
        ...

    def day_of(self, instant: datetime) -> date:
        """Return the legal day of an instant."""
        ...
