"""What dossiers are made from: every mandat, invoice and flow, and what names them, read once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar

from dematfin.domain import labels
from dematfin.domain.editor.editor_flow import EditorFlow
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice, normalised
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.paper.capture import Capture
from dematfin.domain.reception import Answer, Reception
from dematfin.domain.registers import Engagement
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.remote import RemoteFolder
from dematfin.domain.visa.supporting import Supporting
from dematfin.ports.app import App
from dematfin.ports.ledger import Books, Record

OVER: Final = frozenset({InvoiceState.REFUSED, InvoiceState.CANCELLED, InvoiceState.ELSEWHERE})
"""What an invoice that nobody mandates here has become."""
KEYS: Final = 500
"""Subjects asked of the journal at once."""
R = TypeVar("R", bound=Record)
End = tuple[date | None, str]
"""What a DUA runs from; or None, and why it does not yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything, by what it belongs to.

    Attributes:
        paying: mandats of each invoice; naming: those that name each pièce jointe.
        engagements: the marché of each engagement that is of one.
        marches: the last payment of each marché, or why it is not over.
        ended: day when each invoice without mandat came to its end, as the journal says.
    """

    invoices: Mapping[str, Invoice]
    mandats: Mapping[str, Mandat]
    sheets: Mapping[str, Bordereau]
    imports: Mapping[str, EditorFlow]
    pieces: tuple[Piece, ...]
    folders: Mapping[str, list[VisaFolder]]
    added: Mapping[str, list[Supporting]]
    remotes: Mapping[str, list[RemoteFolder]]
    receptions: Mapping[str, list[Reception]]
    captures: Mapping[str, list[Capture]]
    answers: Mapping[str, list[Answer]]
    paying: Mapping[str, list[Mandat]]
    naming: Mapping[str, list[Mandat]]
    engagements: Mapping[str, str]
    marches: Mapping[str, End]
    ended: Mapping[str, date]

    def end_of(self, invoice: Invoice) -> End:
        """Return what the DUA of an invoice runs from: its marché's last payment, where it has one."""
        return last_of([self.alone(invoice), *(self.marches[one] for one in sorted(self.marches_of(invoice)))])

    def paid_by(self, mandats: Iterable[Mandat]) -> tuple[Invoice, ...]:
        """Return the invoices that some mandats pay, or were to pay."""
        keys = {key for one in mandats for key in one.invoice_ids}
        return tuple(self.invoices[key] for key in sorted(keys) if key in self.invoices)

    def marches_of(self, invoice: Invoice) -> frozenset[str]:
        """Return the marchés of an invoice: its own, its engagement's, its mandats'."""
        return marches_of(invoice, self.paying.get(invoice.id, ()), self.engagements)

    def alone(self, invoice: Invoice) -> End:
        """Return what the DUA of an invoice would run from, were there no marché."""
        live = [one for one in self.paying.get(invoice.id, ()) if one.state is not MandatState.CANCELLED]
        if live:
            return end_of_mandats(live)
        if invoice.state in OVER:
            days = (invoice.notified_on, self.ended.get(invoice.id), invoice.interrupted_on, invoice.resumed_on)
            return max(day for day in days if day), ""
        return None, f"facture {invoice.id} {labels.INVOICE[invoice.state]}"


def scene(app: App, books: Books) -> Scene:
    """Read everything."""
    invoices, mandats = _by_id(books, Invoice), _by_id(books, Mandat)
    engagements = {one.id: one.marche for one in books.find(Engagement) if one.marche}
    paying, naming = defaultdict(list), defaultdict(list)
    for mandat in mandats.values():
        for key in mandat.invoice_ids:
            paying[key].append(mandat)
        for key in mandat.pieces:
            naming[key].append(mandat)
    return Scene(
        invoices=invoices,
        mandats=mandats,
        sheets=_by_id(books, Bordereau),
        imports=_by_id(books, EditorFlow),
        pieces=books.find(Piece),
        folders=_grouped(books, VisaFolder, lambda one: one.invoice_id),
        added=_grouped(books, Supporting, lambda one: one.invoice_id),
        remotes=_grouped(books, RemoteFolder, lambda one: one.invoice_id),
        receptions=_grouped(books, Reception, lambda one: one.invoice_id),
        captures=_grouped(books, Capture, lambda one: one.batch),
        answers=_grouped(books, Answer, lambda one: one.flux),
        paying=paying,
        naming=naming,
        engagements=engagements,
        marches=_marches(invoices.values(), mandats.values(), paying, engagements),
        ended=_ended(app, [one for one in invoices.values() if one.state in OVER]),
    )


def end_of_mandats(mandats: Iterable[Mandat]) -> End:
    """Return the last day of the last exercice in which something was paid; what is not over says why."""
    return last_of([_end(one) for one in mandats])


def _end(mandat: Mandat) -> End:
    over = mandat.state in {MandatState.PAID, MandatState.CANCELLED}
    taken_back = mandat.origin is not None and mandat.state is MandatState.TAKEN_IN_CHARGE  # a réduction is never paid
    if not over and not taken_back:
        return None, f"mandat {mandat.id} {labels.standing(mandat)}"
    days = (date(mandat.exercice, 12, 31), mandat.paid_on, mandat.paid_before, mandat.taken_on)
    return max(day for day in days if day), ""


def last_of(ends: Sequence[End]) -> End:
    """Return the last of several ends; one that is not there yet says why for all."""
    waiting = next((why for day, why in ends if day is None), "")
    days = [day for day, _ in ends if day]
    return (None, waiting or "rien ne dit quand") if waiting or not days else (max(days), "")


def marches_of(invoice: Invoice, mandats: Iterable[Mandat], engagements: Mapping[str, str]) -> frozenset[str]:
    """Return the marchés that an invoice, its engagement or its mandats name."""
    named = (invoice.marche, engagements.get(invoice.engagement_key, ""), *(one.marche for one in mandats))
    return frozenset(normalised(one) for one in named if one)


def _marches(
    invoices: Iterable[Invoice],
    mandats: Iterable[Mandat],
    paying: Mapping[str, Sequence[Mandat]],
    engagements: Mapping[str, str],
) -> dict[str, End]:
    """Return the last payment of each marché; one on which something is under way is not over."""
    ends: dict[str, list[End]] = defaultdict(list)
    for mandat in mandats:
        if mandat.marche:
            ends[normalised(mandat.marche)].append(_end(mandat))
    for invoice in invoices:
        paid_by = paying.get(invoice.id, ())
        for marche in marches_of(invoice, paid_by, engagements):
            under_way = invoice.state not in {*OVER, InvoiceState.TO_PAY}
            why = f"facture {invoice.id} du même marché {labels.INVOICE[invoice.state]}"
            ends[marche] += [(None, why) if under_way else (invoice.notified_on, ""), *map(_end, paid_by)]
    return {marche: last_of(some) for marche, some in ends.items()}


def _ended(app: App, invoices: list[Invoice]) -> dict[str, date]:
    found: dict[str, date] = {}
    for start in range(0, len(invoices), KEYS):
        keys = tuple(one.id for one in invoices[start : start + KEYS])
        for written in app.ledger.history(Subject.INVOICE, keys):
            if written.event.before != written.event.after:
                found[written.event.subject_id] = app.clock.local(written.event.at).date()
    return found


def _by_id(books: Books, kind: type[R]) -> dict[str, R]:
    return {one.id: one for one in books.find(kind)}


def _grouped(books: Books, kind: type[Any], by: Callable[[Any], str]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for one in books.find(kind):
        groups[by(one)].append(one)
    return groups
