"""Who entered, certified or prepared does not do the next thing too: refused, or an exception in a small commune."""

from collections.abc import Iterable, Sequence
from typing import Final

from dematfin.domain.editor.editor_flow import EditorFlow
from dematfin.domain.editor.pairing import Pairing
from dematfin.domain.event import Event, Subject
from dematfin.domain.exceptional import Exceptional, exceptions
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.parties.person import Person
from dematfin.domain.parties.waiver import MUST, Duty, Waiver, waiver
from dematfin.domain.visa.folder import VisaFolder
from dematfin.errors import SeparationOfDuties
from dematfin.ports.app import App
from dematfin.steps.signatures import Sheet

PREPARING: Final = frozenset({"figé", MandatState.PREPARED, MandatState.IN_BORDEREAU})
NOT_THERE: Final = frozenset({Exceptional.FLOW_LOST, Exceptional.VERDICT_BY_HAND})
"""What has a bordereau signed a second time: whoever said it does not sign it."""


def waivers(app: App, who: Person, duty: Duty, key: str, done: Sequence[str]) -> tuple[Waiver, ...]:
    """Return the exception to keep with a duty on the subject `key`, if this person has `done` anything before it.

    Raises:
        SeparationOfDuties: the commune is not a small one.
    """
    if not done:
        return ()
    if not app.policy.small:
        message = (
            f"{who.name} a {' et '.join(done)} : une autre personne doit {MUST[duty]}. "
            "(Petite commune : voir petite_commune dans la configuration.)"
        )
        raise SeparationOfDuties(message)
    return (waiver(who, duty, key, done, app.clock.today()),)


def duties(app: App, who: Person, sheets: Iterable[Sheet]) -> tuple[Waiver, ...]:
    """Return the exceptions of whoever certified or prepared, and signs now; raises SeparationOfDuties."""
    return tuple(one for sheet in sheets for one in _waivers(app, who, sheet))


def _waivers(app: App, who: Person, sheet: Sheet) -> tuple[Waiver, ...]:
    done = visaed(app, who, sheet.mandats)
    done += [f"préparé {sheet.bordereau.id}"] if _prepared(app, who, sheet) else []
    return waivers(app, who, Duty.SIGNATURE, sheet.bordereau.id, done)


def visaed(app: App, who: Person, mandats: Iterable[Mandat]) -> list[str]:
    """Return the words for the invoices of some mandats that somebody certified; empty when there is none."""
    invoices = tuple(key for mandat in mandats for key in mandat.invoice_ids)
    with app.ledger.reading() as books:
        folders = books.find(VisaFolder, invoice_id=invoices)
    certified = sorted({folder.invoice_id for folder in folders if who.id in folder.certified_by()})
    return [f"visé {', '.join(certified)}"] if certified else []


def _prepared(app: App, who: Person, sheet: Sheet) -> bool:
    """Say whether somebody made, corrected or took up again a bordereau or one of its mandats, as the journal tells.

    Or said of a flow by which it had left that nothing of it had arrived.
    """
    keys = (sheet.bordereau.id, *sheet.bordereau.mandats, *sheet.bordereau.sent_before)
    written = (one.event for one in app.ledger.history(keys=keys))
    return who.id in _paired(app, sheet.flux) or any(one.by == who.id and _prepares(one) for one in written)


def _prepares(event: Event) -> bool:
    if event.subject is Subject.FLUX:
        return not NOT_THERE.isdisjoint(exceptions(event))
    return event.after in PREPARING or event.before == event.after


def _paired(app: App, flux: Flux) -> set[str]:
    """Return who brought the export of a finance software in, and who said what its mandats pay."""
    if not flux.editor_flow:
        return set()
    with app.ledger.reading() as books:
        said = books.find(Pairing, editor_flow=flux.editor_flow)
        return {books.get(EditorFlow, flux.editor_flow).imported_by, *(one.decided_by for one in said)}
