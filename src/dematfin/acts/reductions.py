"""An agent takes a mandat back: undoes one that has no number yet, cancels or reduces one that the comptable has."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from dematfin.domain.editor.ownership import check_ours
from dematfin.domain.editor.taken_up import CAME_BACK
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.labels import INVOICE, MANDAT
from dematfin.domain.mandat.exercice import TITRE_773, why_closed
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.liquidation import corrects
from dematfin.domain.mandat.mandat import Mandat, MandatState, Share
from dematfin.domain.mandat.reduction import STANDING, documented, reduction
from dematfin.domain.money import french
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps import editor_again
from dematfin.steps.give_up import give_up
from dematfin.steps.liquidate import next_mandat_id
from dematfin.steps.pieces import pieces_of
from dematfin.steps.reductions import reductions_of

S = MandatState
LEAVING: Final = frozenset({S.PREPARED, S.IN_BORDEREAU, S.REFUSED_AT_GATE})
"""In a bordereau that the comptable has not: it can be set aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be taken back of a mandat: an amount (TTC), what a credit note says, or all that is left."""

    motif: str
    amount: Decimal | None = None
    credit_note: str = ""


def cancel(app: App, who: Person, mandat_id: str, motif: str) -> Mandat:
    """Cancel a mandat: one that waits, or was rejected, is given up; one that the comptable has is taken back whole.

    Of a finance software's, only one that came back and that it will not export again.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, it is in a frozen bordereau, set aside, or of an exercice that is
            closed.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        mandat = books.get(Mandat, mandat_id)
        reason = for_journal(f"Mandat {mandat_id}", motif)
        if mandat.editor and mandat.state in CAME_BACK:
            return editor_again.give_up(app, books, mandat, reason)
        check_ours(mandat)
        if mandat.aside:
            raise _wrong(mandat, f"il est écarté, abandonnez-le (dematfin mandat abandonner {mandat_id} --motif …)")
        if mandat.state is MandatState.REJECTED or (mandat.state is MandatState.PREPARED and not mandat.bordereau):
            return give_up(app, books, mandat, reason)
        return _reduce(app, books, mandat, Wish(motif=reason))


def reduce(app: App, who: Person, mandat_id: str, wish: Wish) -> Mandat:
    """Take back a part of a mandat that the comptable has; a credit note that came too late is its document.

    Raises:
        Forbidden, UnknownRecord; RuleError: as `cancel`, or more than what is left, or not the invoice's credit note.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        mandat = books.get(Mandat, mandat_id)
        check_ours(mandat)
        return _reduce(app, books, mandat, replace(wish, motif=for_journal(f"Mandat {mandat_id}", wish.motif)))


def _reduce(app: App, books: Books, mandat: Mandat, wish: Wish) -> Mandat:
    _check_standing(app, mandat)
    note = _credit_note(books, mandat, wish.credit_note) if wish.credit_note else None
    amount = note.ttc if note else wish.amount
    made = reduction(mandat, reductions_of(books, mandat), amount, mandat_id=next_mandat_id(books, mandat.exercice))
    if note:
        pieces = pieces_of(app, books, note, mandat.exercice)
        share = Share(invoice_id=note.id, amount=note.signed_amount)
        made = documented(made, share, tuple(piece.id for piece in pieces))
        books.save(note.moved(InvoiceState.TO_PAY), *pieces)
        told = f"liquidé : réduction {made.id} du mandat {mandat.id}, {french(made.amount)}"
        books.record(app.event(Subject.INVOICE, note.id, note.state, InvoiceState.TO_PAY, told))
    books.save(made)
    told = f"reprend {french(made.amount)} sur le mandat {mandat.id} n° {mandat.number} : {wish.motif}"
    books.record(app.event(Subject.MANDAT, made.id, "", made.state, told))
    books.record(
        app.event(Subject.MANDAT, mandat.id, mandat.state, mandat.state, f"réduit par {made.id} : {wish.motif}")
    )
    return made


def _check_standing(app: App, mandat: Mandat) -> None:
    if mandat.kind is MandatKind.REDUCTION:
        raise _wrong(mandat, "c'est déjà une réduction : voyez avec le comptable comment revenir dessus")
    if mandat.state not in STANDING:
        raise _wrong(mandat, f"il est {MANDAT[mandat.state]}, {_way_out(mandat)}")
    if why := why_closed(mandat.exercice, app.clock.today(), investment=mandat.investment):
        raise _wrong(mandat, f"{why} : il faut {TITRE_773}")


def _way_out(mandat: Mandat) -> str:
    """Say what to do of what the comptable has not."""
    if mandat.bordereau and mandat.state in LEAVING:
        first = "reprenez d'abord son bordereau (bordereau reprendre) puis " * (mandat.state is S.REFUSED_AT_GATE)
        command = f"dematfin bordereau ecarter {mandat.bordereau} {mandat.id} --motif …"
        return f"il est encore à vous : {first}écartez-le ({command})"
    return "seul un mandat que le comptable a reçu se réduit ; il se corrige, ou s'annule (mandat annuler)"


def _credit_note(books: Books, mandat: Mandat, note_id: str) -> Invoice:
    """Return a certified credit note of an invoice that the mandat pays; the law wants a réduction for it."""
    note = books.get(Invoice, note_id)
    if not any(corrects(note, invoice) for invoice in books.find(Invoice, id=mandat.invoice_ids)):
        raise _wrong(mandat, f"{note_id} n'est pas un avoir d'une facture qu'il paie")
    if note.state is not InvoiceState.SERVICE_FAIT:
        raise _wrong(mandat, f"l'avoir {note_id} est « {INVOICE[note.state]} », il doit d'abord être visé")
    return note


def _wrong(mandat: Mandat, why: str) -> RuleError:
    return RuleError(f"Mandat {mandat.id} : {why}.")
