"""Signing: flows leave for the place where they are signed, and come back signed, refused, or not yet.

A flow is SIGNING, under a reference of ours, before it leaves: a lost answer is sent again under the same reference,
and "already there" is a success. Nothing is put away there before what it held is kept here.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.errors import AccessDenied, ConfigError, Conflict, DematfinError, RuleError, SignatureError, Unreachable
from dematfin.ports.app import App
from dematfin.ports.signature import Collected, Place, Progress
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.separation import duties
from dematfin.steps.signatures import Signed, keep_signed, request, sheets_of, signatory, verified
from dematfin.steps.transmit import check_unanswered
from dematfin.steps.untouched import check_untouched

SILENCES: Final = 3
"""Calls without an answer after which no more are made: one alone may be a flow's own fault."""
MAY_LIE_THERE: Final = (
    FluxState.BUILT,
    FluxState.SIGNED,
    FluxState.SENDING,
    FluxState.TO_VERIFY,
    FluxState.TRANSMITTED,
    FluxState.REFUSED_BY_TDT,
    FluxState.DROPPED,
)
"""All but those that were answered: there are more and more of them, and the place has had days to put them away."""


def signing(app: App) -> Outcome:
    """Hand over, collect, then put away there what is kept here."""
    tally = Tally("signature")
    there = [flux for flux in _found(app, FluxState.SIGNING) if not flux.by_hand]
    if there and app.signer.place is not Place.PARAPHEUR:
        message = (
            'Des flux sont encore à signer dans l\'i-Parapheur : remettez lieu = "parapheur" dans [signature], ou '
            "rappelez-les (bordereau rappeler)."
        )
        raise ConfigError(message)
    _each(app, there, tally)
    for flux in _left_there(app):
        with tally.item(f"Flux {flux.id}"):
            _put_away(app, flux, tally)
    _remind(app, tally)
    return tally.outcome()


def _put_away(app: App, flux: Flux, tally: Tally) -> None:
    """Put away there what has ended; where nobody is asked any more, a person is told, once."""
    reference = flux.signing_ref
    let_go(app, flux)
    if app.signer.place is not Place.PARAPHEUR:
        tally.note(f"Flux {flux.id} : l'i-Parapheur n'est plus configuré, faites-y supprimer le dossier {reference}.")


def is_elsewhere(app: App) -> bool:
    """Say whether flows are signed elsewhere, or one is still there."""
    return app.signer.place is not Place.HERE or bool(_found(app, FluxState.SIGNING) or _left_there(app))


def pursue(app: App, flux: Flux, tally: Tally) -> None:
    """Hand a flow over if it has not left, then ask what became of it."""
    if flux.signing_since is None:
        flux = _hand_over(app, flux)
        tally.note(f"Bordereau {', '.join(flux.bordereaux)} : remis à la signature dans l'i-Parapheur.")
    with app.documents.workspace() as folder, app.documents.local(flux.unsigned) as unsigned:
        check_untouched(flux, flux.unsigned, unsigned)
        signed = folder / "signe.xml"
        answer = app.signer.collect(flux.signing_ref, signed)
        match answer.progress:
            case Progress.SIGNED:
                for remark in take_home(app, flux, signed, answer):
                    tally.note(f"Flux {flux.id} : {remark}")
                tally.done(flux.id)
            case Progress.REFUSED:
                _refused(app, flux, answer)
                tally.note(f"Flux {flux.id} : sa signature est refusée. {answer.reason}")
            case Progress.PENDING:
                _wait(flux, answer.reason, tally)


def take_home(app: App, flux: Flux, signed: Path, answer: Collected) -> tuple[str, ...]:
    """Keep a flow that was signed elsewhere, once all is proved; return what a person should look at.

    Raises:
        SignatureError: something but signatures has changed, or whoever signed may not; SeparationOfDuties; RuleError.
    """
    with app.ledger.reading() as books:
        check_unanswered(books, flux)
        sheets = sheets_of(books, flux)
    with app.documents.local(flux.unsigned) as unsigned:
        report = verified(app, flux, signed, unsigned)
    person, fact = signatory(app, f"Flux {flux.id}", report), report.signatures[0]
    kept = Signed(
        document=app.documents.put_file(signed),
        by=person.id if person else fact.signer,
        name=fact.signer,
        certificate=fact.fingerprint,
        remarks=report.remarks,
        exceptions=duties(app, person, sheets) if person else (),
        history=_kept(app, answer.history),
        slip=_kept(app, answer.slip),
        certificate_ends_on=fact.valid_until,
    )
    keep_signed(app, flux, kept)
    return report.remarks


def let_go(app: App, flux: Flux) -> None:
    """Put away there a flow whose end is kept here."""
    app.signer.release(flux.signing_ref)
    with app.ledger.transaction() as books:
        now = books.get(Flux, flux.id)
        if now.signing_ref == flux.signing_ref:
            books.save(replace(now, signing_ref=""))


def back(app: App, flux: Flux, motif: str, **changes: str | datetime | DocumentRef | None) -> None:
    """Give a flow back to the agent, unsigned as it was, unless it has moved meanwhile."""
    with app.ledger.transaction() as books:
        now = books.get(Flux, flux.id)
        if (now.state, now.signing_ref) == (flux.state, flux.signing_ref):
            books.save(replace(now.moved(FluxState.BUILT), signing_since=None, **changes))  # type: ignore[arg-type]
            books.record(app.event(Subject.FLUX, flux.id, now.state, FluxState.BUILT, motif))


def _each(app: App, flows: Iterable[Flux], tally: Tally) -> None:
    """Pursue each flow; a place that falls silent is not waited for once for each of them."""
    silences = 0
    for flux in flows:
        silences += isinstance(_tried(app, flux, tally), Unreachable | AccessDenied)
        if silences == SILENCES:
            return


def _tried(app: App, flux: Flux, tally: Tally) -> DematfinError | None:
    """Pursue one flow; keep what went wrong with it, for whoever looks at it, and return it."""
    with tally.item(f"Flux {flux.id}"):
        try:
            pursue(app, flux, tally)
        except DematfinError as error:
            way_out = _way_out(flux) if isinstance(error, SignatureError | RuleError) else ""
            _remember(app, flux, f"{error} {way_out}".strip())
            tally.failed(f"Flux {flux.id}", error)
            if way_out:
                tally.note(way_out)
            return error
    return None


def _way_out(flux: Flux) -> str:
    """What is badly signed stays there until somebody takes it back."""
    names = ", ".join(flux.bordereaux)
    return f"Pour le faire signer de nouveau, rappelez-le d'abord (bordereau rappeler {names})."


def _hand_over(app: App, flux: Flux) -> Flux:
    """Hand a flow over; killed here, it is handed over again, and the place knows it."""
    with app.ledger.reading() as books:
        check_unanswered(books, flux)
        sheets = sheets_of(books, flux)
    with app.documents.local(flux.unsigned) as unsigned:
        check_untouched(flux, flux.unsigned, unsigned)
        app.signer.submit(request(sheets, unsigned))
    with app.ledger.transaction() as books:
        now = books.get(Flux, flux.id)
        if (now.state, now.signing_ref) != (FluxState.SIGNING, flux.signing_ref):
            message = f"Flux {flux.id} : il vient d'être rappelé."
            raise Conflict(message)
        there = replace(now, signing_since=app.clock.now(), message="")
        books.save(there)
        books.record(app.event(Subject.FLUX, flux.id, now.state, now.state, "remis à la signature"))
    return there


def _refused(app: App, flux: Flux, answer: Collected) -> None:
    reason = answer.reason or "Sans motif."
    back(app, flux, f"signature refusée : {reason}", message=reason, signing_history=_kept(app, answer.history))


def _wait(flux: Flux, trouble: str, tally: Tally) -> None:
    if trouble:
        tally.note(f"Flux {flux.id} : {trouble}")


def _kept(app: App, data: bytes) -> DocumentRef | None:
    return app.documents.put(data) if data else None


def _remember(app: App, flux: Flux, message: str) -> None:
    with app.ledger.transaction() as books:
        now = books.get(Flux, flux.id)
        if now.state is FluxState.SIGNING and now.message != message:
            books.save(replace(now, message=message))


def _remind(app: App, tally: Tally) -> None:
    """Tell what has been waiting for too long."""
    for flux in _found(app, FluxState.SIGNING):
        days = (app.clock.now() - flux.signing_since).days if flux.signing_since else 0
        if days >= app.policy.signing_days:
            names = ", ".join(flux.bordereaux)
            tally.note(
                f"Bordereau {names} : à la signature depuis {days} jours. Voyez le signataire, ou rappelez-le "
                f"(bordereau rappeler {names})."
            )


def _found(app: App, *states: FluxState) -> tuple[Flux, ...]:
    with app.ledger.reading() as books:
        return books.find(Flux, state=states)


def _left_there(app: App) -> tuple[Flux, ...]:
    """Return the flows that have moved on here, and still lie there."""
    return tuple(flux for flux in _found(app, *MAY_LIE_THERE) if flux.signing_ref and not flux.by_hand)
