"""Everything that is checked before an invoice goes to a head of service."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.intention import LONGEST_MOTIF, SupplierStatus
from dematfin.domain.invoice.bank import check_account
from dematfin.domain.invoice.credit_notes import check_credit_note
from dematfin.domain.invoice.credits import check_credits
from dematfin.domain.invoice.duplicates import Pair, duplicates
from dematfin.domain.invoice.forcing import weighed
from dematfin.domain.invoice.instead import check_factor, check_subcontract, without_tva
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.mentions import check_dates, check_mentions
from dematfin.domain.invoice.on_paper import check_channel, without_platform
from dematfin.domain.invoice.payment import (
    PAID_BY_ITSELF,
    check_direct_payment,
    check_elsewhere,
    check_frame,
    check_mode,
)
from dematfin.domain.invoice.routing import check_engagement, check_service, not_ours
from dematfin.domain.invoice.sums import check_payable, check_sums
from dematfin.domain.money import euros
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.parties.payee import Payee
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Credit, Engagement, StructureRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the ledger knows around one invoice.

    Attributes:
        ours: whether its SIRET is one of our budgets.
        rules: what is demanded of suppliers for that SIRET; None before the first import of the structures.
        engagement, credit: what it would be paid from, when they are known.
        recovers_tva: the budget is charged HT.
        tiers: the creditors of the register with the supplier's SIREN.
        accounts: the accounts of that firm, cleared or not.
        earlier: invoices that look like it and came in before, or passed their controls before.
        decided: what people said of pairs of look-alikes, by pair.
        standings: where the look-alikes stand, in French, by invoice.
        payee: who is paid in the place of the engagement's creditor.
        origins: for a credit note, the invoices of the firm and of the budget that bear the number which it cites.
    """

    today: date
    ours: bool
    rules: StructureRules | None
    engagement: Engagement | None
    credit: Credit | None = None
    recovers_tva: bool = False
    tiers: tuple[Tiers, ...]
    accounts: tuple[KnownAccount, ...] = ()
    earlier: tuple[Invoice, ...] = ()
    decided: Mapping[str, Pair] = field(default_factory=dict)
    standings: Mapping[str, str] = field(default_factory=dict)
    payee: Payee = field(default_factory=Payee)
    origins: tuple[Invoice, ...] = ()


def control(invoice: Invoice, known: Known, tolerance: Decimal, *, check_siret: bool = True) -> tuple[Finding, ...]:
    """Return every finding on an invoice; none blocking means that it may be visaed.

    `tolerance` is the rounding gap allowed between HT + TVA and TTC, in euros for each VAT rate; `check_siret` is
    false on the qualification platform, whose SIRETs are invented.
    """
    content = invoice.content
    twins = duplicates(invoice, known.earlier, known.decided, known.standings)
    if aside := tuple(_not_ours_to_pay(invoice, known)):
        return _sendable(*aside, *twins)
    findings = (
        *_routing(invoice, known),
        *_creditor(invoice, known),
        *check_sums(without_tva(content, known.payee), tolerance, _marche(invoice, known)),
        *check_mentions(content, check_siret=check_siret),
        *check_dates(content, known.today),
        *(check_credit_note(invoice, known.origins) if invoice.is_credit_note else _payment(invoice, known)),
        *twins,
    )
    judged = _sendable(*weighed((*findings, *check_channel(invoice)), invoice.forced))
    return judged if invoice.origin is Origin.CHORUS else tuple(map(without_platform, judged))


def _not_ours_to_pay(invoice: Invoice, known: Known) -> Iterator[Finding]:
    """What is paid by others, or otherwise: nothing else that is wrong in it is ours to answer."""
    if not known.ours:
        yield not_ours(invoice.content.siret)
        return
    yield from check_elsewhere(invoice)
    for finding in (*check_frame(invoice.content), *check_mode(invoice.content)):
        if invoice.paid_before is None or finding.code not in PAID_BY_ITSELF:
            yield finding


def _sendable(*findings: Finding) -> tuple[Finding, ...]:
    """Chorus Pro keeps so many characters of a motif, and what ours quotes may be of any length."""
    return tuple(replace(finding, motif=finding.motif[:LONGEST_MOTIF]) for finding in findings)


def _marche(invoice: Invoice, known: Known) -> str:
    return invoice.marche or (known.engagement.marche if known.engagement else "")


def _payment(invoice: Invoice, known: Known) -> Iterator[Finding]:
    """What matters only when a mandat of ours pays: whom, on which account, how much, from what."""
    content = invoice.content
    to_pay = invoice.paid_before is None
    factor = tuple(check_factor(content, known.payee)) if to_pay else ()
    yield from factor
    if to_pay and not factor:
        accounts = (*known.accounts, *known.payee.accounts)
        yield from check_account(content.supplier, known.tiers, known.engagement, accounts)
    yield from check_subcontract(invoice, known.payee) if known.payee.subcontract else check_direct_payment(content)
    if to_pay or content.amounts.payable > 0:  # nothing is left to pay of what has been paid
        yield from check_payable(content)
    charged = euros(content.amounts.ht) if known.recovers_tva else invoice.ttc
    yield from check_credits(invoice.ttc, known.engagement, None)
    yield from check_credits(charged, None, known.credit)


def _routing(invoice: Invoice, known: Known) -> Iterator[Finding]:
    rules = known.rules or StructureRules(id=invoice.siret, name=invoice.siret)
    if known.rules is not None:
        yield from check_service(invoice, rules)
    yield from check_engagement(invoice, rules, known.engagement)


def _creditor(invoice: Invoice, known: Known) -> Iterator[Finding]:
    supplier = invoice.content.supplier
    if not known.tiers:
        yield Finding(
            code="TIERS-UNKNOWN",
            severity=Severity.BLOCKING,
            sentence=f"Le fournisseur {supplier.name} ({supplier.identifier}) n'est pas dans les tiers. Créez-le dans "
            "le logiciel financier, importez les tiers (dematfin tiers importer) puis relancez la journée.",
        )
    elif known.payee.subcontract:
        return
    elif known.engagement and known.engagement.tiers not in {tiers.id for tiers in known.tiers}:
        yield Finding(
            code="ROUTE-ENG-SUPPLIER",
            severity=Severity.BLOCKING,
            sentence=f"L'engagement {known.engagement.number} a été passé avec un autre fournisseur que "
            f"{supplier.name}. Vérifiez le numéro avec le service acheteur et corrigez-le (dematfin facture reprendre "
            "--engagement) ; un sous-traitant payé directement s'enregistre d'abord (dematfin tiers "
            "sous-traitant ajouter).",
            about=known.engagement.number,
            proposal=SupplierStatus.RECYCLED,
            motif=f"Le numéro d'engagement « {invoice.engagement} » n'est pas celui d'une commande passée avec vous.",
        )
