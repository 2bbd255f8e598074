"""Who sits at which desk before which folder: what every decision checks first, inside its transaction."""

from dataclasses import dataclass
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import Exceptional, exceptions
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.person import Person
from dematfin.domain.parties.waiver import Duty, Waiver
from dematfin.domain.reception import UNREAD, Reception
from dematfin.domain.visa.decision import Decision, DecisionKind
from dematfin.domain.visa.delegation import Delegation, seats
from dematfin.domain.visa.folder import FolderState, VisaFolder, folder_id
from dematfin.errors import Conflict, Forbidden, RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.folders import shown
from dematfin.steps.separation import waivers

PASSED: Final = frozenset({Exceptional.FORCED, Exceptional.DISTINCT})
"""What lets an invoice through that a control has stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """A person before a folder.

    Attributes:
        desk: the awaited desk at which the person sits; `absent` its owner who is away, if any.
        seen: fingerprint of the documents as they are now.
    """

    invoice: Invoice
    folder: VisaFolder
    desk: str
    absent: Person | None
    seen: str

    def decision(self, app: App, who: Person, kind: DecisionKind, comment: str) -> Decision:
        """Return what this person says now, from this desk, of these documents."""
        return Decision(
            kind=kind,
            desk=self.desk,
            by=who.id,
            on_behalf_of=self.absent.id if self.absent else "",
            at=app.clock.now(),
            comment=comment,
            seen=self.seen,
        )

    def names(self, who: Person) -> str:
        """Name who decides, as the slip does."""
        return f"{who.name}, en l'absence de {self.absent.name}" if self.absent else who.name

    def waivers(self, app: App, who: Person) -> tuple[Waiver, ...]:
        """Return the exception of whoever entered the invoice, or let a control pass, and certifies it.

        Raises:
            SeparationOfDuties: the commune is not a small one.
        """
        written = [one.event for one in app.ledger.history(Subject.INVOICE, (self.invoice.id,))]
        entered = self.invoice.origin is Origin.SCAN and written[0].by == who.id
        passed = any(one.by == who.id and PASSED.intersection(exceptions(one)) for one in written)
        done = [f"saisi la facture {self.invoice.id}"] * entered
        done += [f"levé un contrôle de la facture {self.invoice.id}"] * passed
        return waivers(app, who, Duty.VISA, self.invoice.id, done)


def sit_at(app: App, books: Books, who: Person, invoice_id: str, seen: str = "") -> Sitting:
    """Return the folder of an invoice as this person may decide on it.

    Raises:
        Forbidden: the person sits at none of its desks today.
        Conflict: the documents are not those that were `seen`.
        RuleError: it awaits no visa, or its visa is given in a bought i-Parapheur.
    """
    invoice = books.get(Invoice, invoice_id)
    folder = folder_of(books, invoice)
    check_here(folder)
    now = shown(books, invoice, folder.id)
    mine = seats(who, books.find(Person), books.find(Delegation), app.clock.today())
    desks = folder.desks or folder.step.desks
    desk = next((one for one in desks if one in mine), "")
    if not desk:
        message = f"{who.name} n'a pas accès au bureau {folder.desk}, qui doit viser la facture {invoice.id}."
        raise Forbidden(message)
    if seen and seen != now:
        message = f"Facture {invoice.id} : ses documents ont changé depuis que vous l'avez ouverte. Rouvrez-la."
        raise Conflict(message)
    absent = books.get(Person, mine[desk]) if mine[desk] else None
    return Sitting(invoice=invoice, folder=folder, desk=desk, absent=absent, seen=now)


def taken(books: Books, who: Person, invoice_id: str, key: str) -> VisaFolder | None:
    """Return the folder when this person's very click was already taken, wherever it lies since."""
    if not key:
        return None
    folder = folder_of(books, books.get(Invoice, invoice_id))
    return folder if any(one.key == key and one.by == who.id for one in folder.decisions) else None


def folder_of(books: Books, invoice: Invoice) -> VisaFolder:
    """Return the folder of an invoice's present episode, or raise RuleError."""
    found = books.find(VisaFolder, id=folder_id(invoice.id, invoice.episode))
    if not found:
        message = f"La facture {invoice.id} n'est pas en attente de visa."
        raise RuleError(message)
    return found[0]


def check_awaited(books: Books, at: Sitting) -> None:
    """Refuse a decision that nobody awaits, or on an invoice whose last version nobody could read; raises RuleError."""
    if at.folder.state is FolderState.DRAFT:
        message = f"La facture {at.invoice.id} attend que chaque bureau de son circuit ait quelqu'un."
        raise RuleError(message)
    if at.folder.state is FolderState.IN_CIRCUIT and at.invoice.state is InvoiceState.TO_CORRECT:
        message = f"La facture {at.invoice.id} est retenue par un contrôle : un agent doit d'abord la reprendre."
        raise RuleError(message)
    if at.folder.state is not FolderState.IN_CIRCUIT or at.invoice.state is not InvoiceState.IN_VISA:
        message = f"La facture {at.invoice.id} n'est pas en attente de visa : la décision est déjà prise."
        raise Conflict(message)
    check_read(books, at.invoice)


def check_here(folder: VisaFolder) -> None:
    """Refuse to decide here on what lies in a bought i-Parapheur; raises RuleError."""
    if folder.remote:
        message = f"La facture {folder.invoice_id} se vise dans l'i-Parapheur (dossier {folder.remote})."
        raise RuleError(message)


def check_read(books: Books, invoice: Invoice) -> None:
    """Refuse a decision on an invoice whose last version nobody could read; raises RuleError."""
    if books.find(Reception, id=invoice.remote_id, state=UNREAD):
        message = (
            f"Facture {invoice.id} : Chorus Pro l'annonce de nouveau et ce qu'elle contient maintenant n'est pas "
            "encore lu. Attendez le prochain import ; si elle est en quarantaine, voyez dematfin chorus etat."
        )
        raise RuleError(message)
