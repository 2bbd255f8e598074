"""What one event tells to count: each kind of thing that the journal speaks of has its own."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Final

from dematfin.domain.event import Event, Subject
from dematfin.domain.exceptional import exceptions
from dematfin.domain.invoice.bank import TO_CLEAR
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Line, Mandat, MandatState
from dematfin.domain.mandat.together import BACK
from dematfin.domain.paper.batch import Batch, BatchState
from dematfin.domain.parties.bank import CLEARED
from dematfin.domain.parties.bank import TO_CLEAR as NEW_IN_REGISTER
from dematfin.domain.tally.happening import Happening, What
from dematfin.domain.tally.visas import GIVEN, TAKEN_BACK, Visa, read
from dematfin.domain.tally.words import ASIDE, LACKS, WORDS

Said = Iterator[Happening]
LEFT: Final = {
    InvoiceState.REFUSED: What.REFUSED,
    InvoiceState.SENT_BACK: What.SENT_BACK,
    InvoiceState.INTERRUPTED: What.INTERRUPTED,
}
MOVED: Final = {
    MandatState.SENT: What.MANDAT_SENT,
    MandatState.REFUSED_AT_GATE: What.MANDAT_REFUSED,
    MandatState.ON_HOLD: What.MANDAT_HELD,
    MandatState.REJECTED: What.MANDAT_REJECTED,
    MandatState.CANCELLED: What.MANDAT_CANCELLED,
}
GIVEN_UP: Final = frozenset({ASIDE, *BACK})
DUPLICATE: Final = "DUP-"
REFUSED: Final = "refusé"
PARTLY: Final = "accepté en partie"
ACQUIT: Final = "acquit Hélios : "
TDT: Final = "TDT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the records know of what events are about, by id."""

    invoices: Mapping[str, Invoice] = field(default_factory=dict)
    mandats: Mapping[str, Mandat] = field(default_factory=dict)
    batches: Mapping[str, Batch] = field(default_factory=dict)
    fluxes: Mapping[str, str] = field(default_factory=dict)


def happenings(sequence: int, event: Event, told: Told, *, renumbered: bool) -> tuple[Happening, ...]:
    """Return what an event tells to count; `renumbered`: by it a mandat takes a number for the first time."""
    said: Iterable[Happening] = ()
    match event.subject:
        case Subject.INVOICE:
            said = _of_invoice(event, told.invoices[event.subject_id])
        case Subject.FOLDER:
            said = _of_folder(event, told.invoices[event.subject_id])
        case Subject.MANDAT:
            said = _of_mandat(event, told.mandats[event.subject_id], told.invoices, renumbered=renumbered)
        case Subject.FLUX:
            said = _of_flux(event, told.fluxes[event.subject_id])
        case Subject.TIERS:
            said = _of_account(event)
        case Subject.BATCH:
            said = _of_batch(event, told.batches[event.subject_id])
        case _:
            pass
    all_said = chain(said, _exceptional(event, told))
    return tuple(replace(one, id=f"{sequence:012d}-{rank:04d}") for rank, one in enumerate(all_said))


def _exceptional(event: Event, told: Told) -> Said:
    """Yield what was done out of the ordinary, with the budget and the service that it concerns, if any."""
    for code in exceptions(event):
        yield replace(_concerned(event, told), what=What.EXCEPTION, code=code, motif=event.motif)


def _concerned(event: Event, told: Told) -> Happening:
    whole = _new(event, What.EXCEPTION)
    if event.subject in {Subject.INVOICE, Subject.FOLDER}:
        return _on(told.invoices[event.subject_id], whole)
    if event.subject is Subject.MANDAT:
        return _whole(event, told.mandats[event.subject_id], told.invoices)
    return replace(whole, siret=told.fluxes.get(event.subject_id, ""))


def _new(event: Event, what: What, motif: str = "") -> Happening:
    return Happening(id="", at=event.at, what=what, about=event.subject_id, motif=motif, person=event.by)


def _on(invoice: Invoice, one: Happening) -> Happening:
    """Return a happening with what its invoice tells, the amount signed."""
    sign = -1 if invoice.is_credit_note else 1
    return replace(
        one,
        invoice_id=invoice.id,
        siret=invoice.siret,
        service=invoice.service,
        supplier=invoice.content.supplier.name,
        supplier_siren=invoice.supplier_siren,
        origin=invoice.origin,
        amount=invoice.signed_amount,
        ht=sign * invoice.content.amounts.ht,
    )


def _of_invoice(event: Event, invoice: Invoice) -> Said:
    whole = _on(invoice, _new(event, What.CAME))
    stops = event.data.get("stops", "").split()
    if not event.before:
        yield whole
    left = LEFT.get(InvoiceState(event.after)) if event.before != event.after else None
    if left:
        code = event.data.get("motive") or next(iter(stops), "")
        yield replace(whole, what=left, code=code, motif=event.data.get(WORDS, event.motif))
        if TO_CLEAR in stops and left is not What.INTERRUPTED:
            yield replace(whole, what=What.ACCOUNT_REFUSED, code=TO_CLEAR)
    else:
        yield from _stopped(event, whole, stops)


def _stopped(event: Event, whole: Happening, stops: list[str]) -> Said:
    if double := next((code for code in stops if code.startswith(DUPLICATE)), ""):
        yield replace(whole, what=What.DUPLICATE, code=double)
    if accounts := event.data.get("accounts"):
        yield replace(whole, what=What.ACCOUNT_ALERT, code=TO_CLEAR, count=int(accounts))
    if event.data.get("same_as"):
        yield replace(whole, what=What.DUPLICATE_CONFIRMED, motif=event.motif)


def _of_folder(event: Event, invoice: Invoice) -> Said:
    whole = _on(invoice, _new(event, What.VISA))
    for key, what in ((GIVEN, What.VISA), (TAKEN_BACK, What.VISA_TAKEN_BACK)):
        for visa in read(event.data.get(key, "")):
            yield _visa(replace(whole, what=what), visa)


def _visa(whole: Happening, visa: Visa) -> Happening:
    return replace(whole, code=visa.desk, person=visa.person, motif=visa.what, due_on=visa.due_on, on=visa.on)


def _of_mandat(event: Event, mandat: Mandat, invoices: Mapping[str, Invoice], *, renumbered: bool) -> Said:
    whole = _whole(event, mandat, invoices)
    if lacks := event.data.get(LACKS):
        for code in lacks.split():
            yield replace(whole, what=What.PIECE_MISSING, code=code, motif=event.motif)
    if event.before == event.after:
        return
    if renumbered and event.after == MandatState.IN_BORDEREAU:
        yield from _numbered(whole, mandat, invoices)
    moved = None if event.after == ASIDE else MOVED.get(MandatState(event.after))
    if moved is What.MANDAT_CANCELLED:
        code = "ABANDON" if event.before in GIVEN_UP else "REDUCTION"
        yield replace(whole, what=moved, code=code, motif=event.motif)
    elif moved:
        words = event.data.get("cause") or event.motif if moved is not What.MANDAT_SENT else ""
        yield replace(whole, what=moved, code=event.data.get("code", ""), motif=words)
    if event.before == MandatState.PAID:
        yield replace(whole, what=What.PAYMENT_DENIED, motif=event.motif)


def _numbered(whole: Happening, mandat: Mandat, invoices: Mapping[str, Invoice]) -> Said:
    reduces = mandat.kind is MandatKind.REDUCTION
    done = max((day for key in mandat.invoice_ids if (day := invoices[key].executed_on)), default=None)
    yield from _lines(replace(whole, what=What.MANDAT_REDUCED if reduces else What.MANDATED), mandat, done)
    if not reduces and not any((mandat.engagement, *(line.engagement for line in mandat.lines))):
        yield replace(whole, what=What.WITHOUT_ENGAGEMENT)


def _whole(event: Event, mandat: Mandat, invoices: Mapping[str, Invoice]) -> Happening:
    one = _new(event, What.MANDATED)
    if mandat.invoice_ids:
        asked = sorted((invoices[key] for key in mandat.invoice_ids), key=lambda invoice: invoice.is_credit_note)
        one = _on(asked[0], one)
    else:
        one = replace(one, supplier=mandat.tiers.name, supplier_siren=mandat.tiers.siren)
    return replace(one, siret=mandat.siret, amount=mandat.amount, ht=sum(map(_ht, mandat.lines), Decimal()))


def _lines(whole: Happening, mandat: Mandat, done: date | None) -> Said:
    for rank, line in enumerate(mandat.lines):
        code = f"{mandat.exercice}/{line.imputation.chapitre}/{line.imputation.nature}"
        yield replace(whole, amount=line.total, ht=_ht(line), count=int(rank == 0), code=code, on=done)


def _ht(line: Line) -> Decimal:
    return line.amount if line.invoice_ht is None else line.invoice_ht


def _of_flux(event: Event, siret: str) -> Said:
    if event.before == event.after:
        return
    whole = replace(_new(event, What.FLUX_SENT), siret=siret)
    acquit = event.data.get("acquit") or event.motif.removeprefix(ACQUIT)
    if event.after == FluxState.TRANSMITTED:
        yield whole
    elif event.after == FluxState.REFUSED_BY_TDT:
        yield replace(whole, what=What.FLUX_REFUSED, code=TDT, motif=event.motif)
    elif event.after == FluxState.ACKNOWLEDGED and acquit.startswith((REFUSED, PARTLY)):
        yield replace(whole, what=What.FLUX_REFUSED, code=event.data.get("code", ""), motif=event.motif)


def _of_account(event: Event) -> Said:
    if event.after == NEW_IN_REGISTER:
        yield _new(event, What.ACCOUNT_ALERT)
    elif event.after == CLEARED:
        yield _new(event, What.ACCOUNT_CLEARED)


def _of_batch(event: Event, batch: Batch) -> Said:
    whole = replace(_new(event, What.BATCH_CUT), count=batch.pages)
    if event.after == BatchState.PUBLISHED and event.before != event.after:
        yield whole
    elif event.after == BatchState.HELD and event.before != event.after:
        yield replace(whole, what=What.BATCH_HELD)
    if missed := event.data.get("missed"):
        yield replace(whole, what=What.SHEET_MISSED, count=int(missed))
