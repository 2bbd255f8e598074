"""What clerks and programs make of the number of an invoice, and of the rest of a mandat; `editors` says how often."""

import random
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from dematfin.domain.editor.candidate import Candidate
from dematfin.domain.editor.claim import Claim
from dematfin.domain.mandat.kind import BordereauKind

MONTHS = [
    *("JANVIER", "FEVRIER", "MARS", "AVRIL", "MAI", "JUIN"),
    *("JUILLET", "AOUT", "SEPTEMBRE", "OCTOBRE", "NOVEMBRE", "DECEMBRE"),
]
LIMIT = 20
Noise = Callable[[random.Random, str], str]


def as_it_is(_: random.Random, number: str) -> str:
    return number


def glued(_: random.Random, number: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", number)


def other_separators(rng: random.Random, number: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", rng.choice([" ", "/", "-", "."]), number)


def word_before(rng: random.Random, number: str) -> str:
    words = ["FACT ", "FACT. ", "FA ", "FAC N°", "FACTURE N° ", "N°", "Fact n° "]
    return rng.choice(["F", *words] if number[0].isdigit() else words) + number


def no_letters(_: random.Random, number: str) -> str:
    return re.sub(r"^[A-Z]+\W?", "", number)


def no_zeros(_: random.Random, number: str) -> str:
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", number)


def lower(_: random.Random, number: str) -> str:
    return number.lower()


def letter_o(_: random.Random, number: str) -> str:
    return number.replace("0", "O")


def tail(rng: random.Random, number: str) -> str:
    return number[-rng.randrange(4, 9) :]


def mistyped(rng: random.Random, number: str) -> str:
    place = rng.choice([place for place, sign in enumerate(number) if sign.isdigit()])
    if rng.random() < 0.5 and place:
        return number[: place - 1] + number[place] + number[place - 1] + number[place + 1 :]
    return number[:place] + str(rng.randrange(10)) + number[place + 1 :]


def month(rng: random.Random, _: str) -> str:
    return rng.choice([f"{rng.choice(MONTHS)} 2026", f"{rng.randrange(1, 13):02}/2026"])


def nowhere(_: random.Random, __: str) -> str:
    return ""


NOISES: list[tuple[float, Noise]] = [
    (42, as_it_is),
    (8, glued),
    (6, other_separators),
    (14, word_before),
    (4, no_letters),
    (6, no_zeros),
    (4, lower),
    (1, letter_o),
    (4, tail),
    (1.5, mistyped),
    (1, month),
    (2, nowhere),
    (6, nowhere),  # but then its words name it
    (0.3, as_it_is),  # but of the number of last month
]
ECHOED = 0.03
ONLY_IN_WORDS, COPIED = len(NOISES) - 2, len(NOISES) - 1


def claim_of(rng: random.Random, one: Candidate, trade: str, previous: str) -> Claim:
    """Return the claim of one invoice; `previous` is the number of the last one of its firm."""
    ((drawn, (_, noise)),) = rng.choices(list(enumerate(NOISES)), [weight for weight, _ in NOISES])
    number = previous if drawn == COPIED and previous else one.number
    return Claim(
        kind=BordereauKind.ORDINARY,
        exercice=2026,
        bordereau=1,
        mandat=1,
        type=rng.choice(["01", "01", "01", "09"]),
        nature=rng.choice(["01", "01", "02"]),
        creditor=one.supplier,
        identifier=one.siret,
        siren=one.siren,
        number=noise(rng, number)[:LIMIT].strip(),
        words=(
            *_words(rng, one, trade, named=drawn == ONLY_IN_WORDS or rng.random() < 0.25),
            *([rng.choice([one.invoice_id, f"REF {one.invoice_id}", one.remote_id])] if rng.random() < ECHOED else []),
        ),
        amount=one.amount,
        accounts=(rng.choice(["60632", "6156", "61551", "2183", "2313"]),),
        iban=one.iban if rng.random() < 0.9 else f"FR76{rng.randrange(10**20):020}",
        starts_on=_starts(rng, one),
    )


def _words(rng: random.Random, one: Candidate, trade: str, *, named: bool) -> tuple[str, ...]:
    words = [f"{trade} {MONTHS[one.issued_on.month - 1]}"]
    if named:
        name = rng.choice(["FACT", "FACTURE N°", "F.", "FA", "Fact. ", ""])
        words.append(f"{name} {one.number} {rng.choice(['', f'DU {one.issued_on:%d/%m/%Y}', trade])}".strip())
    if one.engagement and rng.random() < 0.2:
        words.append(f"{rng.choice(['ENG ', 'ENGAGEMENT N° ', ''])}{one.engagement}")
    return tuple(words) if rng.random() < 0.7 else (" ".join(words),)


def _starts(rng: random.Random, one: Candidate) -> date | None:
    absurd = one.issued_on + timedelta(rng.choice([-365, -30, -3, 200]))
    late = one.notified_on + timedelta(rng.randrange(1, 10))
    legal = one.delay_starts_on if one.delay_starts_on and rng.random() < 0.75 else one.notified_on
    return rng.choices([legal, one.issued_on, late, None, absurd], [78, 4, 6, 10, 2])[0]


KINDS: list[tuple[int, str, str, str, str]] = [
    (34, "01", "11", "64111", "PAIE"),
    (12, "01", "01", "6451", "COTISATIONS"),
    (8, "01", "04", "1641", "ANNUITE EMPRUNT"),
    (5, "01", "01", "66111", "INTERETS"),
    (5, "05", "05", "60632", "REGIE D AVANCES"),
    (9, "03", "01", "6811", "AMORTISSEMENTS"),
    (12, "01", "01", "65748", "SUBVENTION"),
    (7, "01", "01", "65311", "INDEMNITES ELUS"),
    (2, "01", "01", "7391118", "DEGREVEMENT"),
    (2, "01", "01", "63512", "TAXES FONCIERES"),
    (2, "02", "09", "673", "TITRE ANNULE"),
    (2, "01", "01", "6718", "REMBOURSEMENT"),
]


def without_invoice(rng: random.Random, siren: str, amount: Decimal) -> Claim:
    """Return a claim that pays no invoice."""
    ((_, type_, nature, account, words),) = rng.choices(KINDS, [weight for weight, *_ in KINDS])
    month_ = rng.choice(MONTHS)
    return Claim(
        kind=BordereauKind.ORDINARY,
        exercice=2026,
        bordereau=1,
        mandat=1,
        type=type_,
        nature=nature,
        creditor=words,
        siren="" if words in {"PAIE", "INDEMNITES ELUS", "AMORTISSEMENTS"} else siren,
        number=f"{words[:4]} {month_} 26"[:LIMIT] if rng.random() < 0.1 else "",
        words=(f"{words} {month_} 2026",),
        amount=amount,
        accounts=(account,),
    )
