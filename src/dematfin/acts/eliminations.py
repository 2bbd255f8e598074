"""Eliminations: one person prepares the list, the departmental archives give their visa, another person executes it."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.retention.classes import Kind
from dematfin.domain.retention.dossier import Dossier
from dematfin.domain.retention.elimination import Elimination, EliminationState
from dematfin.domain.retention.written import Sheet, listing, summaries
from dematfin.errors import RuleError, SeparationOfDuties
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.day import LEASES
from dematfin.steps.dossiers import dossiers
from dematfin.steps.eliminate import Done, eliminate, situation
from dematfin.steps.progress import WHOLE_DAY

OPEN: Final = (EliminationState.PREPARED, EliminationState.EXECUTING)


def prepare(app: App, who: Person, kind: Kind | None = None, exercice: int | None = None) -> Elimination:
    """Freeze the list of what may be eliminated today, of a class or a year, or of all.

    Raises:
        Forbidden; RuleError: there is nothing, or another list is still open.
    """
    app = app.on_behalf_of(who, Act.ARCHIVE)
    with app.ledger.reading() as books:
        _refuse_two(books)
        now = situation(app, books)
        due = [
            one
            for one in dossiers(app, books)
            if not now.keeps(one) and kind in {None, one.kind} and exercice in {None, one.exercice}
        ]
    if not due:
        message = (
            "Rien à éliminer aujourd'hui : aucune durée n'est échue pour ce choix, ou ce qui l'est est suspendu ou "
            "attend d'être versé."
        )
        raise RuleError(message)
    return _frozen(app, _made(app, who, due))


def _made(app: App, who: Person, due: Sequence[Dossier]) -> Elimination:
    """Keep the list and the page to be signed; the same list has the same name."""
    rules, today, lines = app.policy.retention, app.clock.today(), summaries(due)
    listed = app.documents.put(listing(due, rules))
    key = f"EL{today.year}-{listed.sha256[:8]}"
    words = Sheet(
        id=key,
        producer=app.policy.name,
        siret=app.policy.collectivite,
        made_on=today,
        prepared_by=who.name,
        lines=lines,
        rules=rules,
        fingerprint=listed.sha256,
    )
    return Elimination(
        id=key,
        listed=listed,
        sheet=app.documents.put(app.letters.elimination(words)),
        dossiers=len(due),
        documents=sum(one.documents for one in lines),
        size=sum(one.size for one in lines),
        prepared_by=who.id,
        prepared_at=app.clock.now(),
    )


def _frozen(app: App, made: Elimination) -> Elimination:
    with app.ledger.transaction() as books:
        _refuse_two(books)
        books.save(made)
        motif = f"{made.dossiers} dossiers, {made.documents} documents proposés à l'élimination"
        books.record(app.event(Subject.ELIMINATION, made.id, "", made.state, motif, liste=made.listed.sha256))
    return made


def _refuse_two(books: Books) -> None:
    for one in books.find(Elimination, state=OPEN):
        message = (
            f"L'élimination {one.id} n'est pas finie : exécutez-la (dematfin elimination executer {one.id}) ou "
            f"abandonnez-la (dematfin elimination abandonner {one.id})."
        )
        raise RuleError(message)


def execute(app: App, who: Person, key: str, visa: str, visa_on: date) -> Done:
    """Eliminate what a list says, under the visa of the departmental archives; cut short, it is asked again.

    Raises:
        Forbidden, UnknownRecord; SeparationOfDuties: the person who prepared the list.
        RuleError: no reference, a day that cannot be, another visa than the one that began.
        IllegalTransition: it is over; AlreadyRunning: a day or a step is under way, which may take documents in.
    """
    app = app.on_behalf_of(who, Act.ELIMINATE)
    reference = for_journal(f"Visa de l'élimination {key}", visa)
    with ExitStack() as alone:
        for step in (WHOLE_DAY, *sorted(set(LEASES.values()))):
            alone.enter_context(app.ledger.lease(step, app.holder))
        with app.ledger.transaction() as books:
            was = books.get(Elimination, key)
            state = was.moved(EliminationState.EXECUTING)
            _check(app, who, was, reference, visa_on)
            if was.state is EliminationState.PREPARED:
                begun = replace(was, state=state, visa=reference, visa_on=visa_on, executed_by=who.id)
                books.save(replace(begun, executed_at=app.clock.now()))
                motif = f"élimination commencée, visa {reference} du {visa_on:%d/%m/%Y}"
                data = {"liste": was.listed.sha256, EXCEPTION: Exceptional.ELIMINATED}
                books.record(app.event(Subject.ELIMINATION, key, was.state, state, motif, **data))
        return eliminate(app, key)


def _check(app: App, who: Person, was: Elimination, visa: str, visa_on: date) -> None:
    if who.id == was.prepared_by:
        message = f"{who.name} a préparé l'élimination {was.id} : une autre personne doit l'exécuter."
        raise SeparationOfDuties(message)
    if not app.clock.local(was.prepared_at).date() <= visa_on <= app.clock.today():
        message = (
            f"Élimination {was.id} : le visa est daté du {visa_on:%d/%m/%Y}, or la liste date du "
            f"{app.clock.local(was.prepared_at):%d/%m/%Y}. Vérifiez la date du visa."
        )
        raise RuleError(message)
    if was.visa and (was.visa, was.visa_on) != (visa, visa_on):
        message = f"L'élimination {was.id} a commencé sous le visa {was.visa} : relancez-la avec lui, et sa date."
        raise RuleError(message)


def drop(app: App, who: Person, key: str, motif: str) -> Elimination:
    """Give a list up before anything of it was eliminated; raises Forbidden, UnknownRecord, RuleError."""
    app = app.on_behalf_of(who, Act.ARCHIVE)
    reason = for_journal(f"Élimination {key}", motif)
    with app.ledger.transaction() as books:
        was = books.get(Elimination, key)
        dropped = replace(was, state=was.moved(EliminationState.DROPPED))
        books.save(dropped)
        books.record(app.event(Subject.ELIMINATION, key, was.state, dropped.state, reason))
    return dropped


def eliminations(app: App, who: Person) -> tuple[Elimination, ...]:
    """Return every elimination, oldest first."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        return tuple(sorted(books.find(Elimination), key=lambda one: one.prepared_at))


def papers(app: App, who: Person, key: str) -> dict[str, bytes]:
    """Return what goes to the departmental archives, by the names of files: the page to sign, and its list."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        one = books.get(Elimination, key)
    files = {}
    for name, ref in ((f"{key}.html", one.sheet), (f"{key}.csv", one.listed)):
        with app.documents.open(ref) as source:
            files[name] = source.read()
    return files
