"""What people type in a bought i-Parapheur, where a motive and a day are plain text."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from dematfin.domain.visa.decision import Motive

CODE: Final = re.compile(r"\s*\[\s*([A-Za-z_ ]+?)\s*\]\s*(.*)", re.DOTALL)
FRENCH_DAY: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def motive_of(annotation: str) -> tuple[Motive | None, str]:
    """Return the motive that an annotation begins with, if any, and the words that follow.

    >>> motive_of("[DOUBLON] Déjà reçue en mars.")
    (<Motive.DUPLICATE: 'DOUBLON'>, 'Déjà reçue en mars.')
    >>> motive_of("Trop cher.")
    (None, 'Trop cher.')
    """
    words = " ".join(annotation.split())
    found = CODE.fullmatch(words)
    code = found[1].upper().replace(" ", "_") if found else ""
    if found and code in {str(motive) for motive in Motive}:
        return Motive(code), found[2]
    return None, words


def day_of(text: str, local: Callable[[datetime], datetime]) -> date | None:
    """Return the day that a metadata says, or None; `local` reads an instant as people do.

    >>> day_of("2026-03-09", lambda instant: instant), day_of("9/3/2026", lambda instant: instant)
    (datetime.date(2026, 3, 9), datetime.date(2026, 3, 9))
    """
    try:
        if found := FRENCH_DAY.fullmatch(text.strip()):
            return date(int(found[3]), int(found[2]), int(found[1]))
        instant = datetime.fromisoformat(text.strip())
        return (local(instant) if instant.tzinfo else instant).date()
    except (ValueError, OverflowError):
        return None


def unread(text: str) -> str:
    """Say why no day could be read in a text."""
    if not text.strip():
        return "la date du service fait n'a pas été donnée"
    return f"la date du service fait est illisible (« {text.strip()[:40]} »)"
