"""How things stand with Chorus Pro: what it has told us, what we have still to tell it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.intention import Intention, IntentionState, SupplierStatus, intention_id
from dematfin.domain.invoice.chorus import Stage, said, stage
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.reception import Cursor, Reception, ReceptionState
from dematfin.domain.registers import StructureRules
from dematfin.errors import ConnectorError, RuleError
from dematfin.ports.app import App
from dematfin.steps.intake import cursor_id

IN_THE_ACCOUNTS: Final = frozenset({"COMPTABILISEE", "MISE_EN_PAIEMENT"})
"""Hélios posts these of a mandat that it has; one whose flow is still here it has not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One technical account.

    Attributes:
        trouble: why it cannot be used now, empty when it can.
        read_on: last day whose list was read, None before the first import.
    """

    name: str
    trouble: str
    read_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The whole picture.

    Attributes:
        announced: listed and not fetched; `watched`: their status is unknown to us.
        open, refused: what Chorus Pro was not told yet, or refuses.
        unknown_mandats: the mandats of which it will never hear, told too late.
    """

    doors: tuple[Door, ...]
    structures: tuple[StructureRules, ...]
    announced: tuple[Reception, ...]
    quarantined: tuple[Reception, ...]
    watched: tuple[Reception, ...]
    open: tuple[Intention, ...]
    refused: tuple[Intention, ...]
    unknown_mandats: tuple[Intention, ...]


def standing(app: App, who: Person) -> Standing:
    """Try each account, and gather what the ledger remembers of Chorus Pro."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        cursors = {cursor.id: cursor.day for cursor in books.find(Cursor)}
    doors = tuple(_door(app, name, cursors.get(cursor_id(name))) for name in app.source.doors())
    untold = {"state": IntentionState.GIVEN_UP, "status": SupplierStatus.MANDATEE}
    with app.ledger.reading() as books:  # not while the neighbour is waited for
        return Standing(
            doors=doors,
            structures=books.find(StructureRules),
            announced=books.find(Reception, state=ReceptionState.LISTED),
            quarantined=books.find(Reception, state=ReceptionState.QUARANTINED),
            watched=books.find(Reception, state=ReceptionState.WATCHED),
            open=books.find(Intention, state=IntentionState.OPEN),
            refused=books.find(Intention, state=IntentionState.REFUSED),
            unknown_mandats=tuple(one for one in books.find(Intention, **untold) if one.mandat),
        )


def admit(app: App, who: Person, invoice_id: str, motif: str) -> Invoice:
    """Say, after asking the comptable, that the mandat which Chorus Pro shows is ours: its flow may leave.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, nothing is held, Chorus Pro does not show it mandated, or it
            shows it in the accounts already.
    """
    app = app.on_behalf_of(who, Act.HOLD)
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        reason = for_journal(f"Facture {invoice_id}", motif)
        key = intention_id(invoice.remote_id, invoice.episode, SupplierStatus.MANDATEE)
        held = books.find(Intention, id=key, state=IntentionState.REFUSED)
        _check_admissible(invoice, held)
        told = f"mandat n° {held[0].mandat} reconnu dans Chorus Pro par {who.name} : {reason}"
        books.save(replace(held[0], state=IntentionState.DONE, outcome=told))
        marks = {EXCEPTION: Exceptional.CHORUS_ADMITTED}
        books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, invoice.state, told, **marks))
    return invoice


def _check_admissible(invoice: Invoice, held: Sequence[Intention]) -> None:
    if not held:
        message = f"Facture {invoice.id} : Chorus Pro n'a pas refusé son mandat, il n'y a rien à admettre."
        raise RuleError(message)
    if stage(invoice.remote_status) is not Stage.MANDATED:
        message = (
            f"Facture {invoice.id} : Chorus Pro la montre « {said(invoice.remote_status)} » et non mandatée, son flux "
            "ne doit pas partir. Si cela a changé : dematfin chorus synchroniser."
        )
        raise RuleError(message)
    if invoice.remote_status in IN_THE_ACCOUNTS:
        message = (
            f"Facture {invoice.id} : Chorus Pro la montre « {said(invoice.remote_status)} » alors que notre flux n'est "
            "pas parti. Le comptable paie donc un autre mandat que le nôtre : voyez avec lui, elle serait payée deux "
            "fois."
        )
        raise RuleError(message)


def _door(app: App, name: str, read_on: date | None) -> Door:
    try:
        app.source.check(name)
    except ConnectorError as error:
        return Door(name=name, trouble=str(error), read_on=read_on)
    return Door(name=name, trouble="", read_on=read_on)
