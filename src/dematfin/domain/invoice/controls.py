"""Everything that is checked before an invoice goes to a head of service."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.duplicates import duplicates
from dematfin.domain.invoice.invoice import Content, Invoice
from dematfin.domain.invoice.routing import check_engagement, check_service, not_ours
from dematfin.domain.money import euros, french
from dematfin.domain.parties.iban import mask
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Engagement, StructureRules

PAYABLE_FRAMES: Final = frozenset({"A1", "A9", "A12"})
ALREADY_PAID: Final = "A2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the ledger knows around one invoice.

    Attributes:
        ours: whether its SIRET is one of our budgets.
        rules: what Chorus Pro demands for that SIRET; None before the first import of the structures.
        tiers: the creditors of the register with the supplier's SIREN.
        earlier: invoices of the same firm that came in before, or passed their controls before.
    """

    ours: bool
    rules: StructureRules | None
    engagement: Engagement | None
    tiers: tuple[Tiers, ...]
    earlier: tuple[Invoice, ...]


def control(invoice: Invoice, known: Known, tolerance: Decimal) -> tuple[Finding, ...]:
    """Return every finding on an invoice; none blocking means that it may be visaed.

    `tolerance` is the rounding gap allowed between HT + TVA and TTC, in euros for each VAT rate.
    """
    content = invoice.content
    if not known.ours:
        return (not_ours(content.siret), *duplicates(invoice, known.earlier))
    findings = [*_routing(content, known), *_creditor(content, known), *_frame(content)]
    return (*findings, *_sums(content, tolerance), *duplicates(invoice, known.earlier))


def _routing(content: Content, known: Known) -> Iterator[Finding]:
    rules = known.rules or StructureRules(id=content.siret, name=content.siret)
    if known.rules is not None:
        yield from check_service(content, rules)
    yield from check_engagement(content, rules, known.engagement)


def _creditor(content: Content, known: Known) -> Iterator[Finding]:
    supplier = content.supplier
    if not known.tiers:
        yield Finding(
            code="TIERS-UNKNOWN",
            severity=Severity.BLOCKING,
            sentence=f"Le fournisseur {supplier.name} ({supplier.identifier}) n'est pas dans les tiers. Créez-le dans "
            "le logiciel financier, importez les tiers (dematfin tiers importer) puis relancez la journée.",
        )
        return
    if known.engagement and known.engagement.tiers not in {tiers.id for tiers in known.tiers}:
        yield Finding(
            code="ROUTE-ENG-SUPPLIER",
            severity=Severity.BLOCKING,
            sentence=f"L'engagement {known.engagement.number} a été passé avec un autre fournisseur que "
            f"{supplier.name}. Vérifiez le numéro d'engagement avec le service acheteur.",
        )
    if supplier.iban and supplier.iban not in {tiers.account.iban for tiers in known.tiers}:
        yield Finding(
            code="BANK-IBAN-DIFFERENT",
            severity=Severity.BLOCKING,
            sentence=f"L'IBAN de la facture ({mask(supplier.iban)}) n'est pas celui des tiers. Risque de fraude : "
            "rappelez le fournisseur au numéro du contrat ; si le changement est confirmé, mettez à jour les tiers.",
        )


def _frame(content: Content) -> Iterator[Finding]:
    if content.frame == ALREADY_PAID:
        yield Finding(
            code="FRAME-ALREADY-PAID",
            severity=Severity.BLOCKING,
            sentence="Facture déjà payée (cadre A2, carte d'achat par exemple) : elle ne doit pas être mandatée ici.",
        )
    elif content.frame not in PAYABLE_FRAMES:
        yield Finding(
            code="FRAME-WORKS",
            severity=Severity.BLOCKING,
            sentence=f"Cadre de facturation {content.frame} (travaux ou cas particulier) : à traiter à la main.",
        )
    if content.supplier.factor:
        yield Finding(
            code="BANK-FACTOR",
            severity=Severity.BLOCKING,
            sentence=f"Le paiement est demandé par {content.supplier.factor} (affacturage) : payer le fournisseur "
            "n'éteindrait pas la dette. À traiter avec le comptable.",
        )


def _sums(content: Content, tolerance: Decimal) -> Iterator[Finding]:
    amounts = content.amounts
    gap = abs(amounts.ht + amounts.tva - amounts.ttc)
    if gap > tolerance * max(1, len(amounts.vat)):
        yield Finding(
            code="SUM-TOTALS",
            severity=Severity.BLOCKING,
            sentence=f"Le total est faux : {french(amounts.ht)} HT + {french(amounts.tva)} de TVA ne font pas "
            f"{french(amounts.ttc)} TTC. Rejetez la facture dans Chorus Pro et demandez-en une nouvelle.",
        )
    if euros(amounts.payable) != euros(amounts.ttc):
        yield Finding(
            code="SUM-PAYABLE",
            severity=Severity.BLOCKING,
            sentence=f"Le net à payer ({french(amounts.payable)}) n'est pas le total TTC ({french(amounts.ttc)}) : "
            "un acompte a peut-être été versé. À traiter à la main pour ne pas payer deux fois.",
        )
    if content.currency != "EUR":
        yield Finding(
            code="SUM-CURRENCY",
            severity=Severity.BLOCKING,
            sentence=f"La facture est en {content.currency} : un mandat est en euros.",
        )
