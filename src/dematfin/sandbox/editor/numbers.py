"""How an agent types the number of an invoice into twenty signs."""

import re
from typing import Final

from dematfin.sandbox.editor.setup import Habit

LONGEST: Final = 20
PREFIX: Final = re.compile(r"^(FACT(URE)?|FAC|FA|FC|F|N°|N)[\s.:/-]*(?=[0-9])", re.IGNORECASE)


def typed(number: str, habit: Habit) -> str:
    """Return what stands in `Facture`, empty when the habit is to write it elsewhere.

    >>> typed("FAC-2026/000118", Habit.BARE), typed("F2026-0412", Habit.LOWER)
    ('2026/000118', 'f2026-0412')
    """
    written = {
        Habit.EXACT: number,
        Habit.LOWER: number.lower(),
        Habit.BARE: PREFIX.sub("", number),
        Habit.SPACED: re.sub(r"[-/]", " ", number),
        Habit.LABEL: "",
    }[habit]
    return written[:LONGEST].strip()
