"""An agent takes a mandat back: undoes one that has no number yet, cancels or reduces one that the comptable has."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.labels import INVOICE, MANDAT
from dematfin.domain.mandat.exercice import why_closed
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
from dematfin.steps.credits import undo
from dematfin.steps.liquidate import next_mandat_id
from dematfin.steps.pieces import pieces_of
from dematfin.steps.reductions import reductions_of

WAYS_OUT: Final = {
    MandatState.IN_BORDEREAU: "Écartez-le de son bordereau (bordereau ecarter), puis abandonnez-le (mandat abandonner)",
    MandatState.CANCELLED: "Il n'y a rien à faire",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be taken back of a mandat: an amount (TTC), what a credit note says, or all that is left."""

    motif: str
    amount: Decimal | None = None
    credit_note: str = ""


def cancel(app: App, who: Person, mandat_id: str, motif: str) -> Mandat:
    """Cancel a mandat: one without a number is undone at once, one that the comptable has is taken back for the whole.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, it is in a frozen bordereau, or of an exercice that is closed.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        mandat = books.get(Mandat, mandat_id)
        reason = for_journal(f"Mandat {mandat_id}", motif)
        if mandat.state is MandatState.PREPARED and not (mandat.bordereau or mandat.number or mandat.burnt):
            return _undo(app, books, mandat, reason)
        return _reduce(app, books, mandat, Wish(motif=reason))


def reduce(app: App, who: Person, mandat_id: str, wish: Wish) -> Mandat:
    """Take back a part of a mandat that the comptable has; a credit note that came too late is its document.

    Raises:
        Forbidden, UnknownRecord; RuleError: as `cancel`, or more than what is left, or not the invoice's credit note.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        mandat = books.get(Mandat, mandat_id)
        return _reduce(app, books, mandat, replace(wish, motif=for_journal(f"Mandat {mandat_id}", wish.motif)))


def _undo(app: App, books: Books, mandat: Mandat, reason: str) -> Mandat:
    """Undo what has no number: its invoices may be mandated again, what it took is given back."""
    undone = replace(mandat.moved(MandatState.CANCELLED), reason=reason)
    undo(books, mandat)
    books.save(undone)
    books.record(app.event(Subject.MANDAT, mandat.id, mandat.state, undone.state, f"annulé avant bordereau : {reason}"))
    for invoice in books.find(Invoice, id=mandat.invoice_ids, state=InvoiceState.TO_PAY):
        freed = invoice.moved(InvoiceState.SERVICE_FAIT)
        books.save(freed)
        told = f"son mandat {mandat.id} est annulé avant bordereau : à mandater de nouveau"
        books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, freed.state, told))
    return undone


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
        told = f"il est {MANDAT[mandat.state]} : seul un mandat que le comptable a reçu s'annule ou se réduit. "
        raise _wrong(mandat, told + WAYS_OUT.get(mandat.state, "Corrigez-le (mandat corriger, mandat ventiler)"))
    if why := why_closed(mandat.exercice, app.clock.today(), investment=mandat.investment):
        raise _wrong(mandat, f"{why} : il faut un titre de recettes au compte 773, à émettre hors de dematfin")


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
