"""The mayor signs: the order to pay, given in person on a list that was shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.finding import blocking
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import french
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.parties.waiver import Duty, Waiver, told
from dematfin.domain.visa.folder import VisaFolder
from dematfin.errors import RuleError, SignatureError
from dematfin.ports.app import App
from dematfin.ports.signature import SignatureFact, ToSign
from dematfin.steps.separation import waivers
from dematfin.steps.transmit import check_unanswered
from dematfin.steps.untouched import check_untouched

PREPARING: Final = frozenset({"figé", MandatState.PREPARED, MandatState.IN_BORDEREAU})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is shown to the person who signs: a bordereau, its mandats, its flow."""

    bordereau: Bordereau
    mandats: tuple[Mandat, ...]
    flux: Flux


def to_sign(app: App, who: Person) -> tuple[Sheet, ...]:
    """Return the bordereaux that wait for a signature."""
    who.require(Act.SIGN)
    with app.ledger.reading() as books:
        flows = books.find(Flux, state=FluxState.BUILT)
        return tuple(
            Sheet(bordereau=bordereau, mandats=books.find(Mandat, id=bordereau.mandats), flux=flux)
            for flux in flows
            for bordereau in books.find(Bordereau, id=flux.bordereaux)
        )


def sign(app: App, who: Person, nomfic: str, confirmed: Decimal) -> tuple[SignatureFact, ...]:
    """Sign each bordereau of a flow; `confirmed` is the total in euros that the person saw and confirmed.

    Raises:
        Forbidden: not an ordonnateur.
        SeparationOfDuties: the same person certified the service or prepared the bordereau.
        RuleError: the flow is not waiting for a signature, or its total is not the one confirmed, or the comptable has
            already answered about one of its mandats.
        SignatureError: the file, the key, the certificate or the result is not good; nothing is kept.
    """
    app = app.on_behalf_of(who, Act.SIGN)
    sheets = [sheet for sheet in to_sign(app, who) if sheet.flux.id == nomfic]
    if not sheets:
        message = f"Le flux {nomfic} n'attend pas de signature."
        raise RuleError(message)
    _check_confirmation(sheets, confirmed)
    exceptions = tuple(one for sheet in sheets for one in _waivers(app, who, sheet))
    flux = sheets[0].flux
    with app.ledger.reading() as books:
        check_unanswered(books, flux)
    with app.documents.workspace() as folder, app.documents.local(flux.unsigned) as unsigned:
        check_untouched(flux, flux.unsigned, unsigned)
        signed = folder / "signe.xml"
        reference = app.signer.submit(_request(sheets, unsigned))
        app.signer.collect(reference, signed)
        facts = _verified(app, signed, unsigned)
        document = app.documents.put_file(signed)
    _keep(app, who, flux, document, facts[0].fingerprint, exceptions)
    return facts


def _request(sheets: Sequence[Sheet], flow: Path) -> ToSign:
    return ToSign(
        nomfic=sheets[0].flux.id,
        flow=flow,
        title=", ".join(sheet.bordereau.id for sheet in sheets),
        total=sum((sheet.bordereau.total for sheet in sheets), Decimal(0)),
    )


def _keep(
    app: App, who: Person, flux: Flux, document: DocumentRef, certificate: str, exceptions: tuple[Waiver, ...]
) -> None:
    with app.ledger.transaction() as books:
        current = books.get(Flux, flux.id)
        books.save(replace(current.moved(FluxState.SIGNED), signed=document, signed_by=who.id), *exceptions)
        motif = f"signé par {who.name}{told(exceptions)}"
        details = {"sha256": document.sha256, "certificat": certificate}
        books.record(app.event(Subject.FLUX, flux.id, current.state, FluxState.SIGNED, motif, **details))


def _check_confirmation(sheets: Sequence[Sheet], confirmed: Decimal) -> None:
    total = sum((sheet.bordereau.total for sheet in sheets), Decimal(0))
    if total != confirmed:
        message = (
            f"Le total confirmé ({french(confirmed)}) n'est pas celui du flux ({french(total)}) : rien n'est signé."
        )
        raise RuleError(message)


def _waivers(app: App, who: Person, sheet: Sheet) -> tuple[Waiver, ...]:
    """Return the exception of whoever certified or prepared, and signs now; raises SeparationOfDuties."""
    invoices = tuple(key for mandat in sheet.mandats for key in mandat.invoice_ids)
    with app.ledger.reading() as books:
        folders = books.find(VisaFolder, invoice_id=invoices)
    visaed = sorted({folder.invoice_id for folder in folders if who.id in folder.certified_by()})
    done = [f"visé {', '.join(visaed)}"] if visaed else []
    done += [f"préparé {sheet.bordereau.id}"] if _prepared(app, who, sheet) else []
    return waivers(app, who, Duty.SIGNATURE, sheet.bordereau.id, done)


def _prepared(app: App, who: Person, sheet: Sheet) -> bool:
    """Say whether somebody made, corrected or took up again a bordereau or one of its mandats, as the journal tells."""
    written = app.ledger.history(keys=(sheet.bordereau.id, *sheet.bordereau.mandats))
    return any(
        one.event.by == who.id and (one.event.after in PREPARING or one.event.before == one.event.after)
        for one in written
    )


def _verified(app: App, signed: Path, unsigned: Path) -> tuple[SignatureFact, ...]:
    report = app.signatures.report(signed, unsigned)
    if wrong := blocking(report.findings):
        sentences = " ".join(finding.sentence for finding in wrong)
        message = f"La signature produite n'est pas bonne, rien n'est gardé. {sentences}"
        raise SignatureError(message)
    return report.signatures
