"""Arithmetic: lines, VAT rate by rate, totals. A wrong amount cannot be mended by the recipient: it is rejected."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.content import Amounts, Content, VatLine
from dematfin.domain.money import ZERO, euros, french

MENTIONS: Final = "CCP, art. D. 2192-2"
REVERSE_CHARGE: Final = "CGI, art. 283, 2 nonies"
HUNDRED: Final = Decimal(100)
RATES: Final = frozenset(
    Decimal(rate) for rate in ("0", "2.1", "5.5", "10", "20", "1.05", "1.75", "8.5", "0.9", "13", "8", "4", "5", "22")
)
"""Metropolitan rates, then those of Corsica and overseas (Monaco has ours)."""
NEW_ONE: Final = "Rejetez la facture dans Chorus Pro et demandez-en une nouvelle."


def check_sums(content: Content, tolerance: Decimal) -> Iterator[Finding]:
    """Say what does not add up; `tolerance` is the rounding gap allowed, in euros for each VAT rate."""
    amounts = content.amounts
    yield from _totals(amounts, tolerance)
    for line in amounts.vat:
        yield from _vat(line, content, tolerance)
    yield from _bases(content, tolerance)
    yield from _lines(content, tolerance)
    yield from _payable(amounts)
    if content.currency != "EUR":
        sentence = f"La facture est en {content.currency} : un mandat est en euros. Demandez une facture en euros."
        yield _wrong("SUM-CURRENCY", sentence, "La facture doit être en euros.", content.currency)


def _totals(amounts: Amounts, tolerance: Decimal) -> Iterator[Finding]:
    gap = abs(amounts.ht + amounts.tva - amounts.ttc)
    if gap > tolerance * max(1, len(amounts.vat)):
        what = f"{french(amounts.ht)} HT + {french(amounts.tva)} de TVA ne font pas {french(amounts.ttc)} TTC"
        yield _wrong("SUM-TOTALS", f"Le total est faux : {what}. {NEW_ONE}", f"Total faux : {what}.", str(amounts.ttc))


def _vat(line: VatLine, content: Content, tolerance: Decimal) -> Iterator[Finding]:
    if line.rate not in RATES:
        yield Finding(
            code="SUM-VAT-RATE",
            severity=Severity.WARNING,
            sentence=f"Le taux de TVA {_rate(line.rate)} n'est pas un taux français connu. Vérifiez-le sur la facture.",
            about=str(line.rate),
        )
    expected = line.base * line.rate / HUNDRED
    if abs(expected - line.amount) <= tolerance + max(ZERO, _rounding(content)):
        return
    what = f"{french(line.base)} à {_rate(line.rate)} font {french(expected)} de TVA, et non {french(line.amount)}"
    if _of_a_whole_site(content, line, expected):
        yield _whole_site(f"TVA plus élevée que celle de sa base ({what})")
    else:
        yield _wrong("SUM-VAT", f"La TVA est fausse : {what}. {NEW_ONE}", f"TVA fausse : {what}.", str(line.amount))


def _rounding(content: Content) -> Decimal:
    """VAT may be rounded line by line: half a cent a line, as seen on long telephone bills."""
    return Decimal("0.005") * len(content.lines)


def _of_a_whole_site(content: Content, line: VatLine, expected: Decimal) -> bool:
    """The holder of a building contract invoices the VAT of his subcontractors too: it looks too high, and is right."""
    return bool(content.marche) and line.amount > expected


def _bases(content: Content, tolerance: Decimal) -> Iterator[Finding]:
    amounts = content.amounts
    if not amounts.vat:
        if amounts.ht != amounts.ttc:
            yield Finding(
                code="SUM-VAT-MISSING",
                severity=Severity.WARNING,
                sentence="Le détail de la TVA par taux manque dans les données : contrôlez-le sur la facture "
                "elle-même.",
                article=MENTIONS,
            )
        return
    total = sum((line.base for line in amounts.vat), ZERO)
    if abs(total - amounts.ht) <= tolerance * len(amounts.vat):
        return
    what = f"les bases de TVA font {french(total)} pour un total HT de {french(amounts.ht)}"
    if total > amounts.ht and content.marche:
        yield _whole_site(what)
        return
    yield Finding(
        code="SUM-BASES",
        severity=Severity.WARNING,
        sentence=f"La TVA ne porte pas sur le total HT : {what}. Une part peut être exonérée : vérifiez sur la "
        "facture.",
        about=str(total),
    )


def _whole_site(what: str) -> Finding:
    return Finding(
        code="SUM-VAT-SUBCONTRACTED",
        severity=Severity.INFO,
        sentence=f"Marché avec sous-traitance possible : {what}. C'est normal si le titulaire facture la TVA de toute "
        "l'opération, sous-traitants compris (autoliquidation dans le bâtiment).",
        article=REVERSE_CHARGE,
    )


def _lines(content: Content, tolerance: Decimal) -> Iterator[Finding]:
    if not content.lines:
        return
    for line in content.lines:
        gap = abs(line.quantity * line.unit_price) - abs(line.ht)
        if abs(gap) > tolerance and gap < 0:  # less is a discount, more is a mistake
            yield Finding(
                code="SUM-LINE",
                severity=Severity.WARNING,
                sentence=f"Ligne {line.number} : {line.quantity.normalize():f} à {french(line.unit_price)} ne font pas "
                f"{french(line.ht)} HT. Vérifiez sur la facture.",
                about=str(line.number),
            )
    total = sum((line.ht for line in content.lines), ZERO)
    if abs(abs(total) - content.amounts.ht) > tolerance * len(content.lines):
        yield Finding(
            code="SUM-LINES",
            severity=Severity.WARNING,
            sentence=f"Les lignes font {french(total)} HT pour un total HT de {french(content.amounts.ht)} : une "
            "remise "
            "globale ou une ligne manque. Vérifiez sur la facture.",
            about=str(total),
        )


def _payable(amounts: Amounts) -> Iterator[Finding]:
    if euros(amounts.payable) == euros(amounts.ttc):
        return
    yield Finding(
        code="SUM-PAYABLE",
        severity=Severity.BLOCKING,
        sentence=f"Le net à payer ({french(amounts.payable)}) n'est pas le total TTC ({french(amounts.ttc)}) : un "
        "acompte "
        "a peut-être été versé. À traiter à la main pour ne pas payer deux fois.",
        about=str(amounts.payable),
        proposal=SupplierStatus.REFUSED,
        motif=f"Le net à payer ({french(amounts.payable)}) diffère du total TTC ({french(amounts.ttc)}) sans "
        "explication.",
    )


def _wrong(code: str, sentence: str, motif: str, about: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.BLOCKING,
        sentence=sentence,
        article=MENTIONS,
        about=about,
        proposal=SupplierStatus.REFUSED,
        motif=motif,
    )


def _rate(rate: Decimal) -> str:
    return f"{rate.normalize():f}".replace(".", ",") + "\xa0%"
