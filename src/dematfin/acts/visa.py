"""A head of service says yes or no: the click and the invoice's new state are one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from dematfin.domain.labels import MOTIVE
from dematfin.domain.money import french
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.parties.waiver import marks, told
from dematfin.domain.visa.decision import DecisionKind, Motive
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.errors import DematfinError, RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps import decide
from dematfin.steps.folders import keep_folder
from dematfin.steps.sitting import Sitting, check_awaited, sit_at, taken

LONGEST_COMMENT: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """How a decision reached us.

    Attributes:
        key: of the click: the same one again changes nothing and gives the same answer.
        seen: fingerprint of the documents shown to the person; when it is given, they must not have changed.
    """

    key: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFait:
    """What is certified: the day when the service was done, and the TTC admitted when it was done in part.

    Without a day, the one that an earlier desk gave holds.
    """

    executed_on: date | None
    admitted: Decimal | None = None


BY_KEYBOARD: Final = Click()


def approve(
    app: App,
    who: Person,
    invoice_id: str,
    done: ServiceFait,
    comment: str = "",
    click: Click = BY_KEYBOARD,
) -> VisaFolder:
    """Certify that the service was done; the legal delay may start later because of it.

    Raises:
        Forbidden: wrong role, or another desk's folder.
        SeparationOfDuties: the same person entered this invoice.
        Conflict: somebody has decided, or the documents have changed, meanwhile.
        RuleError: a day in the future or none at all, an amount that cannot be admitted, a comment that is too long, or
            the supplier has sent it again and nobody could read it yet.
    """
    app = app.on_behalf_of(who, Act.VISA)
    _check_words(invoice_id, comment)
    with app.ledger.transaction() as books:
        if done_before := taken(books, who, invoice_id, click.key):
            return done_before
        at = sit_at(app, books, who, invoice_id, click.seen)
        check_awaited(books, at)
        _check_day(app, books, at, done)
        _check_part(at, done, comment)
        waivers = at.waivers(app, who)
        given = at.decision(app, who, DecisionKind.VISA, comment)
        decision = replace(given, executed_on=done.executed_on, admitted=done.admitted, key=click.key)
        folder = at.folder.decided(decision, app.clock.today(), app.policy.deadline)
        motif = f"{_said(folder, done)}, visé par {at.names(who)}{told(waivers)}"
        books.save(*waivers)
        keep_folder(app, books, at.folder, folder, at.invoice, _with(comment, motif), **marks(waivers))
        if folder.state is FolderState.APPROVED:
            decide.certify(app, books, at.invoice, folder, motif)
    return folder


def refuse(
    app: App, who: Person, invoice_id: str, motive: Motive, comment: str, click: Click = BY_KEYBOARD
) -> VisaFolder:
    """Refuse an invoice: back to the agent when it is only misdirected, back to the supplier otherwise.

    Raises:
        Forbidden, Conflict, RuleError: as `approve`; a comment is required, short enough for Chorus Pro when the
            supplier reads it.
    """
    app = app.on_behalf_of(who, Act.VISA)
    _check_words(invoice_id, comment)
    if not comment.strip():
        message = f"Facture {invoice_id} : un refus doit être expliqué. Ajoutez un commentaire."
        raise RuleError(message)
    with app.ledger.transaction() as books:
        if done_before := taken(books, who, invoice_id, click.key):
            return done_before
        at = sit_at(app, books, who, invoice_id, click.seen)
        check_awaited(books, at)
        given = at.decision(app, who, DecisionKind.REFUSAL, comment)
        decision = replace(given, motive=motive, key=click.key)
        folder = at.folder.decided(decision, app.clock.today(), app.policy.deadline)
        motif = f"{MOTIVE[motive]} ({at.names(who)}) : {comment}"
        keep_folder(app, books, at.folder, folder, at.invoice, motif)
        decide.refuse(app, books, at.invoice, motive, motif, comment)
    return folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one folder of a batch: the folder, or the sentence that says why not."""

    invoice_id: str
    folder: VisaFolder | None = None
    refusal: str = ""


def approve_many(
    app: App, who: Person, chosen: Mapping[str, str], done: ServiceFait, key: str = ""
) -> tuple[Settled, ...]:
    """Certify several invoices, each in its own transaction: one that cannot be stops none of the others.

    `chosen` gives, for each invoice, the fingerprint of the documents that were shown, or an empty text; `key` is that
    of the one click.
    """
    who.require(Act.VISA)
    results = []
    for invoice_id, seen in chosen.items():
        try:
            click = Click(key=f"{key}:{invoice_id}" if key else "", seen=seen)
            folder = approve(app, who, invoice_id, done, click=click)
            results.append(Settled(invoice_id=invoice_id, folder=folder))
        except DematfinError as error:
            results.append(Settled(invoice_id=invoice_id, refusal=str(error)))
    return tuple(results)


def _with(comment: str, motif: str) -> str:
    return f"{motif} : {comment}" if comment else motif


def _check_words(invoice_id: str, comment: str) -> None:
    if len(comment) > LONGEST_COMMENT:
        message = f"Facture {invoice_id} : le commentaire dépasse {LONGEST_COMMENT} caractères."
        raise RuleError(message)


def _check_day(app: App, books: Books, at: Sitting, done: ServiceFait) -> None:
    """The day of the service is known, past, and not long before what was ordered."""
    invoice = at.invoice
    if done.executed_on is None:
        if at.folder.executed_on is None:
            message = f"Facture {invoice.id} : donnez le jour où le service a été fait."
            raise RuleError(message)
        return
    if why := decide.doubt_of(app, books, invoice, done.executed_on):
        message = (
            f"Facture {invoice.id} : {why}. Corrigez-la ; si c'est l'engagement qui est faux, refusez pour ce motif : "
            "l'agent le corrigera."
        )
        raise RuleError(message)


def _check_part(at: Sitting, done: ServiceFait, comment: str) -> None:
    """What is cut is a part of what is asked, and is explained."""
    invoice = at.invoice
    if done.admitted is None:
        return
    if invoice.is_credit_note or not 0 < done.admitted < invoice.ttc:
        message = (
            f"Facture {invoice.id} : le montant admis ({french(done.admitted)}) doit être une partie des "
            f"{french(invoice.ttc)} de la facture. Pour ne rien admettre, refusez-la ; pour tout admettre, ne donnez "
            "pas de montant."
        )
        raise RuleError(message)
    if not comment.strip():
        message = f"Facture {invoice.id} : dites en commentaire pourquoi une partie seulement est admise."
        raise RuleError(message)


def _said(folder: VisaFolder, done: ServiceFait) -> str:
    day = done.executed_on or folder.executed_on
    part = f", en partie : {french(done.admitted)} admis" if done.admitted is not None else ""
    return f"service fait le {day:%d/%m/%Y}{part}"
