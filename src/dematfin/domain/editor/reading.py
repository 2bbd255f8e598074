"""What a flow asks to be matched: its claims, in its order.

One mandat may pay several creditors, or several invoices of one: each is a claim. A payroll names many people and no
invoice: it is one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from dematfin.domain.editor.claim import Claim
from dematfin.domain.mandat.aller import ReadBordereau, ReadFlow, ReadLine, ReadMandat, ReadTiers
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.money import ZERO
from dematfin.domain.parties.identity import OF_PERSONS, PENDING, compact, firm
from dematfin.domain.parties.siret import has_key
from dematfin.errors import InvalidPes

OUTSIDE_EU: Final = "06"
NOBODYS_OWN: Final = OF_PERSONS | {PENDING, OUTSIDE_EU}
"""Kinds behind which there is no firm, or that two firms may share: the country and the start of a name."""
VAT: Final = "FR"
VAT_LENGTH: Final = 13
PAYROLL: Final = "11"
STAFF: Final = ("64", "633")


def claims_of(flow: ReadFlow) -> tuple[Claim, ...]:
    """Return the claims of a flow; raises InvalidPes for a bordereau of a kind that no flow may hold."""
    ranks: Counter[str] = Counter()
    found = []
    for sheet in flow.bordereaux:
        kind = _kind(sheet)
        for mandat in sheet.mandats:
            for lines in _parts(mandat):
                claim = _claim(kind, sheet, mandat, lines)
                ranks[claim.key] += 1
                found.append(replace(claim, rank=ranks[claim.key]))
    return tuple(found)


def firm_of(kind: str, identifier: str) -> str:
    """Return the key of the firm behind an identifier of Hélios, or an empty text; a French VAT number holds its SIREN.

    >>> firm_of("01", "73282932000074"), firm_of("05", "FR44732829320"), firm_of("04", "190017500000123")
    ('732829320', '732829320', '')
    """
    number = compact(identifier)
    if not identifier or kind in NOBODYS_OWN:
        return ""
    if number.startswith(VAT) and len(number) == VAT_LENGTH and has_key(number[4:]):
        return number[4:]
    return firm(kind, identifier)


def _kind(sheet: ReadBordereau) -> BordereauKind:
    try:
        return BordereauKind(sheet.kind)
    except ValueError as error:
        told = f"le type « {sheet.kind[:10]} »" if sheet.kind else "aucun type"
        message = (
            f"Le bordereau {sheet.number} de {sheet.exercice} porte {told} (TypBord), qu'Hélios ne prend pas : 01 "
            "(ordinaire), 02 (annulation, réduction) ou 03 (ordres de paiement) attendu. Corrigez-le dans le logiciel "
            "financier, exportez de nouveau son flux, puis importez-le."
        )
        raise InvalidPes(message) from error


def _parts(mandat: ReadMandat) -> list[tuple[ReadLine, ...]]:
    """Return the lines of a mandat, together when they pay one creditor for one invoice."""
    creditors = _creditors(mandat.lines)
    if len(set(creditors)) > 1 and _is_payroll(mandat):
        return [mandat.lines]
    numbers: dict[str, set[str]] = {}
    for creditor, line in zip(creditors, mandat.lines, strict=True):
        numbers.setdefault(creditor, set()).update(filter(None, [_number(line)]))
    parts: dict[tuple[str, str], list[ReadLine]] = {}
    for creditor, line in zip(creditors, mandat.lines, strict=True):
        alone = next(iter(numbers[creditor])) if len(numbers[creditor]) == 1 else ""
        parts.setdefault((creditor, _number(line) or alone), []).append(line)
    return [tuple(lines) for lines in parts.values()] or [()]


def _creditors(lines: Sequence[ReadLine]) -> list[str]:
    """Return who each line pays; a line that names nobody pays the only creditor of its mandat."""
    named = [_creditor(line.tiers) for line in lines]
    known = set(filter(None, named))
    alone = next(iter(known)) if len(known) == 1 else ""
    return [one or alone for one in named]


def _creditor(tiers: ReadTiers | None) -> str:
    if tiers is None:
        return ""
    return firm_of(tiers.kind, tiers.identifier) or tiers.identifier or tiers.reference or tiers.name.upper()


def _number(line: ReadLine) -> str:
    return " ".join(line.invoice.upper().split())


def _is_payroll(mandat: ReadMandat) -> bool:
    """Many creditors and no invoice: staff, or people who have no firm."""
    if any(map(_number, mandat.lines)):
        return False
    staff = all(line.imputation[0].startswith(STAFF) for line in mandat.lines)
    people = not any(line.tiers and firm_of(line.tiers.kind, line.tiers.identifier) for line in mandat.lines)
    return mandat.kind[1] == PAYROLL or staff or people


def _claim(kind: BordereauKind, sheet: ReadBordereau, mandat: ReadMandat, lines: Sequence[ReadLine]) -> Claim:
    payees = [line.tiers for line in lines if line.tiers]
    many = len(set(map(_creditor, payees))) > 1
    first = None if many or not payees else payees[0]
    paid = _distinct(one.account for one in payees) if first else ()
    return Claim(
        kind=kind,
        exercice=sheet.exercice,
        bordereau=sheet.number,
        mandat=mandat.number,
        type=mandat.kind[0],
        nature=mandat.kind[1],
        creditor=f"{len(set(map(_creditor, payees)))} créanciers" if many else first.name if first else "",
        identifier=first.identifier if first else "",
        siren=firm_of(first.kind, first.identifier) if first else "",
        number=next((line.invoice.strip() for line in lines if line.invoice.strip()), ""),
        words=_distinct([mandat.label, *(text for line in lines for text in line.labels)]),
        amount=sum((line.amount for line in lines), ZERO),
        accounts=_distinct(line.imputation[0] for line in lines),
        iban=paid[0] if paid else "",
        others=paid[1:],
        marche=next((line.marche for line in lines if line.marche), ""),
        starts_on=mandat.delay.starts_on if mandat.delay else None,
    )


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, texts)))
