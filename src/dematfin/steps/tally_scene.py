"""What a page of the journal speaks of, read by batches: the records concerned, and all of their past."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from dematfin.domain.event import Subject
from dematfin.domain.invoice.duplicates import OVER
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.true_age import true_start
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, nomfic
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.paper.batch import Batch
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stay import Stay
from dematfin.errors import UnknownRecord
from dematfin.ports.app import App
from dematfin.ports.ledger import Between, Books, Record, WrittenEvent
from dematfin.steps.made_elsewhere import MANDAT

R = TypeVar("R", bound=Record)
TOGETHER: Final = 1000
"""Histories that are read together."""
LAST: Final = 999_999
"""The greatest count of a NomFic: names of one length sort alike in every base."""
History = dict[int, WrittenEvent]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that a page is counted from.

    Attributes:
        history: what happened to what the page speaks of, up to its last event, in order.
        last: the last stay of each invoice that has one; `settled`: mandats that have their settlement.
        claimed: invoices of which a mandat was paid late already.
    """

    history: tuple[WrittenEvent, ...]
    invoices: Mapping[str, Invoice]
    mandats: Mapping[str, Mandat]
    bordereaux: Mapping[str, Bordereau]
    fluxes: Mapping[str, Flux]
    batches: Mapping[str, Batch]
    true_starts: Mapping[str, date]
    last: dict[str, Stay]
    settled: frozenset[str]
    claimed: frozenset[str]


def scene(app: App, books: Books, page: Sequence[WrittenEvent]) -> Scene:
    """Read what a page of the journal speaks of; raises UnknownRecord when something of it is not in the base."""
    past = _Past(app, page)
    fluxes = _all(books, Flux, past.about(Subject.FLUX))
    carried = tuple(dict.fromkeys(key for one in fluxes.values() for key in one.bordereaux))
    mandats = _all(books, Mandat, past.about(Subject.MANDAT)) | _inside(books, past, carried)
    asked = {key for one in mandats.values() for key in one.invoice_ids}
    concerned = asked | past.about(Subject.INVOICE) | past.about(Subject.FOLDER)
    mandats |= _found(books, Mandat, past.read(Subject.INVOICE, concerned, _named))
    invoices = _all(books, Invoice, concerned)
    held = past.read(Subject.MANDAT, mandats, _frozen_in) | {one.bordereau for one in mandats.values()}
    bordereaux = _found(books, Bordereau, held | set(carried))
    fluxes |= _carrying(books, bordereaux.values())
    past.read(Subject.FLUX, fluxes, _nothing)
    return Scene(
        history=past.until_the_end(),
        invoices=invoices,
        mandats=mandats,
        bordereaux=bordereaux,
        fluxes=fluxes,
        batches=_all(books, Batch, past.about(Subject.BATCH)),
        true_starts=_true_starts(books, invoices.values()),
        last=_last(books, invoices),
        claimed=frozenset(one.invoice_id for one in books.find(Settlement, invoice_id=tuple(invoices)) if one.late),
        settled=frozenset(one.id for one in books.find(Settlement, id=tuple(past.about(Subject.MANDAT)))),
    )


class _Past:
    """The events of a page, and those that are read beside them."""

    def __init__(self, app: App, page: Sequence[WrittenEvent]) -> None:
        self._app = app
        self._page = page
        self._known: History = {one.sequence: one for one in page}

    def about(self, subject: Subject) -> set[str]:
        """Return what the page speaks of."""
        return {one.event.subject_id for one in self._page if one.event.subject is subject}

    def read(self, subject: Subject, ids: Collection[str], tells: Callable[[WrittenEvent], Iterable[str]]) -> set[str]:
        """Read histories; return the ids that they tell."""
        keys, told = sorted(ids), set[str]()
        for start in range(0, len(keys), TOGETHER):
            for one in self._app.ledger.history(subject, keys[start : start + TOGETHER]):
                self._known[one.sequence] = one
                told.update(tells(one))
        return told

    def until_the_end(self) -> tuple[WrittenEvent, ...]:
        """Return all that was read, up to the last event of the page."""
        end = max((one.sequence for one in self._page), default=0)
        return tuple(self._known[place] for place in sorted(self._known) if place <= end)


def _inside(books: Books, past: _Past, sheets: Collection[str]) -> dict[str, Mandat]:
    """Return the mandats of bordereaux: those that left one, or came back and went in another, have been there too."""
    listed = {key for one in books.find(Bordereau, id=tuple(sheets)) for key in one.mandats}
    now = {one.id: one for one in books.find(Mandat, bordereau=tuple(sheets))}
    return now | _found(books, Mandat, (listed | past.read(Subject.BORDEREAU, sheets, _gone)) - now.keys())


def _named(one: WrittenEvent) -> Iterable[str]:
    """The journal of an invoice names its mandats."""
    return MANDAT.findall(one.event.motif)


def _gone(one: WrittenEvent) -> Iterable[str]:
    """That of a bordereau names those that have left it."""
    return filter(None, (one.event.data.get("mandat"),))


def _frozen_in(one: WrittenEvent) -> Iterable[str]:
    return filter(None, (one.event.data.get("bordereau"),))


def _nothing(_: WrittenEvent) -> Iterable[str]:
    return ()


def _found(books: Books, kind: type[R], ids: Collection[str]) -> dict[str, R]:
    return {one.id: one for one in books.find(kind, id=tuple(sorted(ids)))}


def _all(books: Books, kind: type[R], ids: Collection[str]) -> dict[str, R]:
    """Return records that must all be there."""
    found = _found(books, kind, ids)
    if missing := sorted(set(ids) - found.keys()):
        message = (
            f"le journal parle de {', '.join(missing)}, qui n'est pas dans la base. Restaurez une sauvegarde complète, "
            "ou prévenez l'exploitant : ce qu'il en dit n'est pas compté d'ici là."
        )
        raise UnknownRecord(message)
    return found


def _carrying(books: Books, sheets: Iterable[Bordereau]) -> dict[str, Flux]:
    """Return the flows of bordereaux: also those that were dropped, which no bordereau names any more."""
    found: dict[str, Flux] = {}
    named: set[str] = set()
    for one in sheets:
        named |= {one.flux, *one.sent_before} - {""}
        low, high = (nomfic(one.siret, one.exercice, one.number, count) for count in (0, LAST))
        found |= {flux.id: flux for flux in books.find(Flux, id=Between(low=low, high=high))}
    return found | _found(books, Flux, named - found.keys())


def _true_starts(books: Books, invoices: Collection[Invoice]) -> dict[str, date]:
    """Return when each invoice, or what it replaces, first came; only firms of which one was refused need a search."""
    firms = tuple(sorted({one.supplier_siren for one in invoices} - {""}))
    over = books.find(Invoice, supplier_siren=firms, state=tuple(OVER))
    refused = tuple(sorted({one.supplier_siren for one in over}))
    numbers = tuple(sorted({one.number_key for one in over}))
    orders = tuple(sorted({one.engagement_key for one in over} - {""}))
    alike = (
        *books.find(Invoice, supplier_siren=refused, number_key=numbers),
        *books.find(Invoice, supplier_siren=refused, engagement_key=orders),
    )
    by_firm: dict[str, dict[str, Invoice]] = {}
    for one in (*over, *alike):
        by_firm.setdefault(one.supplier_siren, {})[one.id] = one
    return {one.id: true_start(one, by_firm.get(one.supplier_siren, {}).values()) for one in invoices}


def _last(books: Books, invoices: Collection[str]) -> dict[str, Stay]:
    stays = books.find(Stay, invoice_id=tuple(invoices))
    return {one.invoice_id: one for one in sorted(stays, key=lambda one: (one.invoice_id, len(one.id), one.id))}
