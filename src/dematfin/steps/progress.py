"""The day, step after step: where it stands is in the ledger, so that whoever takes it up goes on from there."""

from datetime import datetime
from typing import Final

from structlog.contextvars import bound_contextvars

from dematfin.domain.unattended.judgement import aside
from dematfin.domain.unattended.run import DAY as DAY_KEY
from dematfin.domain.unattended.run import Run
from dematfin.errors import ComeBackLater, DematfinError, UnknownStep
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.aloud import name_of
from dematfin.steps.day import DAY, KEYS, LEASES, NAMES, Step, is_due, run, run_since
from dematfin.steps.outcome import Failure, Outcome, Tally
from dematfin.steps.running import PATIENCE, First, Then, last_run, nothing

BY_KEY: Final[dict[str, Step]] = {key: step for step, key in KEYS.items()}
WHOLE_DAY: Final = "journée"
"""Lease of whoever runs a day: a command and the clock hold it from its first step to its last, a worker for one step
at a time. So no two carry days of one collectivité on at once; who finds it held comes back later, and reads anew.

Should a lease be lost (a process that slept, another machine), a step begins only where the ledger says that its day
stands: see `_check_stands_there`.
"""


def begin_day(app: App, hour: datetime | None = None, then: Then = nothing) -> Run | None:
    """Begin the day; None when one has begun since `hour`, the hour of the schedule that asks for it."""
    first = next(KEYS[one] for one in DAY if is_due(app, one))
    now = app.clock.now()
    with app.ledger.transaction() as books:
        before = books.find(Run, id=DAY_KEY)
        if hour and before and before[0].has_begun_since(hour, now):
            return None
        day = last_run(books, DAY_KEY, now).begun(now, first)
        books.save(day)
        then(books, day)
    return day


def open_day(app: App) -> Run | None:
    """Return the day that has begun and has steps to run still."""
    with app.ledger.reading() as books:
        return next((one for one in books.find(Run, id=DAY_KEY) if one.position), None)


def go_on(app: App, day: Run, then: Then = nothing) -> tuple[Outcome, Run]:
    """Run the step at which the day stands; return its account, and the day at its next step.

    `then` joins the transaction that ends the step and moves the day: a queue and the ledger cannot disagree.

    Raises:
        ComeBackLater: the step runs elsewhere, the ledger is away, or a newer version runs here: the day stands still.
    """
    step = step_at(day)
    aside = _set_aside(app, step)
    if aside:
        return aside, leave(app, day, aside, then)
    moved: list[Run] = []

    def on(books: Books, ended: Run) -> None:
        moved.append(_move(app, books, day.told(ended.failed, ended.said), then))

    with bound_contextvars(run_id=name_of(day)):
        outcome = _account(app, step, on, lambda books: _check_stands_there(books, day))
    return outcome, moved[0] if moved else leave(app, day, outcome, then)


def go_alone(app: App, step: Step, hour: datetime) -> Outcome | None:
    """Run one step that a schedule asks for outside the day; None when it was run since that hour.

    Raises:
        ComeBackLater: the step runs elsewhere, or the ledger is away.
    """
    return _set_aside(app, step) or run_since(app, step, hour)


def step_at(day: Run) -> Step:
    """Return the step that a day comes to, or raise UnknownStep when only a newer version knows it."""
    if day.position not in BY_KEY:
        message = (
            f"La journée en est à une étape que ce programme ne connaît pas (« {day.position} ») : installez la "
            "version qui l'a commencée, elle la finira. Sans l'attendre, « dematfin journee » en commence une autre."
        )
        raise UnknownStep(message)
    return BY_KEY[day.position]


def leave(app: App, day: Run, account: Outcome, then: Then = nothing) -> Run:
    """Leave the step at which the day stands, with what is to be said of it: first, for no run of the step says it."""
    sentences = tuple(one.sentence for one in account.failures)
    with app.ledger.transaction() as books:
        return _move(app, books, day.told(len(sentences), sentences, first=True), then)


def put_off(step: Step, error: ComeBackLater) -> Outcome:
    """Return the account of a step that could not begin."""
    return Outcome(step=NAMES[step], failures=(Failure(item=NAMES[step], sentence=str(error)),))


def _account(app: App, step: Step, then: Then, first: First) -> Outcome:
    """Return the account of a step, whatever stops it, known or foreseen by nobody; ComeBackLater alone goes up."""
    accounts: list[Outcome] = []
    later: list[ComeBackLater] = []
    tally = Tally(NAMES[step])
    with tally.item(NAMES[step]):
        try:
            accounts.append(run(app, step, then, first))
        except ComeBackLater as error:
            later.append(error)
        except DematfinError as error:
            accounts.append(Outcome(step=NAMES[step], failures=(Failure(item=NAMES[step], sentence=str(error)),)))
    if later:
        raise later[0]
    return accounts[0] if accounts else tally.outcome()


def _set_aside(app: App, step: Step) -> Outcome | None:
    """Return what to say of a step that has killed its process too often; it waits for a person (ouvrier relancer).

    Its lease tells that it has died in its last run, which another process may be in.
    """
    now = app.clock.now()
    with app.ledger.reading() as books:
        if not last_run(books, KEYS[step], now).keeps_dying(PATIENCE):
            return None
    with app.ledger.lease(LEASES[step], app.holder), app.ledger.transaction() as books:
        last = last_run(books, KEYS[step], now)
        if not last.keeps_dying(PATIENCE):
            return None
        last = last.set_aside(now)
        books.save(last)
    sentence = aside(KEYS[step], app.clock.local(last.aside_since or now))
    return Outcome(step=NAMES[step], failures=(Failure(item=NAMES[step], sentence=sentence),))


def _move(app: App, books: Books, day: Run, then: Then) -> Run:
    """Move the day to its next step; one that was moved or begun again elsewhere meanwhile is left to whoever did."""
    known = last_run(books, DAY_KEY, day.began_at)
    if (known.began_at, known.position) != (day.began_at, day.position):
        return day.moved("")
    following = _after(app, step_at(day))
    moved = day.moved(following) if following else day.ended(app.clock.now())
    books.save(moved)
    then(books, moved)
    return moved


def _check_stands_there(books: Books, day: Run) -> None:
    """Let no step be run twice by two that carry days on: the one whose day was moved, or begun again, runs nothing."""
    known = last_run(books, DAY_KEY, day.began_at)
    if (known.began_at, known.position) != (day.began_at, day.position):
        message = f"L'étape « {day.position} » n'est plus à faire ici : la journée a avancé ailleurs entre-temps."
        raise ComeBackLater(message)


def _after(app: App, step: Step) -> str:
    """Return the key of the step that comes after another one here; empty after the last one."""
    return next((KEYS[one] for one in DAY[DAY.index(step) + 1 :] if is_due(app, one)), "")
