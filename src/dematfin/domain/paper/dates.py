"""The day on which an invoice was issued, as French invoices write it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from dematfin.domain.paper.layout import labelled
from dematfin.domain.paper.trust import Opinion, Trust

MONTHS: Final = {
    "jan": 1, "fev": 2, "mar": 3, "avr": 4, "mai": 5, "juin": 6, "juil": 7, "aou": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
NAMES: Final = "|".join(MONTHS)
VALUE: Final = re.compile(
    r"(?<![0-9/.,-])(?:[0-9]{1,2} ?[/.-] ?[0-9]{1,2} ?[/.-] ?(?:20)?[0-9]{2}|20[0-9]{2}-[0-9]{2}-[0-9]{2}"
    rf"|[0-9]{{1,2}}(?: ?er)? ?(?:{NAMES})[a-z]{{0,6}}\.? ?20[0-9]{{2}})(?![0-9]|[/.,-][0-9])",
    re.IGNORECASE,
)
LABEL: Final = re.compile(
    r"\b(?=[a-z])(?:"
    r"(?P<origin>(?:sur|annule) (?:la |votre |notre )?facture(?: n[^ ]{0,2} ?[^ ]{1,30})?(?: du\b)?)"
    r"|(?P<issued>date (?:de |d')?(?:la )?(?:facture|facturation|emission|l'avoir|avoir)|date (?:facture|piece)"
    r"|(?:emise?|facturee?|etablie?) le\b|(?:facture|avoir)(?: n[^ ]{0,2} ?[^ ]{1,30})? (?:en date )?du\b)"
    r"|(?:(?P<due>echeance|(?:payable|a (?:payer|regler)|regler|reglement|paiement|preleve(?:ment)?)\b"
    r"|date limite|valable|jusqu)"
    r"|(?P<other>livraison|livre|commande|periode\b|prestations?\b|intervention|contrat"
    r"|nee? le|devis\b|marche|(?:du|au)\b(?=[^0-9]{0,12}[0-9])|imprimee? le))(?:[^0-9]{0,20}? (?:le|du)\b)?"
    r"|(?P<day>date\b|le\b(?=[^0-9]{0,12}[0-9])))",
    re.IGNORECASE,
)
OLDEST: Final = timedelta(days=5 * 366)
"""A claim on a local authority lapses at the end of its fourth year (law 68-1250 of 31 December 1968, art. 1)."""
AHEAD: Final = timedelta(days=31)
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
RANKS: Final = ("issued", "day", "")


def issued_on(lines: Sequence[str], today: date | None) -> Opinion | None:
    """Return the day that is said to be the invoice's, else the first day that is not said to be another's."""
    days = [(one.label, day) for one in labelled(lines, LABEL, VALUE) if not one.below for day in parse(one.text)]
    near = [(label, day) for label, day in days if _is_near(day, today)]
    for rank in RANKS:
        found = [day for label, day in near if label == rank]
        if found:
            return _judged(rank, found, Counter(day for label, day in near if label != "due"))
    return None


def parse(text: str) -> Iterator[date]:
    """Yield the day that is written, if there is such a day in the calendar.

    >>> [str(day) for text in ("1er mars 2026", "12-11-26", "12. 11. 2026", "2026-11-12") for day in parse(text)]
    ['2026-03-01', '2026-11-12', '2026-11-12', '2026-11-12']
    """
    named = re.search(NAMES, text, re.IGNORECASE)
    numbers = [int(number) for number in re.findall("[0-9]+", text)]
    if named:
        day, month, year = numbers[0], MONTHS[named[0].lower()], numbers[-1]
    elif numbers[0] > LATEST.day:
        year, month, day = numbers
    else:
        day, month, year = numbers
    century = 0 if year >= EARLIEST.year else EARLIEST.year
    try:
        yield date(year + century, month, day)
    except ValueError:
        return


def _is_near(day: date, today: date | None) -> bool:
    if today is None:
        return EARLIEST <= day <= LATEST
    return today - OLDEST <= day <= today + AHEAD


def _judged(rank: str, found: list[date], seen: Counter[date]) -> Opinion:
    day = found[0]
    others = sorted({other for other in found if other != day})
    if rank == "issued" and not others:
        twice = seen[day] > 1
        why = "libellée date de facture" + (" et lue deux fois" if twice else "")
        return Opinion(value=day.isoformat(), trust=Trust.SURE if twice else Trust.LIKELY, why=why)
    if rank == "day" and not others:
        return Opinion(value=day.isoformat(), trust=Trust.LIKELY, why="libellée « date » ou « le »")
    if others:
        why = f"plusieurs dates possibles, aussi {others[0]:%d/%m/%Y}"
        return Opinion(value=day.isoformat(), trust=Trust.DOUBTFUL, why=why)
    return Opinion(value=day.isoformat(), trust=Trust.DOUBTFUL, why="seule date lue, sans libellé")
