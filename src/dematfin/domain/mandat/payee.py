"""Subcontractors and factors on a mandat: who is paid, on which account, up to which sum."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from dematfin.domain.invoice.invoice import Invoice, normalised
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import ZERO, french
from dematfin.domain.parties.bank import NEAR
from dematfin.domain.parties.iban import mask
from dematfin.domain.parties.payee import Payee, Subcontract
from dematfin.domain.parties.tiers import BankAccount
from dematfin.domain.registers import Engagement
from dematfin.errors import PiecesMissing


def marche_key(invoice: Invoice, engagement: Engagement | None) -> str:
    """Return the marché of an invoice, as it is compared: that of its engagement is the register's word."""
    return normalised((engagement.marche if engagement else "") or invoice.marche)


def marked(payee: Payee, invoice: Invoice, mandat: Mandat) -> Mandat:
    """Return a mandat that names by what right somebody else is paid.

    Raises:
        PiecesMissing: the ceiling of the subcontractor is passed, or it asks for a TVA that it does not owe.
    """
    if payee.subcontract:
        if wrong := payee.subcontract.check_tva(invoice.content.amounts.tva):
            message = f"Facture {invoice.id} : {wrong}"
            raise PiecesMissing(message)
        _check_ceiling(payee.subcontract, invoice.id, payee.ordered, mandat.amount)
    return replace(
        mandat,
        subcontract=payee.subcontract.id if payee.subcontract else "",
        assignment=payee.assignment.id if payee.assignment else "",
    )


def factor_account(payee: Payee, invoice: Invoice) -> BankAccount | None:
    """Return the factor's cleared account; None when nothing was handed over.

    Raises:
        PiecesMissing: the factor is not confirmed, not in the register, or has no account that two people cleared.
    """
    if payee.assignment is None:
        return None
    if not payee.assignment.confirmed or payee.factor is None:
        message = (
            f"Facture {invoice.id} : sa cession à {payee.assignment.payee} attend une seconde personne (dematfin "
            "tiers affacturage valider). Elle n'est pas mandatée."
        )
        raise PiecesMissing(message)
    cleared = {one.iban for one in payee.accounts if one.cleared}
    own = payee.factor.account
    account = replace(own, iban=invoice.iban, bic="") if invoice.iban in cleared - {own.iban} else own
    if account.iban not in cleared:
        message = (
            f"Facture {invoice.id} : le compte {mask(account.iban)} de {payee.factor.name}, à qui elle est cédée, "
            "n'est pas validé par deux personnes (dematfin tiers iban valider). Elle n'est pas mandatée."
        )
        raise PiecesMissing(message)
    return account


def check_bic(what: str, account: BankAccount) -> BankAccount:
    """Return an account that Hélios takes, or raise PiecesMissing: abroad, it wants a BIC."""
    if not account.bic and not account.iban.startswith(NEAR):
        message = (
            f"{what} : le compte {mask(account.iban)} de {account.holder} est à l'étranger, Hélios "
            "demande son BIC. Ajoutez cet IBAN et son bic au registre (dematfin tiers importer) puis relancez."
        )
        raise PiecesMissing(message)
    return account


def ordered(mandats: Iterable[Mandat]) -> Decimal:
    """Add up what mandats order to pay, less what réductions take back; a cancelled one orders nothing.

    A mandat that is cancelled because all of it was taken back counts once: its réductions with it.
    """
    listed = tuple(mandats)
    gone = {one.id for one in listed if one.state is MandatState.CANCELLED}
    alive = [one for one in listed if not gone & {one.id, one.origin.mandat if one.origin else ""}]
    return sum((-one.amount if one.kind is MandatKind.REDUCTION else one.amount for one in alive), ZERO)


def _check_ceiling(contract: Subcontract, invoice_id: str, before: Decimal, amount: Decimal) -> None:
    if before + amount > contract.ceiling:
        message = (
            f"Facture {invoice_id} : {french(amount)} pour le sous-traitant {contract.name} s'ajoutent à "
            f"{french(before)} déjà mandatés sur le marché {contract.marche}, au-delà du plafond de "
            f"{french(contract.ceiling)}. Enregistrez l'acte spécial modificatif (dematfin tiers sous-traitant "
            "ajouter) ou renvoyez la facture."
        )
        raise PiecesMissing(message)
