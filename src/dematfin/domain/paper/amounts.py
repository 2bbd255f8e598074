"""Totals of an invoice: HT, TVA and TTC, believed when they add up."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Final

from dematfin.domain.money import CENT, ZERO, french
from dematfin.domain.paper.layout import labelled
from dematfin.domain.paper.trust import Opinion, Trust

RATES: Final = tuple(map(Decimal, ("0.2", "0.1", "0.055", "0.021", "0.085")))
"""VAT rates of metropolitan France and of the overseas departments (CGI, art. 278 to 281 nonies, 294 and 296)."""
MOST: Final = 60
"""Amounts of one kind that are compared with the others; an invoice with more is no use to a clerk either."""
MOST_RATES: Final = 5
LABEL: Final = re.compile(
    r"\b(?=[a-z])(?:"
    r"(?P<other>t\.?v\.?a\.? ?intra|capital\b|acomptes?\b|deja (?:regle|paye)|avance\b|retenue\b"
    r"|escompte\b|remise\b|indemnite\b|solde anterieur|p\.? ?u\b\.?(?: h\.? ?t\b)?"
    r"|prix unit[a-z.]{0,6}(?: h\.? ?t\b)?)"
    r"|(?P<heading>taux\b(?: de tva\b)?)"
    r"|(?P<ttc>(?:(?:total|montant|net)(?: general| a (?:payer|regler)| du)? )?"
    r"(?:t\.? ?t\.? ?c\b\.?|toutes taxes comprises)(?: a (?:payer|regler))?)"
    r"|(?P<ht>(?:(?:sous.?total|total|montant|base|net)(?: net| general)? )?(?:h\.? ?t\b\.?|hors.taxes?\b|imposable))"
    r"|(?P<tva>(?:(?:total|montant) )?(?:t\.? ?v\.? ?a\b\.?|taxes?\b))"
    r"|(?P<due>(?:net|total|montant|reste|somme|solde) (?:a (?:payer|regler)|du)\b)"
    r"|(?P<total>total\b))",
    re.IGNORECASE,
)
DIGIT: Final = "[0-9OoIl]"
VALUE: Final = re.compile(
    rf"(?<![0-9A-Za-z.,/])(?:[0-9]{DIGIT}{{0,2}}(?:[ .,']{DIGIT}{{3}}){{1,3}}|[0-9]{DIGIT}{{0,8}})"
    rf"(?: ?[.,] ?{DIGIT}{{2}}(?![0-9OoIl]|[.,/] ?[0-9]| ?%)|(?= ?(?:€|EUR\b)))"
)
LETTERS: Final = str.maketrans("OoIl", "0011")
EXEMPT: Final = re.compile(
    r"\b293 ?-?B\b|\bauto.?liquidation\b|\bTVA non applicable|\bexonere[a-z]{0,2} de (?:la )?TVA|\bnon assujetti",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What was read of the three amounts."""

    ht: Opinion | None = None
    tva: Opinion | None = None
    ttc: Opinion | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """Amounts by label: all their readings, then those that nobody would discuss."""

    readings: dict[str, tuple[Decimal, ...]]
    plain: dict[str, tuple[Decimal, ...]]

    def best(self, *labels: str) -> Decimal | None:
        """Return the largest plain amount of the first label that has one: parts are smaller than their total."""
        return next((max(found) for label in labels if (found := self.plain.get(label))), None)


def totals(lines: Sequence[str]) -> Totals:
    """Return the three amounts that agree, else what was read of each, and why it is to be checked."""
    read = _read(lines)
    exempt = any(EXEMPT.search(line) for line in lines)
    agreed = _agreed(read, exempt=exempt)
    if agreed:
        ht, tva, ttc = agreed
        return _three(ht, tva, ttc, Trust.SURE, "HT + TVA = TTC, trois montants lus" if tva else "HT = TTC, sans TVA")
    guessed = _by_a_legal_rate(read)
    if guessed:
        return _three(*guessed, Trust.LIKELY, "trois montants s'accordent à un taux de TVA légal, libellés mal lus")
    return _apart(read, exempt=exempt)


def readings(text: str) -> tuple[Decimal, ...]:
    """Return what an amount may be, the most natural first: a figure before it may have run into it.

    >>> readings("1.234,56"), readings("20 246,9l")
    ((Decimal('1234.56'),), (Decimal('20246.91'), Decimal('246.91')))
    """
    plain = text.translate(LETTERS).replace(" ,", ",").replace(" .", ".").replace(", ", ",").replace(". ", ".").strip()
    has_cents = plain[-3:-2] in {",", "."}
    whole, cents = (plain[:-3], plain[-2:]) if has_cents else (plain, "00")
    groups = whole.split(" ")
    starts = range(len(groups))
    return tuple(Decimal(f"{re.sub('[^0-9]', '', ''.join(groups[start:]))}.{cents}") for start in starts)


def _read(lines: Sequence[str]) -> _Read:
    all_of: dict[str, list[Decimal]] = {}
    plain: dict[str, list[Decimal]] = {}
    for one in labelled(lines, LABEL, VALUE):
        found = readings(one.text)
        all_of.setdefault(one.label, []).extend(found)
        if one.text.isascii() and not re.search("[OoIl]", one.text) and not one.below:
            plain.setdefault(one.label, []).append(found[0])
    return _Read(
        {label: tuple(dict.fromkeys(values))[-MOST:] for label, values in all_of.items()},
        {label: tuple(dict.fromkeys(values))[-MOST:] for label, values in plain.items()},
    )


def _agreed(read: _Read, *, exempt: bool) -> tuple[Decimal, Decimal, Decimal] | None:
    """Return the largest HT, TVA and TTC that were read as such and add up."""
    taxes = _sums(read.readings.get("tva", ())) | ({ZERO} if exempt else set())
    wholes = [value for label in ("ttc", "due", "total") for value in read.readings.get(label, ())]
    found = (
        (ht, ttc - ht, ttc)
        for ttc in wholes
        for ht in read.readings.get("ht", ())
        if ht > 0 and ttc - ht in taxes and _is_plausible(ht, ttc - ht)
    )
    return max(found, key=lambda three: three[2], default=None)


def _sums(taxes: Sequence[Decimal]) -> set[Decimal]:
    """Return each amount of TVA, and what several rates make together."""
    rates = taxes[-MOST_RATES:]
    several = (sum(some, ZERO) for count in range(2, len(rates) + 1) for some in combinations(rates, count))
    return {*taxes, *several}


def _is_plausible(ht: Decimal, tva: Decimal) -> bool:
    return ZERO <= tva <= ht * RATES[0] + CENT * MOST_RATES


def _by_a_legal_rate(read: _Read) -> tuple[Decimal, Decimal, Decimal] | None:
    """Return the largest amount of all with the two that make it at a legal rate, whatever their labels."""
    every = {value for values in read.plain.values() for value in values}
    if not every:
        return None
    ttc = max(every)
    for rate in RATES:
        for ht in every:
            if ht and ttc - ht in every and abs(ht * rate - (ttc - ht)) <= CENT:
                return ht, ttc - ht, ttc
    return None


def _apart(read: _Read, *, exempt: bool) -> Totals:
    ttc, ht, tva = read.best("ttc", "due", "total"), read.best("ht"), read.best("tva")
    if ttc is not None and exempt and ht is None:
        return _three(ttc, ZERO, ttc, Trust.LIKELY, "facture sans TVA, un seul total lu")
    if ttc is not None and ht is not None and tva is not None:
        return _three(ht, tva, ttc, Trust.DOUBTFUL, f"HT + TVA font {french(ht + tva)}, pas le TTC lu")
    whole = None if ttc is None else _alone(ttc, read)
    return Totals(ht=_lonely("HT", ht), tva=_lonely("TVA", tva), ttc=whole)


def _alone(ttc: Decimal, read: _Read) -> Opinion:
    """Judge a total that nothing confirms."""
    others = {value for value in read.plain.get("ttc", ()) if value != ttc}
    if others:
        seen = ", ".join(french(value) for value in sorted(others)[:3])
        return Opinion(value=str(ttc), trust=Trust.DOUBTFUL, why=f"plusieurs totaux TTC lus, aussi {seen}")
    if read.best("ttc", "due") is None:
        return Opinion(value=str(ttc), trust=Trust.DOUBTFUL, why="« total » sans précision, seul lu")
    return Opinion(value=str(ttc), trust=Trust.LIKELY, why="libellé TTC ou net à payer, HT et TVA non confirmés")


def _lonely(name: str, value: Decimal | None) -> Opinion | None:
    if value is None:
        return None
    return Opinion(value=str(value), trust=Trust.DOUBTFUL, why=f"libellé {name}, rien ne le confirme")


def _three(ht: Decimal, tva: Decimal, ttc: Decimal, trust: Trust, why: str) -> Totals:
    first, second, third = (Opinion(value=f"{value:.2f}", trust=trust, why=why) for value in (ht, tva, ttc))
    return Totals(ht=first, tva=second, ttc=third)
