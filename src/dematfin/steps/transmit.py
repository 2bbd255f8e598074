"""Transmit: tell Chorus Pro the mandat numbers, then deposit the signed flow, once.

The entities whose accounts are in Hélios must change the statuses in Chorus Pro before sending to the comptable:
Hélios itself then posts the next ones, and a status posted too late would break the chain.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.intention import Intention, IntentionState, SupplierStatus, intention_id
from dematfin.domain.invoice.chorus import stage
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.labels import MANDAT
from dematfin.domain.mandat.attempt import AttemptState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import TO_DEPOSIT, Flux, FluxState
from dematfin.domain.mandat.mandat import UNANSWERED, Mandat, MandatState
from dematfin.domain.mandat.reason import Reason, Speaker
from dematfin.domain.tally.words import why
from dematfin.errors import AccessDenied, AlreadyThere, ConfigError, ConnectorError, RuleError, SignatureError
from dematfin.ports.app import App
from dematfin.ports.gate import check_open
from dematfin.ports.ledger import Books
from dematfin.steps.attempts import CONFLICT, arrived, begin_attempt, end_last, outcome_of, sha1_of
from dematfin.steps.closures import closed_words, is_closed
from dematfin.steps.intentions import give_up, intend
from dematfin.steps.links import watched
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.reconcile import settle_flows
from dematfin.steps.stopped import ENDED
from dematfin.steps.tell import carry_out
from dematfin.steps.untouched import check_ours, check_untouched
from dematfin.steps.witness import remember

SETTLED: Final = frozenset({IntentionState.DONE, IntentionState.GIVEN_UP})


def transmit(app: App) -> Outcome:
    """Send every signed flow, and those in which nothing is to be signed.

    A deposit that a run which died left without an outcome is asked for first. What the TdT cannot tell is in doubt
    then, and keeps no other flow waiting: it will never be sent under another name.
    """
    tally = Tally("transmission")
    settle_flows(app, (FluxState.SENDING,), tally)
    with app.ledger.reading() as books:
        waiting = books.find(Flux, state=TO_DEPOSIT)
    kept: list[str] = []
    for flux in waiting:
        if is_closed(app):
            kept.append(flux.id)
            continue
        with tally.item(f"Flux {flux.id}"):
            check_signed(app, flux)  # before suppliers are told of mandats that could not leave
            if _suppliers_told(app, flux, tally):
                with watched(app, AccessDenied, ConfigError):
                    deposit(app, flux)
                tally.done(flux.id)
    if words := closed_words(app, kept):
        tally.note(words)
    return tally.outcome()


def check_signed(app: App, flux: Flux) -> None:
    """Raise SignatureError unless the file of a flow that is to leave is the one that was kept, RuleError unless it is
    of one of our budgets."""
    check_ours(app.policy, flux)
    if (document := flux.to_deposit) is None:
        raise SignatureError
    with app.documents.local(document) as path:
        check_untouched(flux, document, path)


def deposit(app: App, flux: Flux) -> None:
    """Send one flow: the intention first, the result after; a lost answer leaves it to reconcile."""
    if (document := flux.to_deposit) is None:
        raise SignatureError
    with app.documents.local(document) as path:
        check_untouched(flux, document, path)
        check_ours(app.policy, flux)
        sending = begin(app, flux, sha1_of(path))
        remember(app)
        try:
            remote_id = app.transmitter.send(path, flux.id)
        except (ConnectorError, ConfigError) as error:
            settle_failure(app, sending, error)
            raise
    arrived(app, sending, remote_id)


def begin(app: App, flux: Flux, sha1: str) -> Flux:
    """Write down, before the first byte leaves, that a deposit begins."""
    with app.ledger.transaction() as books:
        check_unanswered(books, flux)
        sending = replace(books.get(Flux, flux.id).moved(FluxState.SENDING), sending_since=app.clock.now())
        books.save(sending)
        begin_attempt(app, books, flux, sha1)
        books.record(app.event(Subject.FLUX, flux.id, flux.state, sending.state, "dépôt commencé"))
    return sending


def check_unanswered(books: Books, flux: Flux) -> None:
    """Raise RuleError when the comptable has already answered about a mandat that this flow orders to pay.

    A flow that is sent again may follow another one which arrived all the same.
    Raises Barred as long as the base was restored and not all is known: whatever is signed or sent asks here.
    """
    check_open(books)
    mandats = mandats_of(books, flux)
    _check_undoubted(flux, mandats)
    answered = [mandat for mandat in mandats if mandat.state is not MandatState.IN_BORDEREAU]
    if answered:
        known = ", ".join(f"n° {mandat.number} ({MANDAT[mandat.state]})" for mandat in answered)
        message = (
            f"Flux {flux.id} : le comptable connaît déjà ses mandats {known}. Il ne doit être ni signé ni transmis, un "
            "fournisseur serait payé deux fois. Voyez avec le comptable, puis retirez ce flux : "
            f'dematfin transmission retirer {flux.id} --motif "…"'
        )
        raise RuleError(message)


def _check_undoubted(flux: Flux, mandats: Sequence[Mandat]) -> None:
    for one in mandats:
        if one.state is MandatState.IN_BORDEREAU and one.doubt and not one.doubt_seen:
            out = (
                f"retirez-le dans le logiciel financier et abandonnez l'import {flux.editor_flow}"
                if flux.editor_flow
                else f'écartez-le : dematfin bordereau ecarter {one.bordereau} {one.number} --motif "…"'
            )
            message = (
                f"Flux {flux.id}, mandat n° {one.number} : {one.doubt} Rien ne part avant. Si c'est un autre : "
                f'dematfin flux constater {one.id} --vu --motif "…" ; si le nôtre y est déjà, {out}'
            )
            raise RuleError(message)


def settle_failure(app: App, flux: Flux, error: ConnectorError | ConfigError) -> None:
    """Write down what a failed deposit means: unknown, refused, or nothing left us."""
    with app.ledger.transaction() as books:
        if books.get(Flux, flux.id) != flux:
            return  # another run, which took this one for dead, has settled it
        meant = outcome_of(books, flux, error)
        state = {
            AttemptState.NOT_SENT: flux.waiting,
            AttemptState.REFUSED: FluxState.REFUSED_BY_TDT,
        }.get(meant, FluxState.TO_VERIFY)
        said = CONFLICT if meant is AttemptState.CONFLICT else str(error)
        proved = isinstance(error, AlreadyThere)
        books.save(replace(flux.moved(state), message=said, arrived=proved))
        books.record(app.event(Subject.FLUX, flux.id, flux.state, state, said))
        end_last(app, books, flux, meant, str(error))
        if state is FluxState.REFUSED_BY_TDT:
            give_back(app, books, flux, str(error))


def give_back(app: App, books: Books, flux: Flux, reason: str, speaker: Speaker = Speaker.TDT) -> None:
    """Hand the mandats of a refused flow back to the agent; their numbers were never integrated."""
    for bordereau in books.find(Bordereau, id=flux.bordereaux):
        books.save(replace(bordereau, refused=True))
    for mandat in books.find(Mandat, bordereau=flux.bordereaux, state=UNANSWERED):
        said = (Reason(speaker=speaker, text=reason),)
        back = replace(mandat, state=MandatState.REFUSED_AT_GATE, reason=reason, reasons=said)
        books.save(back)
        books.record(app.event(Subject.MANDAT, mandat.id, mandat.state, back.state, reason, **why(back)))


def mandats_of(books: Books, flux: Flux) -> tuple[Mandat, ...]:
    """Return the mandats that a flow carries."""
    return books.find(Mandat, bordereau=flux.bordereaux)


def _suppliers_told(app: App, flux: Flux, tally: Tally) -> bool:
    """Have MANDATEE and its number written in Chorus Pro for every invoice; say whether all are."""
    keys = _form_intentions(app, flux)
    with app.ledger.reading() as books:
        waiting = books.find(Intention, invoice_id=tuple(keys), state=IntentionState.OPEN)
    telling = Tally("informer les fournisseurs")
    carry_out(app, waiting, telling)
    tally.absorb(telling.outcome())
    with app.ledger.reading() as books:
        told = books.find(Intention, id=tuple(keys.values()))
        ended = {one.id for one in books.find(Invoice, id=tuple(keys)) if stage(one.remote_status) in ENDED}
    untold = [one for one in told if one.state not in SETTLED]
    missing = [one for one in untold if one.invoice_id in ended or not _too_long(app, one)]
    if missing:  # as long as the flow waits for one, the others may still be told
        tally.note(_waits_for(flux, missing, ended))
        return False
    for intention in untold:
        _leave_untold(app, intention, tally)
    return True


def _waits_for(flux: Flux, missing: Sequence[Intention], ended: Collection[str]) -> str:
    """Say which invoices a flow waits for, and how it leaves without those that Chorus Pro will never take."""
    listed = ", ".join(sorted(one.invoice_id for one in missing))
    waits = f"Flux {flux.id} : il attend que Chorus Pro accepte le statut mandaté de {listed}."
    never = sorted(one.mandat for one in missing if one.state is IntentionState.REFUSED or one.invoice_id in ended)
    if not never or not flux.bordereaux:
        return waits
    if flux.editor_flow:
        return (
            f"{waits} Si Chorus Pro refuse pour de bon, retirez le mandat n° {', '.join(never)} dans le logiciel "
            f"financier, abandonnez l'import {flux.editor_flow} (dematfin bordereau abandonner), puis importez le "
            "nouveau flux."
        )
    way = " ; ".join(f'dematfin bordereau ecarter {flux.bordereaux[0]} {number} --motif "…"' for number in never)
    return f"{waits} Si Chorus Pro refuse pour de bon, les autres partent sans : {way}"


def _too_long(app: App, intention: Intention) -> bool:
    """Say whether Chorus Pro has been silent for so long that suppliers must not wait for their money any more."""
    silent_for = app.clock.now() - intention.formed_at
    return intention.state is IntentionState.OPEN and silent_for >= app.policy.tell_within


def _leave_untold(app: App, intention: Intention, tally: Tally) -> None:
    """Never set the status afterwards: Hélios posts the next ones, and a later one would break the chain (AIFE)."""
    why = f"Chorus Pro n'a pas pu être informé du mandat n° {intention.mandat} avant l'envoi. {intention.outcome}"
    with app.ledger.transaction() as books:
        give_up(books, intention, why)
        invoice = books.get(Invoice, intention.invoice_id)
        books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, invoice.state, why))
    tally.note(f"Facture {intention.invoice_id} : {why}")


def _form_intentions(app: App, flux: Flux) -> dict[str, str]:
    """Intend MANDATEE for each invoice of Chorus Pro, under its first number; return the intention of each."""
    with app.ledger.transaction() as books:
        mandats = sorted(mandats_of(books, flux), key=lambda one: one.number)
        paid = books.find(Invoice, id=[key for mandat in mandats for key in mandat.invoice_ids])
        keys = {one.id: intention_id(one.remote_id, one.episode, SupplierStatus.MANDATEE) for one in paid}
        books.find(Intention, id=tuple(keys.values()))  # all at once, and none again below
        for mandat in mandats:
            for invoice in books.find(Invoice, id=mandat.invoice_ids):
                intend(app, books, invoice, SupplierStatus.MANDATEE, mandat=str(mandat.number))
    return keys
