"""The finance software's flows: bringing them in, saying what each mandat pays, letting a disagreement pass.

Only what is open is decided on; each decision bears the name of its person, and no matching changes it any more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dematfin.domain.editor.disagreements import ACCEPTABLE, acceptance
from dematfin.domain.editor.editor_flow import EDITOR_FLOW_MACHINE, EditorFlow, EditorFlowState
from dematfin.domain.editor.pairing import WITH_INVOICE, Pairing, PairingState
from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.finding import Finding, blocking
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.labels import INVOICE
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError, UnknownRecord
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.candidates import is_free, taken_elsewhere, way_out
from dematfin.steps.editor_import import Arrival, take_in
from dematfin.steps.held_back import scene
from dematfin.steps.made_elsewhere import mandats_of
from dematfin.steps.pairing import import_named, matched_again, pairings_of, remember_accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One claim as a person reviews it; `invoices`: what it pays, or what is proposed, by id."""

    pairing: Pairing
    invoices: dict[str, Invoice]
    disagreements: tuple[Finding, ...] = ()
    held: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One import with all its claims."""

    flow: EditorFlow
    rows: tuple[Row, ...]

    @property
    def held(self) -> tuple[Finding, ...]:
        """What keeps it from being completed."""
        return tuple(finding for row in self.rows for finding in row.held)

    def in_state(self, *states: PairingState) -> tuple[Row, ...]:
        """Return the claims that are so far."""
        return tuple(row for row in self.rows if row.pairing.state in states)


def bring_in(app: App, who: Person, path: Path, name: str) -> Arrival:
    """Bring in one export of the finance software."""
    return take_in(app.on_behalf_of(who, Act.PREPARE), path, name)


def listed(app: App, who: Person) -> tuple[Review, ...]:
    """Return all imports, the newest first; the claims of those that are open only."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        found = reversed(books.find(EditorFlow))
        return tuple(_review(app, books, one) if _is_open(one) else Review(flow=one, rows=()) for one in found)


def review(app: App, who: Person, key: str) -> Review:
    """Return one import with its claims."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        return _review(app, books, import_named(books, key))


def choose(app: App, who: Person, key: str, mandat: str, invoice_id: str) -> Pairing:
    """Say which invoice a claim pays; raises RuleError when it is paid already, or was sent back for good."""
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        flow, before = _open(books, key, mandat)
        invoice = books.get(Invoice, invoice_id.strip().upper())
        _check_payable(app, books, flow, invoice)
        chosen = replace(before, state=PairingState.CHOSEN, invoice_id=invoice.id, rule="", motif="", accepted=())
        return _decided(app, books, flow, chosen, f"paie la facture {invoice.id}")


def exempt(app: App, who: Person, key: str, mandat: str, motif: str) -> Pairing:
    """Say that a claim pays no invoice of ours, and why."""
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        flow, before = _open(books, key, mandat)
        reason = for_journal(f"Mandat n° {before.claim.mandat}", motif)
        alone = replace(before, state=PairingState.EXEMPT, invoice_id="", rule="", motif=reason, accepted=())
        return _decided(app, books, flow, alone, f"ne paie aucune facture : {reason}", Exceptional.CLAIM_EXEMPT)


def accept(app: App, who: Person, key: str, mandat: str, code: str, motif: str) -> Pairing:
    """Let a disagreement pass; raises RuleError when there is none of that code, or nobody may let it pass."""
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        flow, before = _open(books, key, mandat)
        reason = for_journal(f"Mandat n° {before.claim.mandat}", motif)
        found = [one for one in blocking(scene(app, books, flow).disagreements(before)) if one.code == code.upper()]
        _check_acceptable(before, code.upper(), found)
        accepted = (*before.accepted, *(acceptance(one) for one in found if acceptance(one) not in before.accepted))
        passed = replace(before, accepted=accepted, motif=reason)
        told = f"{found[0].code} accepté : {found[0].sentence} {reason}"
        return _decided(app, books, flow, passed, told, Exceptional.DISAGREEMENT_ACCEPTED)


def undo(app: App, who: Person, key: str, mandat: str) -> Pairing:
    """Take back what a person said of a claim: it is matched again by the rules."""
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        flow, before = _open(books, key, mandat)
        if not before.decided_by:
            message = f"Mandat n° {before.claim.mandat} : personne n'en a rien décidé, il n'y a rien à annuler."
            raise RuleError(message)
        fresh = Pairing(id=before.id, editor_flow=flow.id, claim=before.claim, state=PairingState.TO_DECIDE)
        books.save(fresh)
        _record(app, books, flow, fresh, "la décision est annulée")
        return next(one for one in matched_again(app, books, flow) if one.id == before.id)


def _review(app: App, books: Books, flow: EditorFlow) -> Review:
    seen = scene(app, books, flow)
    named = {proposal.invoice_id for one in seen.pairings for proposal in one.proposals}
    named |= {one.invoice_id for one in seen.pairings if one.invoice_id}
    invoices = {one.id: one for one in books.find(Invoice, id=named)} if named else {}
    return Review(
        flow=flow,
        rows=tuple(
            Row(
                pairing=one,
                invoices={key: invoices[key] for key in _named(one) if key in invoices},
                disagreements=seen.disagreements(one),
                held=seen.held(one) if _is_open(flow) else (),
            )
            for one in seen.pairings
        ),
    )


def _named(pairing: Pairing) -> Sequence[str]:
    proposed = tuple(one.invoice_id for one in pairing.proposals)
    return (pairing.invoice_id, *proposed) if pairing.invoice_id else proposed


def _is_open(flow: EditorFlow) -> bool:
    return flow.state is EditorFlowState.OPEN


def _open_flow(books: Books, key: str) -> EditorFlow:
    flow = import_named(books, key)
    if not _is_open(flow):
        message = (
            f"Import {flow.id} : il est « {EDITOR_FLOW_MACHINE.words[flow.state]} », rien ne s'y décide plus. Voyez "
            f"son flux et ses bordereaux : dematfin bordereau import {flow.id}"
        )
        raise RuleError(message)
    return flow


def _open(books: Books, key: str, mandat: str) -> tuple[EditorFlow, Pairing]:
    """Return an open import, and the claim that somebody names by its key or by the number of its mandat."""
    flow = _open_flow(books, key)
    wanted = mandat.strip()
    found = [one for one in pairings_of(books, flow.id) if wanted in {one.claim.key, str(one.claim.mandat)}]
    exact = [one for one in found if one.claim.key == wanted]
    if len(exact or found) == 1:
        return flow, (exact or found)[0]
    if not found:
        message = f"Import {flow.id} : il ne porte pas de mandat « {wanted} » (dematfin bordereau import {flow.id})."
        raise UnknownRecord(message)
    keys = ", ".join(f"{one.claim.key} ({one.claim.number or one.claim.creditor})" for one in found)
    message = f"Import {flow.id} : le mandat n° {wanted} paie plusieurs choses, dites laquelle : {keys}."
    raise RuleError(message)


def _check_payable(app: App, books: Books, flow: EditorFlow, invoice: Invoice) -> None:
    if other := taken_elsewhere(books, flow.id).get(invoice.id):
        message = f"Facture {invoice.id} : l'import {other} la paie déjà. Annulez d'abord ce rapprochement-là."
        raise RuleError(message)
    made = mandats_of(app, books, (invoice.id,)).get(invoice.id, ())
    if not is_free(invoice, made):
        others = ", ".join(one.id for one in made)
        message = f"Facture {invoice.id} : elle est « {INVOICE[invoice.state]} »{f' ({others})' if others else ''}, "
        message += f"aucun autre mandat ne peut la payer.{way_out(made)}"
        raise RuleError(message)


def _check_acceptable(pairing: Pairing, code: str, found: Sequence[Finding]) -> None:
    number = pairing.claim.mandat
    if pairing.state not in WITH_INVOICE or not found:
        message = f"Mandat n° {number} : aucun écart bloquant « {code} » n'y est à accepter."
        raise RuleError(message)
    if code not in ACCEPTABLE:
        message = f"Mandat n° {number} : cet écart ne s'accepte pas ({code}). {found[0].sentence} {found[0].remedy}"
        raise RuleError(message)


def _decided(app: App, books: Books, flow: EditorFlow, pairing: Pairing, told: str, exception: str = "") -> Pairing:
    decided = replace(pairing, decided_by=app.by)
    books.save(decided)
    _record(app, books, flow, decided, told, **({EXCEPTION: exception} if exception else {}))
    remember_accounts(app, books, flow, (decided,))
    books.save(*_without_it(books, decided))
    return decided


def _without_it(books: Books, decided: Pairing) -> Iterator[Pairing]:
    """Yield the claims to which the rules had given what a person has just given to another: it is looked at again."""
    if decided.state is PairingState.CHOSEN:
        for one in books.find(Pairing, editor_flow=decided.editor_flow, invoice_id=decided.invoice_id):
            if not one.decided_by:
                yield replace(one, state=PairingState.TO_DECIDE, invoice_id="")


def _record(app: App, books: Books, flow: EditorFlow, pairing: Pairing, told: str, **marks: str) -> None:
    motif = f"mandat n° {pairing.claim.mandat} du bordereau n° {pairing.claim.bordereau} : {told}"
    said = {"mandat": pairing.claim.key} | marks
    books.record(app.event(Subject.EDITOR_FLOW, flow.id, flow.state, flow.state, motif, **said))
