"""The creditor of a mandat that is issued again: corrected in the registers since, it is paid as they say today."""

from dataclasses import replace
from typing import Final

from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.kind import TO_AN_ACCOUNT, MandatKind
from dematfin.domain.mandat.liquidation import Basis, paid_anew
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.payee import check_bic, marked
from dematfin.domain.parties.iban import mask
from dematfin.domain.parties.payee import Payee
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Engagement
from dematfin.errors import PiecesMissing
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.accounts import accounts_of
from dematfin.steps.payees import payee_of

WRONG_ACCOUNT: Final = frozenset({"09", "9"})
"""ObsEtat of a bank account that is absent or wrong."""


def as_registered(app: App, books: Books, mandat: Mandat) -> Mandat:
    """Return a rejected mandat with its creditor of today, by the rules of any mandat: on an account that two people
    cleared. A réduction names whom the mandat that it takes back was for.

    Raises:
        PiecesMissing: the creditor is no more in the register, or its account is not cleared.
    """
    if not mandat.shares and mandat.kind is not MandatKind.REDUCTION:
        return _without_invoice(app, books, mandat)
    invoices = books.find(Invoice, id=mandat.invoice_ids[:1])
    engagements = books.find(Engagement, id=mandat.engagement) if mandat.engagement else ()
    if mandat.kind is MandatKind.REDUCTION or not invoices or not engagements:
        return mandat
    payee = _payee(app, books, invoices[0], engagements[0], mandat)
    if mandat.subcontract and payee.subcontract is None:
        return mandat  # its acte spécial has ended since: it was made by that right
    tiers = books.find(Tiers, siren=invoices[0].supplier_siren)
    basis = Basis(
        invoice=_without_wrong_account(invoices[0], mandat),
        engagement=engagements[0],
        tiers=tiers,
        accounts=accounts_of(app, books, invoices[0].supplier_siren, tiers),
        pieces=mandat.pieces,
        payee=payee,
    )
    anew = marked(payee, invoices[0], paid_anew(mandat, basis))
    if anew.tiers != mandat.tiers:
        app.writer.check(anew, app.policy.budget(anew.siret))
    return anew


def payable(app: App, books: Books, mandat: Mandat, tiers: Tiers) -> Mandat:
    """Return a mandat that pays no invoice to a creditor of the register, on an account that two people cleared when
    money goes there.

    Raises:
        PiecesMissing: its account is not cleared.
    """
    firm = books.find(Tiers, siren=tiers.siren)
    cleared = {one.iban for one in accounts_of(app, books, tiers.siren, firm) if one.cleared}
    if mandat.mode not in TO_AN_ACCOUNT:
        return replace(mandat, tiers=tiers)
    if tiers.account.iban not in cleared:
        message = (
            f"Mandat {mandat.id} : le compte {mask(tiers.account.iban)} de {tiers.name} n'est pas validé par deux "
            "personnes (dematfin tiers iban valider). Rien n'est fait."
        )
        raise PiecesMissing(message)
    return replace(mandat, tiers=replace(tiers, account=check_bic(f"Mandat {mandat.id}", tiers.account)))


def _without_invoice(app: App, books: Books, mandat: Mandat) -> Mandat:
    found = books.find(Tiers, id=mandat.tiers.id)
    if not found:
        message = (
            f"Mandat {mandat.id} : le tiers {mandat.tiers.id} n'est plus au registre. Importez les tiers (dematfin "
            "tiers importer) puis recommencez."
        )
        raise PiecesMissing(message)
    anew = payable(app, books, mandat, found[0])
    if anew.tiers != mandat.tiers:
        app.writer.check(anew, app.policy.budget(anew.siret))
    return anew


def change_of_creditor(before: Mandat, after: Mandat) -> str:
    """Say what of the creditor has changed, as it follows a sentence of the journal; empty when nothing has."""
    if after.tiers == before.tiers:
        return ""
    return f", à payer comme le registre le dit à présent : {after.tiers.name}, compte {mask(after.tiers.account.iban)}"


def _payee(app: App, books: Books, invoice: Invoice, engagement: Engagement, mandat: Mandat) -> Payee:
    """Return who is paid in the place of another; what this very mandat orders does not add to itself."""
    payee = payee_of(app, books, invoice, engagement)
    same = payee.subcontract is not None and payee.subcontract.id == mandat.subcontract
    return replace(payee, ordered=payee.ordered - mandat.amount) if same else payee


def _without_wrong_account(invoice: Invoice, mandat: Mandat) -> Invoice:
    """The account that a supplier wrote on its invoice goes before that of the register, unless the comptable has just
    said that it is wrong."""
    refused = any(reason.code in WRONG_ACCOUNT for reason in mandat.reasons)
    return replace(invoice, iban="") if refused and invoice.iban == mandat.tiers.account.iban else invoice
