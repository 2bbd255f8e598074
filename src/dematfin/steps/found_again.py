"""Found again: deposits that the TdT has, made by these very books before they were put back to an older point.

What can be proved to be a flow that is still known is taken for sent, under its number; all the rest is a trace.
"""

import filecmp
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.finding import blocking
from dematfin.domain.mandat.deposit import Held
from dematfin.domain.mandat.flux import IN_DOUBT, NEVER_LEFT, Flux, FluxState
from dematfin.domain.restoration import Restored, Trace, TraceState
from dematfin.errors import ComeBackLater, DocumentError, Refused, UnknownOutcome
from dematfin.ports.app import App
from dematfin.steps.attempts import arrived_in
from dematfin.steps.outcome import Tally
from dematfin.steps.traces import OF_ACQUIT, explain_unread, keep, read_flow, trace_of

MARGIN: Final = timedelta(days=1)
"""The TdT lists by days, on a clock of its own."""
FOUND: Final = "retrouvé au TdT sous le n° {number} après la restauration de la base"
NOT_OURS: Final = "lu : ce n'est pas un flux de dépenses d'un de nos budgets (SHA-256 du fichier : {sha256})"
UNREADABLE: Final = (
    "le fichier que {who} en a pris (SHA-256 : {sha256}) n'est pas un flux qui se lise. Si le TdT et le comptable "
    "confirment qu'il ne paie rien : dematfin reprise sans-suite {key}"
)
NO_LIST: Final = (
    "il ne donne pas de liste à notre compte. Sur son portail, relevez les flux déposés depuis le {day} ; donnez le "
    "numéro de chacun (dematfin reprise lire NUMÉRO), puis certifiez que c'est tout (dematfin reprise "
    "certifier tdt)"
)


def deposits(app: App, mark: Restored, tally: Tally) -> str:
    """Look at each deposit since the age of the data; return what the TdT said.

    Raises:
        UnknownOutcome: it lists nothing to us; ConnectorError.
    """
    since = (app.clock.local(mark.data_as_of) - MARGIN).date()
    held = _listed(app, since, app.clock.today())
    if held is None:
        raise UnknownOutcome(NO_LIST.format(day=f"{app.clock.local(mark.data_as_of):%d/%m/%Y}"))
    for one in held:
        look_at(app, mark, one, tally)
    return f"dépôts depuis le {since:%d/%m/%Y} : {len(held)}, tous regardés"


def _listed(app: App, since: date, until: date) -> tuple[Held, ...] | None:
    """List deposits, by ever shorter slices of days as long as the TdT has too many to list at once."""
    today = app.clock.today()
    try:
        return app.transmitter.deposits(since) if until >= today else app.transmitter.deposits(since, until)
    except Refused:
        if since >= until:
            raise
    half = since + (until - since) // 2
    slices = (_listed(app, since, half), _listed(app, half + timedelta(days=1), until))
    return tuple({one.remote_id: one for some in slices for one in some or ()}.values())


def look_at(app: App, mark: Restored, held: Held, tally: Tally, given: Path | None = None) -> None:
    """Take one deposit for that of a flow of ours, or write down the trace that it is; `given`: its bytes, by hand."""
    with app.ledger.reading() as books:
        numbered = books.find(Flux, remote_id=held.remote_id)
    if any(one.id == held.nomfic or not held.nomfic for one in numbered):
        return
    with _bytes_of(app, held, given) as path:
        flow = read_flow(app, path)
        held = replace(held, nomfic=held.nomfic or (flow.nomfic if flow else ""))
        with app.ledger.reading() as books:
            named = books.find(Flux, id=held.nomfic) if held.nomfic else ()
        if named and _adopt(app, named[0], held, path):
            tally.note(f"Flux {held.nomfic} : {FOUND.format(number=held.remote_id)}. Il est transmis.")
            return
        trace = trace_of(app, mark, held, path)
        with app.ledger.transaction() as books:
            if trace is not None:
                keep(app, books, trace)
            elif path is not None:
                state = TraceState.VOID if given else TraceState.LEFT  # what a person gives, another one looks into
                explain_unread(app, books, {"id": held.remote_id}, state, NOT_OURS.format(sha256=_sha256(path)))


def looked_at(app: App, known: Trace, who: str, path: Path) -> None:
    """Write down that a person has looked: what was deposited is no flow that can be read, so only a person may settle
    it; raises ComeBackLater when the TdT has told more meanwhile."""
    sha256 = _sha256(path)
    said = UNREADABLE.format(who=who, sha256=sha256, key=known.id)
    with app.ledger.transaction() as books:
        if books.get(Trace, known.id) != known:
            message = f"{known.label} : autre chose vient d'en être appris. Voyez : dematfin reprise etat"
            raise ComeBackLater(message)
        books.save(replace(known, looked_at=sha256, said=said))
        told = f"{known.label} : {said}"
        books.record(app.event(Subject.RESTORATION, known.restoration, known.state, known.state, told, trace=known.id))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _bytes_of(app: App, held: Held, given: Path | None) -> Iterator[Path | None]:
    """Lend the bytes of a deposit: those given, or that we kept, which outlive a base, or that the TdT gives back."""
    with app.documents.workspace() as folder:
        target = folder / "depot.xml"
        if given is not None:
            shutil.copyfile(given, target)
        there = given is not None or _kept(app, held, target) or app.transmitter.recover(held.remote_id, target)
        yield target if there else None


def _kept(app: App, held: Held, target: Path) -> bool:
    if not held.sha256:
        return False
    try:
        with app.documents.open(DocumentRef(sha256=held.sha256, size=held.size)) as source, target.open("wb") as sink:
            shutil.copyfileobj(source, sink)
    except DocumentError:
        return False
    return True


def _adopt(app: App, flux: Flux, held: Held, path: Path | None) -> bool:
    """Write down that a flow had left, if the deposit is proved to be that very one."""
    if path is None or flux.state not in NEVER_LEFT | IN_DOUBT or held.remote_id.startswith(OF_ACQUIT):
        return False
    document = flux.to_deposit
    if document is not None:
        with app.documents.local(document) as ours:
            proved, signer = filecmp.cmp(ours, path, shallow=False), flux.signed_by
    else:
        with app.documents.local(flux.unsigned) as unsigned:
            report = app.signatures.report(path, unsigned)
        proved = bool(report.signatures) and not blocking(report.findings)
        signer = report.signatures[0].signer if proved else ""
    if proved:
        signed = document if document or not flux.bordereaux else app.documents.put_file(path)
        _had_left(app, flux, held, replace(flux, signed=signed, signed_by=signer) if flux.bordereaux else flux)
    return proved


def _had_left(app: App, before: Flux, held: Held, after: Flux) -> None:
    with app.ledger.transaction() as books:
        if books.get(Flux, before.id) != before:
            message = f"Flux {before.id} : un autre traitement s'en occupe. Relancez dans quelques minutes."
            raise ComeBackLater(message)
        sent = replace(after, state=FluxState.SENDING, sending_since=after.sending_since or app.clock.now())
        books.save(sent)
        said = FOUND.format(number=held.remote_id)
        arrived_in(app, books, sent, held.remote_id, said)
        for known in ({"id": held.remote_id}, {"nomfic": before.id}):
            explain_unread(app, books, known, TraceState.LEFT, said)
