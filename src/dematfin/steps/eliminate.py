"""An elimination is executed: intention first, then the bytes, then the result; killed anywhere, it is run again.

One transaction marks some dossiers gone, notes each of their documents and blanks what is personal; the bytes go after
all of these, once it was asked again who names them and written which of them go. What the list says and the books
do not say any more is kept, and told.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.retention.dossier import Dossier, Situation, named_by
from dematfin.domain.retention.elimination import ELSEWHERE, Eliminated, Elimination, EliminationState, Gone, Hold
from dematfin.domain.retention.transfer import Transfer, TransferState
from dematfin.domain.retention.written import Listed, dossiers_of, read_listing
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.blank import blank
from dematfin.steps.dossiers import dossiers
from dematfin.steps.pieces import INVOICE

TOGETHER: Final = 50
"""Dossiers of one transaction."""
AT_ONCE: Final = 500
"""Documents that go between two askings of who names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What an execution has done; `kept`: documents that stay, by fingerprint, and what names them."""

    elimination: Elimination
    documents: int
    size: int
    kept: Mapping[str, str]


def situation(app: App, books: Books) -> Situation:
    """Return what keeps dossiers today."""
    handed: dict[TransferState, set[str]] = {state: set() for state in TransferState}
    for one in books.find(Transfer):
        with app.documents.open(one.manifest) as manifest:
            handed[one.state] |= set(dossiers_of(manifest))
    return Situation(
        rules=app.policy.retention,
        today=app.clock.today(),
        held={one.id for one in books.find(Hold, active=True)},
        awaiting=handed[TransferState.MADE] - handed[TransferState.CONFIRMED],
        archived=handed[TransferState.CONFIRMED],
    )


def eliminate(app: App, key: str) -> Done:
    """Go on with an elimination whose visa is known, to its end.

    Raises:
        RuleError: it has no visa, or its list is not what the journal says.
        ComeBackLater, Unreachable: the place of documents does not answer; run it again.
    """
    with app.ledger.reading() as books:
        elimination = books.get(Elimination, key)
        listed = _listed(app, elimination)
        known = {one.id: one for one in dossiers(app, books)}
        before = {one.id for one in books.find(Gone, elimination=key)}
        now = situation(app, books)
    left = {one.dossier: why for one in listed if one.dossier not in before and (why := _kept(one, known, now))}
    going = [known[one.dossier] for one in listed if one.dossier not in left and one.dossier not in before]
    for start in range(0, len(going), TOGETHER):
        left |= _intend(app, elimination, going[start : start + TOGETHER])
    _remove(app, key)
    return _settle(app, key, [f"{one} : {why}" for one, why in left.items()])


def _listed(app: App, elimination: Elimination) -> tuple[Listed, ...]:
    if elimination.state is not EliminationState.EXECUTING or not elimination.visa:
        message = f"L'élimination {elimination.id} n'a pas de visa des archives départementales : rien n'est éliminé."
        raise RuleError(message)
    with app.documents.open(elimination.listed) as source:
        data = source.read()
    if hashlib.sha256(data).hexdigest() != elimination.listed.sha256:
        message = f"La liste de l'élimination {elimination.id} n'est plus celle qui a été figée : rien n'est éliminé."
        raise RuleError(message)
    return read_listing(data)


def _kept(listed: Listed, known: Mapping[str, Dossier], now: Situation) -> str:
    """Say why a dossier of the list stays; an empty text when it may go."""
    dossier = known.get(listed.dossier)
    if dossier is None:
        return "n'est plus là, ou une autre élimination l'a pris"
    if {ref.sha256 for ref in dossier.documents} != listed.fingerprints:
        return "a changé depuis que la liste est figée"
    return now.keeps(dossier)


def _intend(app: App, elimination: Elimination, some: Sequence[Dossier]) -> dict[str, str]:
    """Write down that some dossiers go; return those that a person has held meanwhile."""
    at = app.clock.now()
    with app.ledger.transaction() as books:
        held = {one.id for one in books.find(Hold, id={key for one in some for key in one.invoices}, active=True)}
        late = {one.id: "élimination suspendue entre-temps" for one in some if one.invoices & held}
        for dossier in some:
            if dossier.id not in late:
                books.save(Gone(id=dossier.id, elimination=elimination.id, at=at))
                books.save(*(_document(elimination, ref, app) for ref in dossier.documents))
                blank(books, dossier.id)
                _tell(app, books, elimination, dossier)
    return late


def _document(elimination: Elimination, ref: DocumentRef, app: App) -> Eliminated:
    return Eliminated(
        id=ref.sha256, size=ref.size, elimination=elimination.id, visa=elimination.visa, at=app.clock.now()
    )


def _tell(app: App, books: Books, elimination: Elimination, dossier: Dossier) -> None:
    what, _, key = dossier.id.partition(":")
    if what == INVOICE:
        state = books.get(Invoice, key).state
        motif = f"documents éliminés le {app.clock.today():%d/%m/%Y}, visa {elimination.visa} ({elimination.id})"
        books.record(app.event(Subject.INVOICE, key, state, state, motif))


def _remove(app: App, key: str) -> None:
    """Take away the documents of which it is written that they go, but those that something else names by now."""
    with app.ledger.reading() as books:
        waiting = books.find(Eliminated, elimination=key, kept_for="")  # and what an execution that died has announced
    for start in range(0, len(waiting), AT_ONCE):
        _take_away(app, _announced(app, waiting[start : start + AT_ONCE]))


def _announced(app: App, some: Sequence[Eliminated]) -> list[Eliminated]:
    """Ask who names documents now, whatever was true when the execution began, and write down which of them go.

    A purge lasts, and people go on: what is given again before this is written stays, and after it is refused for as
    long as the execution lasts (store.gone).
    """
    keys = {one.id for one in some}
    with app.ledger.reading() as books:
        ours = named_by(dossiers(app, books))
        names = dict.fromkeys(app.ledger.named_elsewhere(keys), ELSEWHERE) | ours
    with app.ledger.transaction() as books:
        now = books.find(Eliminated, id=keys)
        announced = [replace(one, removed=True, kept_for=names.get(one.id, one.kept_for)) for one in now]
        books.save(*announced)
    return announced


def _take_away(app: App, some: Sequence[Eliminated]) -> None:
    for one in some:
        if not one.kept_for:
            app.documents.remove(DocumentRef(sha256=one.id, size=one.size))


def _settle(app: App, key: str, left: Sequence[str]) -> Done:
    with app.ledger.transaction() as books:
        was = books.get(Elimination, key)
        documents = books.find(Eliminated, elimination=key)
        away = [one for one in documents if not one.kept_for]
        done = replace(was, state=was.moved(EliminationState.DONE), left_out=tuple(left))
        books.save(done)
        motif = f"{len(away)} documents éliminés, visa {was.visa} ; {len(left)} dossiers de la liste gardés"
        told = {"visa": was.visa, "liste": was.listed.sha256}
        books.record(app.event(Subject.ELIMINATION, key, was.state, done.state, motif, **told))
    return Done(
        elimination=done,
        documents=len(away),
        size=sum(one.size for one in away),
        kept={one.id: one.kept_for for one in documents if one.kept_for},
    )
