"""Liquidation: from a certified invoice to the exact sum due, on its account, to its creditor."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from dematfin.domain.invoice.invoice import Invoice, normalised
from dematfin.domain.invoice.payment import leaves_by_itself
from dematfin.domain.mandat.kind import MandatKind, PaymentMode
from dematfin.domain.mandat.mandat import Line, Mandat, Share
from dematfin.domain.mandat.payee import check_bic, factor_account
from dematfin.domain.mandat.split import apart, apportion
from dematfin.domain.money import ZERO, euros, french
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.parties.iban import mask
from dematfin.domain.parties.payee import Payee
from dematfin.domain.parties.tiers import BankAccount, Tiers
from dematfin.domain.registers import Engagement
from dematfin.errors import PiecesMissing

LABEL_LENGTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a mandat is made from.

    Attributes:
        credit_notes: certified credit notes of the same supplier that correct this invoice.
        orders: other engagements that the lines of the invoice name, with the HT that each has.
        recovers_tva: HT and TVA are told apart on this budget.
        accounts: accounts of the creditor, cleared or not.
        pieces: IdUnique of the supporting documents.
        payee: who is paid in the place of the engagement's creditor.
    """

    invoice: Invoice
    credit_notes: tuple[Invoice, ...] = ()
    engagement: Engagement | None
    orders: Sequence[tuple[Engagement, Decimal]] = ()
    recovers_tva: bool = False
    tiers: Sequence[Tiers]
    accounts: Sequence[KnownAccount] = ()
    pieces: tuple[str, ...]
    payee: Payee = field(default_factory=Payee)


def liquidate(basis: Basis, *, mandat_id: str, exercice: int, payment_days: int) -> Mandat:
    """Return the mandat that pays an invoice, its credit notes netted.

    Raises:
        PiecesMissing: naming the invoice and what it lacks.
    """
    invoice = basis.invoice
    engagement = _engagement(basis)
    shares = _shares(invoice, basis.credit_notes)
    amount = _amount_due(invoice, shares)
    marche = invoice.marche or engagement.marche
    return Mandat(
        id=mandat_id,
        siret=invoice.siret,
        exercice=exercice,
        tiers=_creditor(basis, engagement),
        label=_label(basis),
        reference=invoice.number,
        marche=marche,
        dgp=invoice.delay(payment_days),
        lines=_lines(basis, engagement, amount),
        shares=shares,
        pieces=basis.pieces,
        engagement=engagement.id,
        kind=_kind(invoice, marche),
        mode=PaymentMode(invoice.paid_by or PaymentMode.TRANSFER),
        paid_before=invoice.paid_before,
        amount=amount,
    )


def paid_anew(mandat: Mandat, basis: Basis) -> Mandat:
    """Return a mandat that came back with the creditor that the registers have today, on an account that is cleared.

    Raises:
        PiecesMissing: naming the invoice and what it lacks.
    """
    return replace(mandat, tiers=_creditor(basis, _engagement(basis)))


def _kind(invoice: Invoice, marche: str) -> MandatKind:
    """Return the kind of a mandat; raises PiecesMissing for what pays itself: a transfer would pay it twice."""
    if invoice.paid_before is not None:
        return MandatKind.AFTER_PAYMENT
    if leaves_by_itself(invoice.content):
        message = (
            f"Facture {invoice.id} : elle est prélevée ou déjà payée, un virement la paierait une seconde fois. Dites "
            f"quand l'argent est parti : dematfin mandat apres-paiement {invoice.id} --le JJ/MM/AAAA --mode …"
        )
        raise PiecesMissing(message)
    return MandatKind.MARCHE if marche else MandatKind.ORDINARY


def _lines(basis: Basis, engagement: Engagement, amount: Decimal) -> tuple[Line, ...]:
    """Return one line for each engagement that the invoice names, its credit notes taken off each in proportion."""
    orders = basis.orders or ((engagement, basis.invoice.ttc),)
    totals = apportion(amount, [weight for _, weight in orders])
    kept = [(order, total) for (order, _), total in zip(orders, totals, strict=True) if total]
    parts = [_told_apart(basis, total) for _, total in kept]
    return tuple(
        Line(
            number=number,
            imputation=order.imputation,
            amount=ht,
            tva=tva,
            invoice_ht=_invoice_ht(basis, amount) if len(kept) == 1 else None,
            engagement=order.id if len(kept) > 1 else "",
        )
        for number, ((order, _), (ht, tva)) in enumerate(zip(kept, parts, strict=True), start=1)
    )


def _told_apart(basis: Basis, total: Decimal) -> tuple[Decimal, Decimal | None]:
    """Return HT and TVA of a sum, as they stand to one another on what is paid; or its TTC, and no TVA."""
    if not basis.recovers_tva:
        return total, None
    papers = ((basis.invoice, 1), *((note, -1) for note in basis.credit_notes))
    ttc = sum((one.ttc * sign for one, sign in papers), ZERO)
    tva = sum((euros(one.content.amounts.tva) * sign for one, sign in papers), ZERO)
    tva = max(ZERO, min(tva, ttc))
    return apart(total, ttc - tva, tva)


def _invoice_ht(basis: Basis, amount: Decimal) -> Decimal | None:
    """Return the HT of the invoice when Hélios cannot tell it from the line (MtFactHT)."""
    if basis.recovers_tva or basis.credit_notes or basis.invoice.admitted is not None:
        return None
    ht = euros(basis.invoice.content.amounts.ht)
    return ht if ht != amount else None


def corrects(credit_note: Invoice, invoice: Invoice) -> bool:
    """Say whether a credit note is about this invoice: same firm, same budget, and it names its number."""
    return (
        credit_note.is_credit_note
        and not invoice.is_credit_note
        and credit_note.siret == invoice.siret
        and credit_note.supplier_siren == invoice.supplier_siren
        and "" != normalised(credit_note.content.origin_number) == invoice.number_key
    )


def _engagement(basis: Basis) -> Engagement:
    if basis.engagement is None:
        message = (
            f"Facture {basis.invoice.id} : pas d'engagement, donc pas d'imputation. Importez l'engagement "
            f"« {basis.invoice.engagement or 'manquant'} » (dematfin engagement importer) puis relancez."
        )
        raise PiecesMissing(message)
    return basis.engagement


def _creditor(basis: Basis, engagement: Engagement) -> Tiers:
    """The engagement's creditor, or its subcontractor; a factor cashes on its own account what is due to either."""
    subcontract = basis.payee.subcontract
    wanted = subcontract.tiers if subcontract else engagement.tiers
    for tiers in basis.tiers:
        if tiers.id == wanted:
            account = factor_account(basis.payee, basis.invoice) or _account(basis, tiers)
            return replace(tiers, account=check_bic(f"Facture {basis.invoice.id}", account))
    message = (
        f"Facture {basis.invoice.id} : le tiers {wanted} de l'engagement {engagement.number} n'existe pas "
        "chez ce fournisseur. Importez les tiers (dematfin tiers importer) puis relancez."
    )
    raise PiecesMissing(message)


def _account(basis: Basis, tiers: Tiers) -> BankAccount:
    """Return the account to pay: the one that the supplier wrote, or that of the register, once it is cleared."""
    asked = basis.invoice.iban or tiers.account.iban
    if basis.invoice.paid_before is not None:
        return tiers.account  # no money leaves again
    if asked not in {account.iban for account in basis.accounts if account.cleared}:
        message = (
            f"Facture {basis.invoice.id} : le compte {mask(asked)} de {tiers.name} n'est pas validé par deux personnes "
            "(dematfin tiers iban valider). Elle n'est pas mandatée."
        )
        raise PiecesMissing(message)
    return tiers.account if asked == tiers.account.iban else replace(tiers.account, iban=asked, bic="")


def _shares(invoice: Invoice, credit_notes: Sequence[Invoice]) -> tuple[Share, ...]:
    """Return what each paper brings; a sum that the service admits in part is paid at once, the rest is discussed.

    A credit note that comes for the rest takes nothing more off what was admitted.
    """
    notes = tuple(Share(invoice_id=note.id, amount=note.signed_amount) for note in credit_notes)
    asked = invoice.signed_amount + sum((note.amount for note in notes), ZERO)
    due = asked if invoice.admitted is None else min(asked, invoice.admitted)
    return (Share(invoice_id=invoice.id, amount=invoice.signed_amount - (asked - due)), *notes)


def _amount_due(invoice: Invoice, shares: Sequence[Share]) -> Decimal:
    amount = sum((share.amount for share in shares), ZERO)
    if amount <= 0:
        message = (
            f"Facture {invoice.id} : ses avoirs la ramènent à {french(amount)}, il n'y a rien à mandater. "
            "Voyez avec le comptable comment solder l'avoir."
        )
        raise PiecesMissing(message)
    return amount


def _label(basis: Basis) -> str:
    text = f"Facture {basis.invoice.number}{basis.payee.mention} {basis.invoice.content.supplier.name}"
    for credit_note in basis.credit_notes:
        text += f", moins avoir {credit_note.number}"
    return text[:LABEL_LENGTH]
