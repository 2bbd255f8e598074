"""Arithmetic: lines, VAT rate by rate, totals. A wrong amount cannot be mended by the recipient: it is rejected."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.content import Amounts, Content, InvoiceLine, VatLine
from dematfin.domain.invoice.payment import SUBCONTRACTOR
from dematfin.domain.money import ZERO, euros, french

MENTIONS: Final = "CCP, art. D. 2192-2"
REVERSE_CHARGE: Final = "CGI, art. 283, 2 nonies"
HUNDRED: Final = Decimal(100)
METROPOLIS: Final = ("0", "2.1", "5.5", "10", "20")
CORSICA: Final = ("0.9", "13")
OVERSEAS: Final = ("1.05", "1.75", "8.5")
PACIFIC: Final = ("3", "4", "5", "6", "11", "13", "16", "22")
RATES: Final = frozenset(Decimal(rate) for rate in METROPOLIS + CORSICA + OVERSEAS + PACIFIC)
"""CGI, art. 278 to 281 octies, 296 and 297; Saint-Martin, Polynésie and Nouvelle-Calédonie have their own."""
PRICE_ROUNDING: Final = Decimal("0.00005")
"""Unit prices are written with four decimals: half of the last one is lost on each unit."""
NEW_ONE: Final = "Rejetez la facture et demandez-en une nouvelle."


def check_sums(content: Content, tolerance: Decimal, marche: str = "") -> Iterator[Finding]:
    """Say what does not add up.

    `tolerance` is the rounding gap allowed, in euros for each VAT rate; `marche` the contract, if it is under one.
    """
    amounts = content.amounts
    yield from _totals(amounts, tolerance)
    for line in amounts.vat:
        yield from _vat(line, content, tolerance, marche)
    yield from _bases(content, tolerance, marche)
    yield from _lines(content, tolerance)
    if content.currency != "EUR":
        sentence = f"La facture est en {content.currency} : un mandat est en euros. Demandez une facture en euros."
        yield _wrong("SUM-CURRENCY", sentence, "La facture doit être en euros.", content.currency)


def check_payable(content: Content) -> Iterator[Finding]:
    """Say why what is asked for is not the total, or is nothing: a mandat pays the total."""
    amounts = content.amounts
    if euros(amounts.ttc) == ZERO:
        yield Finding(
            code="SUM-ZERO",
            severity=Severity.BLOCKING,
            sentence=f"La facture est de {french(ZERO)} : il n'y a rien à mandater. Écartez-la (dematfin facture "
            "ecarter).",
        )
    elif euros(amounts.payable) > euros(amounts.ttc):
        what = f"le net à payer ({french(amounts.payable)}) dépasse le total TTC ({french(amounts.ttc)})"
        yield _wrong(
            "SUM-PAYABLE", f"Montant faux : {what}. {NEW_ONE}", f"Montant faux : {what}.", str(amounts.payable)
        )
    elif euros(amounts.payable) < euros(amounts.ttc):
        yield Finding(
            code="SUM-PAYABLE",
            severity=Severity.BLOCKING,
            sentence=f"Le net à payer ({french(amounts.payable)}) est inférieur au total TTC ({french(amounts.ttc)}) : "
            "acompte déjà versé, avoir déduit ou retenue de garantie. Un mandat d'ici paierait le total : mandatez le "
            "reste dans le logiciel financier, puis écartez-la (dematfin facture ecarter).",
            about=str(amounts.payable),
        )


def _totals(amounts: Amounts, tolerance: Decimal) -> Iterator[Finding]:
    gap = abs(amounts.ht + max(ZERO, amounts.tva) - amounts.ttc)
    if gap > tolerance * max(1, len(amounts.vat)):
        what = (
            f"{french(amounts.ht)} HT + {french(max(ZERO, amounts.tva))} de TVA ne font pas {french(amounts.ttc)} TTC"
        )
        yield _wrong("SUM-TOTALS", f"Le total est faux : {what}. {NEW_ONE}", f"Total faux : {what}.", str(amounts.ttc))


def _vat(line: VatLine, content: Content, tolerance: Decimal, marche: str) -> Iterator[Finding]:
    if line.rate not in RATES:
        yield Finding(
            code="SUM-VAT-RATE",
            severity=Severity.WARNING,
            sentence=f"Le taux de TVA {_rate(line.rate)} n'est pas un taux français connu. Vérifiez-le sur la facture.",
            about=str(line.rate),
        )
    expected = line.base * line.rate / HUNDRED
    if abs(expected - line.amount) <= tolerance + _rounding(content) or _owed_by_the_holder(line, content):
        return
    what = f"{french(line.base)} à {_rate(line.rate)} font {french(expected)} de TVA, et non {french(line.amount)}"
    if marche and line.amount > expected:
        yield _whole_site(f"TVA plus élevée que celle de sa base ({what})")
    else:
        yield _wrong("SUM-VAT", f"La TVA est fausse : {what}. {NEW_ONE}", f"TVA fausse : {what}.", str(line.amount))


def _rounding(content: Content) -> Decimal:
    """VAT may be rounded line by line: half a cent a line, as seen on long telephone bills."""
    return Decimal("0.005") * len(content.lines)


def _owed_by_the_holder(line: VatLine, content: Content) -> bool:
    """A building subcontractor may name the rate and ask for no VAT: the holder of the contract invoices it."""
    return content.frame == SUBCONTRACTOR and line.amount == 0


def _bases(content: Content, tolerance: Decimal, marche: str) -> Iterator[Finding]:
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
    if marche and total > amounts.ht:
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
        severity=Severity.WARNING,
        sentence=f"Marché avec sous-traitance possible : {what}. C'est normal si le titulaire facture la TVA de toute "
        "l'opération, sous-traitants compris (autoliquidation dans le bâtiment) ; sinon rejetez-la.",
        article=REVERSE_CHARGE,
    )


def _lines(content: Content, tolerance: Decimal) -> Iterator[Finding]:
    wrong = [line for line in content.lines if _above_its_price(line, tolerance)]
    if wrong:
        first, others = wrong[0], len(wrong) - 1
        more = f" ({others} autre{'s' * (others > 1)} ligne{'s' * (others > 1)} de même)" if others else ""
        yield Finding(
            code="SUM-LINE",
            severity=Severity.WARNING,
            sentence=f"Ligne {first.number} : {first.quantity.normalize():f} à {french(first.unit_price)} ne font pas "
            f"{french(first.ht)} HT{more}. Vérifiez sur la facture.",
            about=str(first.number),
        )
    total = sum((line.ht for line in content.lines), ZERO)
    if content.lines and abs(abs(total) - content.amounts.ht) > tolerance * len(content.lines):
        yield Finding(
            code="SUM-LINES",
            severity=Severity.WARNING,
            sentence=f"Les lignes font {french(total)} HT pour un total HT de {french(content.amounts.ht)} : une "
            "remise globale ou une ligne manque. Vérifiez sur la facture.",
            about=str(total),
        )


def _above_its_price(line: InvoiceLine, tolerance: Decimal) -> bool:
    """Less than its price is a discount, more is a mistake."""
    allowed = tolerance + abs(line.quantity) * PRICE_ROUNDING
    return abs(line.ht) - abs(line.quantity * line.unit_price) > allowed


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
