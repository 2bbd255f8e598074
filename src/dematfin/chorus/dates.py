"""The date formats that Chorus Pro really sends: four of them, two of which have no time zone."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")


def instant(text: str | None) -> datetime | None:
    """Return the instant of `2026-03-11`, `2026-03-11 09:02` or an ISO instant; None when there is none.

    A text without a zone is read as the time in Paris.
    """
    try:
        read = datetime.fromisoformat((text or "").strip())
        return read.astimezone(PARIS) if read.tzinfo else read.replace(tzinfo=PARIS)
    except (ValueError, OverflowError):
        return None


def day(text: str | None) -> date | None:
    """Return the legal day of a text that `instant` reads; None when there is none."""
    read = instant(text)
    return read.date() if read else None
