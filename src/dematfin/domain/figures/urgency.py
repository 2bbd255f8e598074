"""A day after which something stops: said two months before, then louder."""

from datetime import date
from typing import Final

URGENT: Final = "URGENT. "
DAYS: Final = (7, 30, 60)
WORDS: Final = (URGENT, "À faire ce mois-ci. ", "")


def urgency(end: date | None, today: date) -> str | None:
    """Return how a sentence about the last day of something begins; None when it is too early to speak of it."""
    if end is None or (end - today).days > DAYS[-1]:
        return None
    return next(word for days, word in zip(DAYS, WORDS, strict=True) if (end - today).days <= days)


def remaining(end: date, today: date) -> str:
    """Say how many days remain.

    >>> remaining(date(2026, 3, 9), date(2026, 3, 2))
    'dans 7 jours'
    """
    left = (end - today).days
    return f"dans {left} jour{'s' * (left > 1)}" if left else "aujourd'hui"
