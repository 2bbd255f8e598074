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

    def local(self, instant: datetime) -> datetime:
        """Return an instant as the people of the collectivité read it on their watches."""
        ...
