"""An agent writes down who is paid in the place of whom: accepted subcontractors, claims handed over to a factor."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.invoice.invoice import normalised
from dematfin.domain.money import ZERO, french
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.bank import CallBack
from dematfin.domain.parties.payee import Assignment, Subcontract
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.parties.tiers import Tiers
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.keeping import Given, keep, store
from dematfin.steps.payees import already_ordered
from dematfin.steps.pieces import RIGHT, kept_for


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubcontract:
    """What an acte spécial says: marché, references of the titulaire and of the subcontractor, ceiling."""

    marche: str
    holder: str
    tiers: str
    ceiling: Decimal
    reverse_charge: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAssignment:
    """What a notification says: references of the supplier and of the factor, the marché or none, the day."""

    supplier: str
    factor: str
    notified_on: date
    marche: str = ""


def accept_subcontract(app: App, who: Person, new: NewSubcontract, deed: Given) -> Subcontract:
    """Write down a subcontractor whom the buyer has accepted; again, it changes the ceiling (acte modificatif).

    Raises:
        Forbidden, UnknownRecord; DocumentError; RuleError: no marché, no ceiling, or below what is ordered already.
    """
    app = app.on_behalf_of(who, Act.REGISTER)
    stored = store(app, deed)
    with app.ledger.transaction() as books:
        holder, tiers = books.get(Tiers, new.holder), books.get(Tiers, new.tiers)
        contract = Subcontract(
            id=f"{normalised(new.marche)}:{tiers.id}",
            marche=new.marche,
            key=normalised(new.marche),
            holder=holder.id,
            tiers=tiers.id,
            firm=tiers.siren,
            name=tiers.name,
            ceiling=new.ceiling,
            reverse_charge=new.reverse_charge,
        )
        _check_subcontract(contract, holder, already_ordered(books, contract))
        books.save(contract)
        keep(app, books, deed, stored, kept_for(RIGHT, contract.id))
        mode = ", en autoliquidation" if new.reverse_charge else ""
        motif = f"sous-traitant de {holder.name} sur le marché {new.marche}, plafond {french(new.ceiling)}{mode}"
        books.record(app.event(Subject.TIERS, tiers.siren, "", "sous-traitant accepté", motif))
    return contract


def _check_subcontract(contract: Subcontract, holder: Tiers, ordered: Decimal) -> None:
    if not contract.key:
        message = "Donnez le numéro du marché, par exemple 2025-17."
        raise RuleError(message)
    if contract.firm == holder.siren:
        message = f"{contract.name} est le titulaire lui-même : il n'est pas son propre sous-traitant."
        raise RuleError(message)
    if contract.ceiling <= ZERO or contract.ceiling < ordered:
        message = (
            f"Plafond de {french(contract.ceiling)} : il doit dépasser zéro, et les {french(ordered)} déjà mandatés à "
            f"{contract.name} sur le marché {contract.marche}."
        )
        raise RuleError(message)


def end_subcontract(app: App, who: Person, key: str, motif: str) -> Subcontract:
    """End a subcontract: its invoices wait from now on; raises Forbidden, UnknownRecord, RuleError: ended already."""
    app = app.on_behalf_of(who, Act.REGISTER)
    with app.ledger.transaction() as books:
        contract = replace(_running(books.get(Subcontract, key)), ended_on=app.clock.today())
        told = for_journal(f"Sous-traitance {key}", motif)
        books.save(contract)
        books.record(app.event(Subject.TIERS, contract.firm, "sous-traitant accepté", "sous-traitance retirée", told))
    return contract


def hand_over(app: App, who: Person, new: NewAssignment, deed: Given, trace: str) -> Assignment:
    """Write down a claim handed over, with the trace of a first call-back; a second person confirms it.

    Raises:
        Forbidden, UnknownRecord; DocumentError; RuleError: no trace, or the firm has handed the same over to another.
    """
    app = app.on_behalf_of(who, Act.CLEAR_BANK)
    stored = store(app, deed)
    with app.ledger.transaction() as books:
        supplier, factor = books.get(Tiers, new.supplier), books.get(Tiers, new.factor)
        _check_new(books, supplier, factor, normalised(new.marche))
        year = app.clock.today().year
        claim = Assignment(
            id=f"C{year}-{books.next_number(f'cession-{year}'):04d}",
            firm=supplier.siren,
            supplier=supplier.name,
            factor=factor.id,
            payee=factor.name,
            marche=new.marche,
            key=normalised(new.marche),
            notified_on=new.notified_on,
        ).called(CallBack(by=who.id, at=app.clock.now(), trace=" ".join(trace.split())))
        books.save(claim)
        keep(app, books, deed, stored, kept_for(RIGHT, claim.id))
        scope = f"marché {new.marche}" if new.marche else "toutes ses factures"
        motif = f"cession à {factor.name} ({scope}), notifiée au comptable le {new.notified_on:%d/%m/%Y} : {trace}"
        books.record(app.event(Subject.TIERS, claim.firm, "", "cession à confirmer", motif))
    return claim


def _check_new(books: Books, supplier: Tiers, factor: Tiers, key: str) -> None:
    if supplier.siren == factor.siren:
        message = f"{supplier.name} ne peut pas se céder sa propre créance."
        raise RuleError(message)
    for other in books.find(Assignment, firm=supplier.siren, key=key):
        if other.ended_on is None:
            message = (
                f"{supplier.name} a déjà cédé la même créance à {other.payee} ({other.id}). Terminez cette cession "
                "avec la mainlevée (dematfin tiers affacturage retirer) avant d'en enregistrer une autre."
            )
            raise RuleError(message)


def confirm_assignment(app: App, who: Person, key: str, trace: str) -> Assignment:
    """Confirm a claim handed over, after another call-back.

    Raises:
        Forbidden, UnknownRecord; RuleError: confirmed already, no trace; SeparationOfDuties: the same person twice.
    """
    app = app.on_behalf_of(who, Act.CLEAR_BANK)
    with app.ledger.transaction() as books:
        call = CallBack(by=who.id, at=app.clock.now(), trace=" ".join(trace.split()))
        claim = books.get(Assignment, key).called(call)
        books.save(claim)
        told = for_journal(f"Cession {key}", call.trace)
        motif = f"cession de {claim.supplier} à {claim.payee} confirmée : {told} ({who.name})"
        now, marks = "cession confirmée", {EXCEPTION: Exceptional.CLAIM_CONFIRMED}
        books.record(app.event(Subject.TIERS, claim.firm, "cession à confirmer", now, motif, **marks))
    return claim


def end_assignment(app: App, who: Person, key: str, motif: str) -> Assignment:
    """End a cession (mainlevée): the supplier is paid again; raises Forbidden, UnknownRecord, RuleError: ended."""
    app = app.on_behalf_of(who, Act.CLEAR_BANK)
    with app.ledger.transaction() as books:
        claim = replace(_running(books.get(Assignment, key)), ended_on=app.clock.today())
        told = for_journal(f"Cession {key}", motif)
        books.save(claim)
        books.record(app.event(Subject.TIERS, claim.firm, "cession", "cession terminée", f"{claim.payee} : {told}"))
    return claim


R = TypeVar("R", Subcontract, Assignment)


def _running(record: R) -> R:
    """Return what has not ended; the day of its end is written once."""
    if record.ended_on is not None:
        message = f"{record.id} est déjà terminé depuis le {record.ended_on:%d/%m/%Y} : il n'y a rien à retirer."
        raise RuleError(message)
    return record


def subcontracts(app: App, who: Person) -> tuple[tuple[Subcontract, Decimal], ...]:
    """Return the subcontracts, with what mandats have ordered on each."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        return tuple((one, already_ordered(books, one)) for one in books.find(Subcontract))


def assignments(app: App, who: Person) -> tuple[Assignment, ...]:
    """Return the claims handed over."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        return books.find(Assignment)
