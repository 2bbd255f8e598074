"""What a head of service looks at: a queue, the most pressing first, and one folder."""

from dataclasses import dataclass, replace
from datetime import timedelta
from heapq import nsmallest
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.invoice import Invoice, search_key
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.visa.circuit import DEFAULT, Circuit, desks_of
from dematfin.domain.visa.delegation import Delegation, seats, staffed
from dematfin.domain.visa.folder import VisaFolder, folder_id
from dematfin.domain.visa.supporting import Supporting, seen_together
from dematfin.domain.visa.task import VisaTask
from dematfin.errors import PaperRefused, UnknownRecord
from dematfin.ports.app import App
from dematfin.ports.ledger import Between, Books, WrittenEvent
from dematfin.steps.folders import keep_folder, supporting
from dematfin.steps.sitting import folder_of

ALL: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What part of a queue is asked for; `most` folders at most.

    Attributes:
        words: found in the supplier's name, the number, the engagement or the identifier of an invoice.
    """

    desk: str = ""
    late: bool = False
    words: str = ""
    most: int = ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One folder of a queue.

    Attributes:
        absent: name of the owner in whose absence this person may decide, if any.
    """

    task: VisaTask
    folder: VisaFolder
    invoice: Invoice
    absent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderView:
    """One folder with all that it holds; `seen` is the fingerprint of its documents, which a decision repeats."""

    folder: VisaFolder
    invoice: Invoice
    added: tuple[Supporting, ...]
    names: dict[str, str]
    seen: str
    mine: bool


EVERYTHING: Final = Filter()


def queue(app: App, who: Person, wanted: Filter = EVERYTHING) -> tuple[Waiting, ...]:
    """Return the folders that wait for this person's visa, or for anybody's when that person visas nothing.

    First those whose legal delay of payment ends first, then those whose visa is due first.
    """
    who.require(Act.READ)
    today = app.clock.today()
    with app.ledger.reading() as books:
        people = books.find(Person)
        mine = seats(who, people, books.find(Delegation), today) if who.may(Act.VISA) else None
        where: dict[str, object] = {"due_on": Between(high=today - timedelta(days=1))} if wanted.late else {}
        found = _tasks(books, mine, replace(wanted, most=ALL) if wanted.words else wanted, where)
        names = {person.id: person.name for person in people}
        waiting = [one for one in _waiting(books, found, mine or {}, names) if _speaks_of(one.invoice, wanted.words)]
        return tuple(waiting[: wanted.most])


def view(app: App, who: Person, invoice_id: str) -> FolderView:
    """Return one folder; raises UnknownRecord, also for a head of service who sits at none of its desks."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        invoice = books.get(Invoice, invoice_id)
        people = books.find(Person)
        seated = seats(who, people, books.find(Delegation), app.clock.today())
        folder = folder_of(books, invoice) if who.may(Act.OVERSEE) else _before_a_desk_of(books, invoice, seated)
        added = supporting(books, folder.id)
    return FolderView(
        folder=folder,
        invoice=invoice,
        added=added,
        names={person.id: person.name for person in people},
        seen=seen_together(invoice, added),
        mine=bool(set(folder.desks) & set(seated)),
    )


def timeline(app: App, who: Person, invoice_id: str) -> tuple[WrittenEvent, ...]:
    """Return all that happened to an invoice and its folders, oldest first; raises UnknownRecord as `view`."""
    who.require(Act.READ)
    view(app, who, invoice_id)
    return app.ledger.history(keys=(invoice_id,))


def lively(app: App, who: Person, document: DocumentRef) -> tuple[str, ...]:
    """Return what a PDF would do besides being read, in words to show before it is opened."""
    who.require(Act.READ)
    try:
        with app.documents.local(document) as path:
            return app.paper.lively(path)
    except PaperRefused:
        return ("de quoi empêcher de l'examiner (il est protégé, ou abîmé)",)


def my_desks(app: App, who: Person) -> tuple[str, ...]:
    """Return the desks at which a person sits today, their own and those of absent owners."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        return tuple(seats(who, books.find(Person), books.find(Delegation), app.clock.today()))


def all_desks(app: App, who: Person) -> tuple[str, ...]:
    """Return the desks that somebody owns: where a folder may be passed on to."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        return tuple(sorted(staffed(books.find(Person))))


def mark_read(app: App, who: Person, invoice_id: str) -> None:
    """Remember that somebody of an awaited desk has opened a folder: the desk before can no more take its visa back."""
    app = app.on_behalf_of(who, Act.READ)
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        folder = folder_of(books, invoice)
        seated = seats(who, books.find(Person), books.find(Delegation), app.clock.today())
        if set(folder.desks) & set(seated) and who.id not in folder.step.read_by:
            keep_folder(app, books, folder, folder.read(who.id), invoice, f"dossier ouvert par {who.name}")


def circuits(app: App, who: Person) -> tuple[Circuit, ...]:
    """Return the circuits of the configuration, the usual one included; those in use with their last version."""
    who.require(Act.READ)
    configured = {one.key: one for one in (DEFAULT, *app.policy.circuits)}
    with app.ledger.reading() as books:
        kept = books.find(Circuit, key=tuple(configured))
    used = {one.key: one for one in sorted(kept, key=lambda one: one.version) if one.steps == configured[one.key].steps}
    return tuple(used.get(key, one) for key, one in configured.items())


def empty_desks(app: App, who: Person) -> tuple[tuple[str, str], ...]:
    """Return each desk of a circuit that nobody owns, with the circuit; the default desk stands for the service."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        manned = staffed(books.find(Person))
    found = {
        (desk, circuit.key): None
        for circuit in (DEFAULT, *app.policy.circuits)
        for step in circuit.steps
        for desk in desks_of(step, app.policy.default_desk)
        if desk not in manned
    }
    return tuple(found)


def _speaks_of(invoice: Invoice, words: str) -> bool:
    key = search_key(words)
    said = (invoice.supplier_key, search_key(invoice.number), search_key(invoice.engagement), invoice.id)
    return any(key in one for one in said)


def _before_a_desk_of(books: Books, invoice: Invoice, seated: dict[str, str]) -> VisaFolder:
    """Return the folder when it goes through one of these desks; otherwise it is told as one that never was."""
    found = books.find(VisaFolder, id=folder_id(invoice.id, invoice.episode))
    if not found or not {desk for step in found[0].steps for desk in step.desks} & set(seated):
        message = f"« {invoice.id} » n'existe pas dans le registre."
        raise UnknownRecord(message)
    return found[0]


def _tasks(books: Books, mine: dict[str, str] | None, wanted: Filter, where: dict[str, object]) -> list[VisaTask]:
    """Return the most pressing tasks, desk by desk: each walks its own index."""
    if mine is None:
        desks = {"desk": wanted.desk} if wanted.desk else {}
        return list(books.first(VisaTask, wanted.most, "urgency", waiting=True, **desks, **where))
    asked = [desk for desk in mine if wanted.desk in {"", desk}]
    found = [
        task
        for desk in asked
        for task in books.first(VisaTask, wanted.most, "urgency", waiting=True, desk=desk, **where)
    ]
    return nsmallest(wanted.most, found, key=lambda task: task.urgency)


def _waiting(books: Books, found: list[VisaTask], mine: dict[str, str], names: dict[str, str]) -> list[Waiting]:
    invoices = {one.id: one for one in books.find(Invoice, id=tuple({task.invoice_id for task in found}))}
    folders = {one.id: one for one in books.find(VisaFolder, id=tuple({task.folder for task in found}))}
    first = {task.folder: task for task in reversed(found)}  # a folder on two desks of one person is shown once
    return [
        Waiting(
            task=task,
            folder=folders[task.folder],
            invoice=invoices[task.invoice_id],
            absent=names.get(mine.get(task.desk, ""), ""),
        )
        for task in sorted(first.values(), key=lambda task: task.urgency)
    ]
