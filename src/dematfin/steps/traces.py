"""Traces: what a neighbour has of ours and the books do not know, written down with all that it must forbid.

In one transaction with the trace itself: its numbers are passed for ever, and the mandats that it seems to pay already
are in doubt, which keeps them from being signed and sent.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.aller import ReadFlow, ReadMandat
from dematfin.domain.mandat.budget import BudgetYear, budget_year_id
from dematfin.domain.mandat.deposit import PHASE, Held, Phase
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.money import ZERO, french
from dematfin.domain.restoration import OURS, Neighbour, Restored, Trace, TracedMandat, TraceState
from dematfin.errors import DocumentError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books

UNIQUE: Final = re.compile(r"(\d{14})(\d{4})[A-Z]+(\d{8})")
"""An IdUnique of ours: SIRET, exercice, place in the series of documents."""
IN_HAND: Final = (MandatState.PREPARED, MandatState.IN_BORDEREAU)
OF_ACQUIT: Final = "acquit-"
"""Before the name of a flow, where its number at the TdT is not known."""
UNREADABLE: Final = (
    "son contenu ne se lit pas d'ici. Téléchargez-le sur le portail du TdT, puis : dematfin reprise lire {key} FICHIER"
)


def is_ours_by_name(app: App, nomfic: str) -> bool:
    """Say whether a flow bears a name that only dematfin gives, for one of our budgets."""
    found = OURS.fullmatch(nomfic)
    return found is not None and app.policy.owns(found[1])


def trace_of(app: App, mark: Restored, held: Held, path: Path | None) -> Trace | None:
    """Return the trace that a deposit is; None when it concerns none of our expenses."""
    flow = read_flow(app, path)
    if flow is None:
        said = UNREADABLE.format(key=held.remote_id)
        named = OURS.fullmatch(held.nomfic)
        return _trace(app, mark, held, read=False, said=said, siret=named[1] if named else "")
    if not app.policy.owns(flow.siret) or not (flow.bordereaux or flow.documents):
        return None
    with app.ledger.reading() as books:
        files = {one.id: one.document.sha256 for one in books.find(Piece, id=_references(flow))}
    files |= {one.id: one.sha256 for one in flow.documents}
    mandats = tuple(_mandats(flow, files))
    total = french(sum((one.amount for one in mandats), ZERO))
    carried = f"mandats : {len(mandats)}, total : {total}" if mandats else "pièces seules"
    said = f"{carried}, parti avant la restauration ; au TdT : {PHASE[held.phase]}"
    trace = _trace(app, mark, held, read=True, said=said, siret=flow.siret)
    return replace(trace, nomfic=flow.nomfic or held.nomfic, mandats=mandats, pieces=flow.carried)


def of_acquit(app: App, mark: Restored, nomfic: str) -> Trace:
    """Return the trace of a flow that Hélios answers, and that is known by its name alone."""
    key = f"{OF_ACQUIT}{nomfic}"
    named = OURS.fullmatch(nomfic)
    held = Held(remote_id=key, nomfic=nomfic, phase=Phase.ANSWERED)
    said = f"Hélios y a répondu ; {UNREADABLE.format(key=key)}"
    return _trace(app, mark, held, read=False, said=said, siret=named[1] if named else "")


def read_flow(app: App, path: Path | None) -> ReadFlow | None:
    """Return what a flow says; None when there is none, or it cannot be read."""
    try:
        return app.reader.aller(path) if path else None
    except DocumentError:
        return None


def _trace(app: App, mark: Restored, held: Held, *, read: bool, said: str, siret: str) -> Trace:
    return Trace(
        id=held.remote_id,
        restoration=mark.id,
        neighbour=Neighbour.TDT,
        nomfic=held.nomfic,
        siret=siret,
        read=read,
        said=said,
        found_at=app.clock.now(),
    )


def _references(flow: ReadFlow) -> tuple[str, ...]:
    return tuple({key for sheet in flow.bordereaux for one in sheet.mandats for key in one.references})


def _mandats(flow: ReadFlow, files: dict[str, str]) -> Iterator[TracedMandat]:
    for sheet in flow.bordereaux:
        kind = next((one for one in BordereauKind if one == sheet.kind), BordereauKind.ORDINARY)
        for one in sheet.mandats:
            yield TracedMandat(
                exercice=sheet.exercice,
                bordereau=sheet.number,
                number=one.number,
                kind=kind,
                amount=one.amount,
                creditor=one.creditor,
                siren=_siren(one),
                account=one.iban,
                invoices=one.invoices,
                files=tuple(sorted({files[key] for key in one.references if files.get(key)})),
            )


def _siren(mandat: ReadMandat) -> str:
    tiers = next((line.tiers for line in mandat.lines if line.tiers), None)
    return tiers.identifier[:9] if tiers and tiers.identifier[:9].isdigit() else ""


def keep(app: App, books: Books, trace: Trace) -> None:
    """Write a trace down, pass the numbers of our series, put in doubt what it seems to pay; known already, it changes
    nothing.

    What a person has said of one that nobody could read does not hold any more once it is read.
    """
    known = books.find(Trace, id=trace.id)
    if known and (known[0].read or not trace.read):
        return
    books.save(trace)
    said = f"{trace.label} : inconnu d'ici, {trace.said}"
    before = known[0].state if known else ""
    books.record(app.event(Subject.RESTORATION, trace.restoration, before, TraceState.FOUND, said, trace=trace.id))
    _pass_numbers(books, trace)
    _doubt(app, books, trace)
    _explain(app, books, trace)


def _pass_numbers(books: Books, trace: Trace) -> None:
    if named := OURS.fullmatch(trace.nomfic):
        books.pass_number("flux", int(named[4]))
        if named[3] and not trace.read:
            _pass(books, named[1], int(named[2]), BordereauKind.ORDINARY, (0, int(named[3])))
    for key in trace.pieces:
        if found := UNIQUE.fullmatch(key):
            books.pass_number(f"piece:{found[1]}:{int(found[2])}", int(found[3]))
    for one in trace.mandats if trace.is_ours else ():
        _pass(books, trace.siret, one.exercice, one.kind, (one.number, one.bordereau))


def _pass(books: Books, siret: str, exercice: int, kind: BordereauKind, last: tuple[int, int]) -> None:
    """Pass the numbers of a mandat and of its bordereau; a budget that is not open yet begins after them too."""
    key = budget_year_id(siret, exercice)
    closed = BudgetYear(id=key, siret=siret, exercice=exercice, last_mandat=0, last_bordereau=0, cumul=ZERO)
    start = next(iter(books.find(BudgetYear, id=key)), closed).start(kind)
    books.pass_number(start.mandats, max(last[0], start.last_mandat))
    books.pass_number(start.bordereaux, max(last[1], start.last_bordereau))


def _doubt(app: App, books: Books, trace: Trace) -> None:
    """Put in doubt the mandats in hand that a trace seems to pay already: nothing signs nor sends them before a person
    has looked."""
    for mandat in books.find(Mandat, state=IN_HAND, siret=trace.siret) if trace.mandats else ():
        paid = next((one for one in trace.mandats if _is_same(books, one, mandat)), None)
        if paid and not mandat.doubt:
            doubt = f"le TdT a déjà le {paid.key}, parti avant la restauration de la base (flux {trace.nomfic})."
            books.save(replace(mandat, doubt=doubt, doubt_seen=""))
            books.record(app.event(Subject.MANDAT, mandat.id, mandat.state, mandat.state, doubt))


def _is_same(books: Books, there: TracedMandat, ours: Mandat) -> bool:
    if (there.exercice, there.kind) != (ours.exercice, ours.kind.bordereau):
        return False
    if ours.number and there.number == ours.number:
        return True
    if ours.invoice_ids:
        return any(there.may_pay(one) for one in books.find(Invoice, id=ours.invoice_ids))
    return there.amount == ours.amount and there.account == ours.tiers.account.iban


def _explain(app: App, books: Books, trace: Trace) -> None:
    """Close what Chorus Pro showed mandated by nothing known, and what was known of this flow by its name alone."""
    if trace.read and trace.nomfic:
        explain_unread(app, books, {"nomfic": trace.nomfic}, TraceState.LEFT, f"lu depuis, n° {trace.id}")
    for one in books.find(Trace, state=TraceState.FOUND) if trace.read else ():
        invoice = next(iter(books.find(Invoice, id=one.invoice_id)), None)
        if invoice and any(paid.pays(invoice) for paid in trace.mandats):
            books.save(one.settled(TraceState.LEFT, app.by, app.clock.now(), f"payée par le flux {trace.nomfic}"))


def explain_unread(app: App, books: Books, which: Mapping[str, str], state: TraceState, said: str) -> None:
    """Close what was known of a deposit without its contents, once something tells what it was."""
    for one in books.find(Trace, state=TraceState.FOUND, read=False, **which):
        books.save(one.settled(state, app.by, app.clock.now(), said))
        told = f"{one.label} : {said}"
        books.record(app.event(Subject.RESTORATION, one.restoration, one.state, state, told, trace=one.id))
