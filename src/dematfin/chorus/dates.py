"""The date formats that Chorus Pro really sends: four of them, one of which has no time zone."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")


def day(text: str | None) -> date | None:
    """Return the legal day of `2026-03-11`, `2026-03-11 09:02` or an ISO instant; None when there is none."""
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return instant.astimezone(PARIS).date() if instant.tzinfo else instant.date()
