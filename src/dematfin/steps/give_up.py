"""Give up: a mandat that will never be sent again; what it took, its number and its invoices are free again."""

from collections.abc import Iterable

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import Exceptional
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.labels import MANDAT
from dematfin.domain.mandat.aside import abandoned
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.money import french
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.credits import undo
from dematfin.steps.intentions import announced
from dematfin.steps.reductions import living_reductions


def give_up(app: App, books: Books, mandat: Mandat, reason: str) -> Mandat:
    """Cancel a mandat that waits, or that the comptable rejected.

    An invoice that Chorus Pro shows as mandated stays so: it is mandated once only, whatever becomes of its mandat.

    Raises:
        RuleError: it is reduced, or was paid in part; or Chorus Pro was told a number that another mandat would take.
    """
    _check_whole(books, mandat)
    known = _integrated(books, mandat)
    invoices = books.find(Invoice, id=mandat.invoice_ids, state=InvoiceState.TO_PAY)
    told = {one.id for one in invoices if announced(books, one)}
    if told and not known:
        raise _announced(mandat, told)
    gone = abandoned(mandat, reason, known=known)
    undo(books, mandat)
    books.save(gone)
    was = "écarté" if mandat.aside else mandat.state
    books.record(
        app.event(
            Subject.MANDAT, mandat.id, was, gone.state, f"abandonné : {reason}", exception=Exceptional.MANDAT_ABANDONED
        )
    )
    for invoice in invoices:
        _free(app, books, invoice, gone, shown=invoice.id in told)
    return gone


def _free(app: App, books: Books, invoice: Invoice, gone: Mandat, *, shown: bool) -> None:
    after = invoice if shown else invoice.moved(InvoiceState.SERVICE_FAIT)
    there = " ; Chorus Pro la montre mandatée, elle n'est pas à mandater de nouveau" if shown else ""
    books.save(after)
    motif = f"son mandat {gone.id} est abandonné : {gone.reason}{there}"
    books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, after.state, motif))


def _check_whole(books: Books, mandat: Mandat) -> None:
    if alive := living_reductions(books, mandat).get(mandat.id):
        why = f"il est réduit par {', '.join(alive)} : annulez ou abandonnez d'abord cette réduction"
    elif mandat.paid:
        why = f"{french(mandat.paid)} ont déjà été versés, il est {MANDAT[mandat.state]} : voyez avec le comptable"
    else:
        return
    message = f"Mandat {mandat.id} : {why}."
    raise RuleError(message)


def _integrated(books: Books, mandat: Mandat) -> bool:
    """Whether the comptable has had it in a bordereau that was accepted: only one that he rejected is issued again."""
    series = {"siret": mandat.siret, "exercice": mandat.exercice}
    return any(mandat.id in one.mandats for one in books.find(Bordereau, **series))


def _announced(mandat: Mandat, told: Iterable[str]) -> RuleError:
    return RuleError(
        f"Mandat {mandat.id} : Chorus Pro montre déjà {', '.join(sorted(told))} « mandatée » sous le n° "
        f"{mandat.number}, cela ne se retire pas. Réintégrez-le (dematfin bordereau reintegrer) ; si la somme n'est "
        "pas due, il s'annule par un mandat d'annulation, une fois pris en charge."
    )
