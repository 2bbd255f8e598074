"""An agent takes up what is held: corrects, forces, takes over, leaves to others; each in one's own name."""

from dataclasses import replace

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import Exceptional
from dematfin.domain.invoice.chorus import said
from dematfin.domain.invoice.forcing import forced
from dematfin.domain.invoice.invoice import Invoice, Origin, routed
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.labels import INVOICE
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.control import control_one
from dematfin.steps.episodes import WITH_SUPPLIER, withdraw_visa
from dematfin.steps.folders import out_of_circuit
from dematfin.steps.intentions import is_told, take_back
from dematfin.steps.slips import ensure_slip


def resume(app: App, who: Person, invoice_id: str, motif: str, service: str = "", engagement: str = "") -> Invoice:
    """Take an invoice up again, with the right service or engagement when they are given: it is controlled anew.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, or Chorus Pro already shows it sent back or suspended: only the
            supplier can bring it back.
    """
    app = app.on_behalf_of(who, Act.HOLD)
    service, engagement = service.strip(), engagement.strip()
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        reason = for_journal(f"Facture {invoice_id}", motif)
        _check_in_our_hands(books, invoice)
        service = "" if service == invoice.service else service
        engagement = "" if engagement == invoice.engagement else engagement
        anew = _resumed(app, invoice)
        again = routed(anew, service or invoice.service, engagement or invoice.engagement, invoice.marche)
        ensure_slip(app, books, invoice)
        withdraw_visa(app, books, invoice, "facture reprise par un agent")
        take_back(books, invoice, "repris par un agent avant d'être transmis")
        books.save(again)
        words = [f"service {service}"] * bool(service) + [f"engagement {engagement}"] * bool(engagement)
        told = f"reprise par {who.name}{' (' + ', '.join(words) + ')' if words else ''} : {reason}"
        marks = out_of_circuit(invoice)
        books.record(app.event(Subject.INVOICE, invoice_id, invoice.state, again.state, told, **marks))
    return _controlled(app, invoice_id)


def force(app: App, who: Person, invoice_id: str, motif: str) -> Invoice:
    """Let the blocking findings of an invoice pass.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, nothing blocks it, or what does may not be forced.
    """
    app = app.on_behalf_of(who, Act.HOLD)
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        reason = for_journal(f"Facture {invoice_id}", motif)
        if invoice.state is not InvoiceState.TO_CORRECT:
            raise _wrong_state(invoice, "aucun contrôle ne la retient, il n'y a rien à forcer.")
        passed = forced(invoice, who.name, reason)
        books.save(passed)
        codes = ", ".join(one.code for one in passed.forced[len(invoice.forced) :])
        told = f"contrôle forcé par {who.name} ({codes}) : {reason}"
        books.record(
            app.event(Subject.INVOICE, invoice_id, invoice.state, invoice.state, told, exception=Exceptional.FORCED)
        )
    return _controlled(app, invoice_id)


def take_over(app: App, who: Person, invoice_id: str, motif: str) -> Invoice:
    """Make ours an invoice that was followed elsewhere: controls and visa begin, they alone lead to a mandat.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, or it is not followed elsewhere.
    """
    app = app.on_behalf_of(who, Act.HOLD)
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        if invoice.state is not InvoiceState.ELSEWHERE:
            raise _wrong_state(invoice, "seule une facture suivie ailleurs se prend en main.")
        _write(app, books, (invoice, _anew(invoice)), Exceptional.TAKEN_OVER, f"prise en main par {who.name}", motif)
    return _controlled(app, invoice_id)


def set_aside(app: App, who: Person, invoice_id: str, motif: str) -> Invoice:
    """Leave an invoice to be followed elsewhere: already paid, direct debit, works; it is never mandated here.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, or it is already mandated or over.
    """
    app = app.on_behalf_of(who, Act.HOLD)
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        aside = invoice.moved(InvoiceState.ELSEWHERE)
        withdraw_visa(app, books, invoice, "facture écartée par un agent")
        _write(app, books, (invoice, aside), Exceptional.ELSEWHERE, f"écartée par {who.name}", motif)
    return aside


def _anew(invoice: Invoice) -> Invoice:
    """Return the invoice at the start of another episode: a desk that has decided on one gets another folder."""
    moved = invoice.moved(InvoiceState.RECEIVED)
    again = replace(moved, episode=invoice.episode + 1, executed_on=None, admitted=None, findings=())
    if invoice.state is InvoiceState.INTERRUPTED and invoice.origin is Origin.CHORUS:
        return replace(again, interrupted_on=None, letter=None)  # nobody was told
    return again


def _resumed(app: App, invoice: Invoice) -> Invoice:
    """Return a paper with the day when its delay starts anew: it is taken up again once all that was asked has come."""
    again = _anew(invoice)
    if invoice.origin is Origin.SCAN and invoice.state is InvoiceState.INTERRUPTED and not invoice.resumed_on:
        return replace(again, resumed_on=app.clock.today())
    return again


def _write(
    app: App, books: Books, change: tuple[Invoice, Invoice], exception: Exceptional, told: str, motif: str
) -> None:
    before, after = change
    reason = for_journal(f"Facture {before.id}", motif)
    books.save(after)
    said = f"{told} : {reason}"
    books.record(app.event(Subject.INVOICE, before.id, before.state, after.state, said, exception=exception))


def _controlled(app: App, invoice_id: str) -> Invoice:
    control_one(app, invoice_id)
    with app.ledger.reading() as books:
        return books.get(Invoice, invoice_id)


def _check_in_our_hands(books: Books, invoice: Invoice) -> None:
    """What is followed elsewhere is taken over, not resumed; what the supplier was told is the supplier's to answer."""
    if invoice.state is InvoiceState.ELSEWHERE:
        raise _wrong_state(invoice, f"prenez-la d'abord en main (dematfin facture prendre-en-main {invoice.id}).")
    if invoice.state in WITH_SUPPLIER and invoice.origin is Origin.CHORUS and is_told(books, invoice):
        message = (
            f"Facture {invoice.id} : Chorus Pro la montre « {said(invoice.remote_status)} », seul le fournisseur peut "
            "la renvoyer. Demandez-lui de répondre dans Chorus Pro : elle reviendra d'elle-même à l'import."
        )
        raise RuleError(message)


def _wrong_state(invoice: Invoice, what: str) -> RuleError:
    return RuleError(f"Facture {invoice.id} (« {INVOICE[invoice.state]} ») : {what}")
