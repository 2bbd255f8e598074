"""Restored: the neighbours are asked what left us since the age of the data; the gate opens once all have told it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.exchange.hand_over import HandOverKind
from dematfin.domain.invoice.chorus import Stage, said, stage
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.restoration import NEIGHBOUR, Neighbour, Restored, Trace, TraceState, Word, paying
from dematfin.errors import ComeBackLater, ConfigError, ConnectorError, DocumentError
from dematfin.ports.app import App
from dematfin.ports.gate import standing
from dematfin.ports.invoice_source import RemoteRef
from dematfin.ports.ledger import Books
from dematfin.steps.episodes import UNMANDATED
from dematfin.steps.facts import observe
from dematfin.steps.found_again import deposits
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.receipts import last_delivery, pass_numbers
from dematfin.steps.traces import keep

SHUT: Final = "fermé"
OPEN: Final = "ouvert"
NOTHING_UNKNOWN: Final = "tous les voisins ont répondu, rien d'inconnu n'est parti"
ANOTHER: Final = "quelqu'un a certifié ce que les voisins n'ont pas dit, une autre personne rouvre : reprise rouvrir"
MANDATED: Final = "MANDATEE"
"""Told by whoever mandates; what Hélios posts afterwards shows that the order did arrive."""
NOT_EXPLAINED: Final = (
    "Chorus Pro la montre mandatée depuis la restauration, et aucun flux retrouvé ne la paie : demandez au comptable "
    "s'il a son mandat"
)

Asked = Callable[[App, Restored, Tally], str]


def mark(app: App, data_as_of: datetime, how: str) -> Restored:
    """Shut the gate: the books were put back to what they were at an instant."""
    with app.ledger.transaction() as books:
        return mark_in(app, books, data_as_of, how)


def mark_in(app: App, books: Books, data_as_of: datetime, how: str) -> Restored:
    """Shut the gate in open books; one that is shut already is opened once all is known since the older point."""
    before = standing(books)
    made = replace(
        before or Restored(id=_next_id(books), data_as_of=data_as_of, restored_at=app.clock.now(), by=app.by, how=how),
        data_as_of=min(data_as_of, before.data_as_of if before else data_as_of),
        restored_at=app.clock.now(),
        words=(),
    )
    books.save(made)
    motif = f"{how}, données du {app.clock.local(made.data_as_of):%d/%m/%Y à %H:%M}"
    data = {"donnees_du": made.data_as_of.isoformat(), EXCEPTION: Exceptional.BASE_RESTORED}
    books.record(app.event(Subject.RESTORATION, made.id, OPEN if before is None else SHUT, SHUT, motif, **data))
    return made


def _next_id(books: Books) -> str:
    return f"R{books.next_number('restauration'):04d}"


def shut(app: App) -> Restored | None:
    """Return the restoration after which nothing leaves yet."""
    with app.ledger.reading() as books:
        return standing(books)


def was_told_since(app: App, instant: datetime) -> bool:
    """Say whether a restoration is known that came after an instant."""
    with app.ledger.reading() as books:
        return any(one.restored_at >= instant for one in books.find(Restored))


def neighbours(app: App) -> tuple[Neighbour, ...]:
    """Return who has to answer in this collectivité."""
    there = {Neighbour.PARAPHEUR: app.parapheur is not None, Neighbour.EXCHANGE: app.exchange is not None}
    return tuple(one for one in Neighbour if there.get(one, True))


def ask(app: App, restored: Restored) -> Outcome:
    """Ask each neighbour; open the gate when all have answered themselves and nothing unknown has left."""
    tally = Tally("réconciliation")
    for neighbour in neighbours(app):
        _hear(app, restored, neighbour, tally)
    with app.ledger.transaction() as books:
        left = remaining(app, books)
        if not left:
            finish(app, books, restored, NOTHING_UNKNOWN)
    if left:
        tally.note(
            f"La base a été restaurée ({restored.how}) : rien ne part ni ne se signe. Reste à régler : "
            f"{' ; '.join(left)}. Voyez : dematfin reprise etat"
        )
    else:
        tally.note(f"Restauration de la base : {NOTHING_UNKNOWN}. Les envois reprennent.")
    return tally.outcome()


def remaining(app: App, books: Books) -> tuple[str, ...]:
    """Say what keeps the gate shut, in French; nothing when it may open."""
    restored = standing(books)
    if restored is None:
        return ()
    left = [f"{NEIGHBOUR[one]} n'a pas tout dit" for one in unsettled(app, restored)]
    if (wait := restored.restored_at + app.policy.verify_after) > app.clock.now():
        left.append(f"ce qui était en route a jusqu'à {app.clock.local(wait):%H:%M} pour arriver, relancez ensuite")
    left += [f"{one.label}, {one.said}" for one in books.find(Trace, state=TraceState.FOUND)]
    if not left and (restored.certifiers or books.find(Trace, restoration=restored.id, state=TraceState.VOID)):
        left.append(ANOTHER)
    return tuple(left)


def unsettled(app: App, restored: Restored) -> tuple[Neighbour, ...]:
    """Return the neighbours that have not told all that they have."""
    words = {one: restored.word(one) for one in neighbours(app)}
    return tuple(one for one, word in words.items() if word is None or not word.settled)


def finish(app: App, books: Books, expected: Restored, motif: str, **data: str) -> None:
    """Open the gate, unless another restoration has shut it since; `data` goes into its event."""
    there = standing(books)
    if there and (there.id, there.restored_at) == (expected.id, expected.restored_at):
        books.save(replace(there, ended_at=app.clock.now(), ended_by=app.by))
        books.record(app.event(Subject.RESTORATION, there.id, SHUT, OPEN, motif, **data))


def _hear(app: App, restored: Restored, neighbour: Neighbour, tally: Tally) -> None:
    try:
        told, settled = ASKED[neighbour](app, restored, tally), True
    except (ConnectorError, ConfigError, DocumentError, ComeBackLater) as error:
        told, settled = str(error), False
    write_word(app, Word(neighbour=neighbour, settled=settled, said=told.rstrip("."), at=app.clock.now()))


def write_word(app: App, word: Word) -> None:
    """Write down what a neighbour said, or a person in its place; what was certified stays until it answers itself."""
    with app.ledger.transaction() as books:
        restored = standing(books)
        if restored is None:
            return
        before = restored.word(word.neighbour)
        if before and before.certified_by and not word.settled:
            return
        books.save(restored.told(word))
        if before is None or (before.settled, before.said) != (word.settled, word.said):
            motif = f"{NEIGHBOUR[word.neighbour]} : {word.said}"
            marks = {EXCEPTION: Exceptional.NEIGHBOUR_CERTIFIED} if word.certified_by else {}
            books.record(app.event(Subject.RESTORATION, restored.id, SHUT, SHUT, motif, **marks))


def _chorus(app: App, restored: Restored, _: Tally) -> str:
    """Follow what Chorus Pro shows mandated since: nobody mandates it again."""
    since, today = app.clock.local(restored.data_as_of).date(), app.clock.today()
    seen = 0
    for door in app.source.doors():
        for ref in app.source.changed(door, since, today):
            seen += 1
            if stage(ref.status) is Stage.MANDATED:
                with app.ledger.transaction() as books:
                    _mandated(app, books, restored, ref)
    return f"factures dont le statut a changé depuis le {since:%d/%m/%Y} : {seen}, toutes regardées"


def _mandated(app: App, books: Books, restored: Restored, ref: RemoteRef) -> None:
    invoice = next(iter(books.find(Invoice, origin=Origin.CHORUS, remote_id=ref.remote_id)), None)
    if invoice and invoice.state in UNMANDATED:
        invoice = observe(app, books, invoice, ref.status)
    elif invoice and not _went_elsewhere_since(app, invoice, restored):
        return
    if ref.status != MANDATED or _explained(books.find(Trace), invoice, ref.number):
        return
    trace = Trace(
        id=f"chorus-{ref.remote_id}",
        restoration=restored.id,
        neighbour=Neighbour.CHORUS,
        siret=invoice.siret if invoice else "",
        read=True,
        said=f"n° {ref.number}, « {said(ref.status)} » : {NOT_EXPLAINED}",
        found_at=app.clock.now(),
        invoice_id=invoice.id if invoice else f"Chorus Pro n° {ref.remote_id}",
    )
    keep(app, books, trace)


def _explained(traces: Sequence[Trace], invoice: Invoice | None, number: str) -> bool:
    """Say whether a flow that was found pays an invoice; of one that is not imported yet, its number alone is known."""
    if invoice:
        return any(one.pays(invoice) for _, one in paying(traces, invoice))
    return any(one.names(number) for trace in traces for one in trace.mandats)


def _went_elsewhere_since(app: App, invoice: Invoice, restored: Restored) -> bool:
    """Say whether an import has followed Chorus Pro before we asked."""
    told = app.ledger.history(Subject.INVOICE, (invoice.id,)) if invoice.state is InvoiceState.ELSEWHERE else ()
    return any(one.event.after == InvoiceState.ELSEWHERE and one.event.at >= restored.restored_at for one in told)


def _parapheur(app: App, _: Restored, __: Tally) -> str:
    """Its folders bear our own names: one that was sent since is found there, and never made twice."""
    if app.parapheur is not None:
        app.parapheur.check()
    return "il répond ; ses dossiers portent nos identifiants, aucun n'y sera fait deux fois"


def _exchange(app: App, _: Restored, __: Tally) -> str:
    """Count the receipts that the books do not know: the next hand-over learns from them before it gives anything."""
    if app.exchange is None:
        return ""
    last = last_delivery(app)
    kinds = (HandOverKind.INVOICE, HandOverKind.JOURNAL, HandOverKind.RETOUR)
    receipts = [one for kind in kinds if app.exchange.receives(kind) for one in app.exchange.receipts(kind, last)]
    pass_numbers(app, receipts)
    return f"remises faites depuis, d'après leurs reçus : {len(receipts)}, aucune ne sera refaite"


ASKED: Final[dict[Neighbour, Asked]] = {
    Neighbour.TDT: deposits,
    Neighbour.CHORUS: _chorus,
    Neighbour.PARAPHEUR: _parapheur,
    Neighbour.EXCHANGE: _exchange,
}
