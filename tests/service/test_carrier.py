"""What a job does, and which jobs there are: the ledger decides, in PostgreSQL; no process is started here."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import procrastinate
import pytest
from procrastinate import PsycopgConnector
from procrastinate.jobs import Job
from sqlalchemy import Engine, text

import official
from dematfin.acts import run as acts
from dematfin.acts.relaunch import relaunch
from dematfin.domain.event import Subject
from dematfin.domain.parties.person import UNATTENDED
from dematfin.domain.unattended.run import DAY, SLOW, Run
from dematfin.errors import ComeBackLater, ConfigError, Forbidden, RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.service.carrier import TRIES, Carrier
from dematfin.service.houses import Houses
from dematfin.service.pace import Pace
from dematfin.service.queue import CARRY, NORMAL
from dematfin.service.queue import SLOW as SLOW_LANE
from dematfin.service.recovery import recover
from dematfin.service.workers import Later
from dematfin.steps import aloud
from dematfin.steps.day import KEYS, due
from examples import ADMIN, AGENT, VISEUR
from service.syndicate import SIRETS, Syndicate
from service.syndicate_worker import Syndicate as Communes

pytestmark = official.needs_postgres
ONE: Final = SIRETS[0]


@pytest.fixture
def syndicate(tmp_path: Path, postgresql: Engine) -> Iterator[Syndicate]:
    made = Syndicate(tmp_path, postgresql)
    made.settle(3)
    with made.hanging_up():
        made.queue.prepare()
        yield made


@pytest.fixture
def houses(syndicate: Syndicate) -> Houses:
    return Houses(syndicate.config, Communes(syndicate.folder).build, fresh=0)


@pytest.fixture
def carrier(syndicate: Syndicate, houses: Houses) -> Carrier:
    return Carrier(houses, syndicate.queue)


@pytest.fixture
def app(houses: Houses) -> App:
    return houses.app(ONE)


@contextmanager
def hung(syndicate: Syndicate) -> Iterator[None]:
    """Have the Chorus Pro of the first commune keep whoever asks it waiting."""
    syndicate.harm(ONE, "hangs")
    try:
        yield
    finally:
        syndicate.heal(ONE, "hangs")


def run_of(app: App, key: str) -> Run | None:
    with app.ledger.reading() as books:
        return next(iter(books.find(Run, id=key)), None)


def saved(app: App, *runs: Run) -> None:
    with app.ledger.transaction() as books:
        books.save(*runs)


def day_of(app: App) -> Run:
    with app.ledger.reading() as books:
        return books.get(Run, DAY)


def test_what_is_due_is_put_once_however_many_look_at_once(syndicate: Syndicate, carrier: Carrier) -> None:
    lookers = [threading.Thread(target=carrier.put_what_is_due) for _ in range(3)]
    for one in lookers:
        one.start()
    for one in lookers:
        one.join()
    assert sorted(syndicate.jobs()) == [(siret, "todo") for siret in sorted(SIRETS[:3])]
    assert carrier.put_what_is_due() == 0


def test_a_job_runs_one_step_and_puts_the_next_one(syndicate: Syndicate, carrier: Carrier, app: App) -> None:
    carrier.carry(ONE, DAY, 0, NORMAL)
    assert day_of(app).position == "import"
    assert syndicate.jobs() == [(ONE, "todo")]
    carrier.carry(ONE, DAY, 0, NORMAL)
    assert day_of(app).position == "numerisation"
    assert syndicate.jobs() == [(ONE, "todo")]


def test_a_day_that_was_done_waits_for_its_next_hour(syndicate: Syndicate, carrier: Carrier, app: App) -> None:
    now = app.clock.now()
    saved(app, Run(id=DAY, began_at=now, ended_at=now))
    carrier.carry(ONE, DAY, 0, NORMAL)
    assert day_of(app).ended_at == now
    carrier.put_what_is_due()
    assert ONE not in {siret for siret, _ in syndicate.jobs()}
    saved(app, Run(id=DAY, began_at=now - timedelta(days=2), ended_at=now - timedelta(days=2)))
    carrier.put_what_is_due()
    assert ONE in {siret for siret, _ in syndicate.jobs()}


def test_a_job_stands_or_falls_with_the_transaction_that_puts_it(syndicate: Syndicate, app: App) -> None:
    def put_and(fail: bool) -> None:  # noqa: FBT001 - one test's own
        with app.ledger.transaction() as books:
            books.save(Run(id=DAY, began_at=app.clock.now(), position="visa"))
            syndicate.queue.put(books, ONE, DAY)
            syndicate.queue.put(books, ONE, DAY)
            if fail:
                raise ComeBackLater

    with pytest.raises(ComeBackLater):
        put_and(fail=True)
    assert syndicate.jobs() == []
    put_and(fail=False)
    assert syndicate.jobs() == [(ONE, "todo")] and day_of(app).position == "visa"


def test_a_step_whose_next_one_cannot_be_put_is_run_again(syndicate: Syndicate, carrier: Carrier, app: App) -> None:
    with syndicate.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA dematfin_file CASCADE"))
    with pytest.raises(ComeBackLater, match="file des ouvriers"):
        carrier.carry(ONE, DAY, 0, NORMAL)
    assert day_of(app).position == "reconciliation" and not day_of(app).failed
    syndicate.queue.prepare()
    carrier.carry(ONE, DAY, 0, NORMAL)
    assert day_of(app).position == "import"


def test_a_step_that_runs_elsewhere_is_tried_again_then_left(syndicate: Syndicate, carrier: Carrier, app: App) -> None:
    with app.ledger.lease("transmission", "ailleurs:1:2"):
        with pytest.raises(ComeBackLater):
            carrier.carry(ONE, DAY, 0, NORMAL)
        assert day_of(app).position == "reconciliation"
        carrier.carry(ONE, DAY, TRIES, NORMAL)
    assert day_of(app).position == "import" and "déjà en cours" in day_of(app).said[0]
    assert syndicate.jobs() == [(ONE, "todo")]


def test_while_a_worker_is_in_a_step_no_command_begins_a_day(syndicate: Syndicate, carrier: Carrier, app: App) -> None:
    carrier.carry(ONE, DAY, 0, NORMAL)
    with hung(syndicate):
        worker = threading.Thread(target=carrier.carry, args=(ONE, DAY, 0, NORMAL))
        worker.start()
        syndicate.until(lambda: run_of(app, "import") is not None)
        with pytest.raises(ComeBackLater, match="« journée » est déjà en cours"):
            list(acts.day(app, UNATTENDED))
    worker.join()
    assert day_of(app).position == "numerisation"


def test_while_a_command_runs_a_day_no_worker_moves_it_and_no_step_is_run_twice(
    syndicate: Syndicate, carrier: Carrier, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(aloud, "LISTENERS", [lambda key, _: heard.append(key)])
    carrier.carry(ONE, DAY, 0, NORMAL)
    begun = day_of(app)
    day = acts.day(app, UNATTENDED)
    for _ in range(2):
        next(day)
        with pytest.raises(ComeBackLater, match="« journée » est déjà en cours"):
            carrier.carry(ONE, DAY, TRIES, NORMAL)
    assert day_of(app).began_at > begun.began_at
    list(day)
    for _ in range(2):
        carrier.carry(ONE, DAY, 0, NORMAL)
    assert heard == ["reconciliation", *(KEYS[step] for step in due(app))]
    assert day_of(app).ended_at


def test_a_step_of_a_newer_version_is_handed_back(syndicate: Syndicate, carrier: Carrier, app: App) -> None:
    saved(app, Run(id=DAY, began_at=app.clock.now(), position="archivage"))
    carrier.carry(ONE, DAY, 0, NORMAL)
    assert day_of(app).position == "archivage"
    assert lanes(syndicate) == [(NORMAL, True)]


def test_what_was_slow_or_kills_takes_the_slow_lane(syndicate: Syndicate, carrier: Carrier, app: App) -> None:
    now = app.clock.now()
    saved(app, Run(id="reconciliation", began_at=now - 2 * SLOW, ended_at=now))
    carrier.carry(ONE, DAY, 0, NORMAL)
    assert day_of(app).position == "reconciliation"
    assert lanes(syndicate) == [(SLOW_LANE, False)]
    carrier.carry(ONE, DAY, 0, SLOW_LANE)
    assert day_of(app).position == "import"


def test_a_step_alone_has_its_hour_and_is_run_again_when_it_was_cut_short(
    syndicate: Syndicate, carrier: Carrier, app: App
) -> None:
    common = syndicate.config / "commun.toml"
    shared, asked = common.read_text(encoding="utf-8"), f'etapes = {{ rappels = ["0 {syndicate.hour} * * *"] }}'
    common.write_text(shared.replace("[horaires]\n", f"[horaires]\n{asked}\n"), encoding="utf-8")
    now = app.clock.now()
    saved(app, Run(id=DAY, began_at=now, ended_at=now))
    assert carrier.put_what_is_due() == 5
    carrier.carry(ONE, "rappels", 0, NORMAL)
    with app.ledger.reading() as books:
        run = books.get(Run, "rappels")
    assert run.ended_at and run.began_at > now
    saved(app, replace(run, ended_at=None, attempts=1))
    carrier.carry(ONE, "rappels", 0, NORMAL)
    with app.ledger.reading() as books:
        again = books.get(Run, "rappels")
    assert again.ended_at and again.began_at > run.began_at


def test_one_broken_configuration_keeps_nobody_waiting_and_is_read_again(
    syndicate: Syndicate, carrier: Carrier, houses: Houses
) -> None:
    mine = syndicate.config / f"{ONE}.toml"
    good = mine.read_text(encoding="utf-8")
    mine.write_text(f'fuseau = "Indian/Réunion"\n{good}', encoding="utf-8")
    assert carrier.put_what_is_due() == 2
    mine.write_text("siret = ", encoding="utf-8")
    assert carrier.put_what_is_due() == 0
    with pytest.raises(ConfigError, match="n'est plus dans la configuration"):
        houses.app(ONE)
    mine.write_text(good, encoding="utf-8")
    assert carrier.put_what_is_due() == 1
    common = syndicate.config / "commun.toml"
    shared = common.read_text(encoding="utf-8")
    common.write_text("[", encoding="utf-8")
    wired = houses.app(ONE)
    common.write_text(shared, encoding="utf-8")
    assert houses.app(ONE) is wired
    mine.write_text(good.replace("Commune", "Ville"), encoding="utf-8")
    assert houses.app(ONE) is not wired


def test_what_has_been_wired_for_long_is_wired_again(houses: Houses, monkeypatch: pytest.MonkeyPatch) -> None:
    wired = houses.app(ONE)
    assert houses.app(ONE) is wired
    monkeypatch.setattr("dematfin.service.houses.LASTS", -1)
    assert houses.app(ONE) is not wired


def test_a_step_set_aside_is_relaunched_by_a_person_who_may(syndicate: Syndicate, app: App) -> None:
    now = app.clock.now()
    saved(app, Run(id="import", began_at=now, attempts=5, aside_since=now))

    def put(books: Books, _: Run) -> None:
        syndicate.queue.bury(books, ONE, "import")

    with pytest.raises(Forbidden):
        relaunch(app, VISEUR, "import", put)
    with pytest.raises(RuleError, match="rien à relancer"):
        relaunch(app, AGENT, "visa", put)
    assert syndicate.jobs() == []
    relaunch(app, ADMIN, "import", put)
    with app.ledger.reading() as books:
        run = books.get(Run, "import")
    assert (run.attempts, run.aside_since) == (0, None)
    assert syndicate.jobs() == [(ONE, "todo")]
    (written,) = app.ledger.history(Subject.STEP, ["import"])
    assert (written.event.by, written.event.after) == ("admin", "relancée")


def test_a_job_given_up_is_put_again_by_a_person_only(syndicate: Syndicate, carrier: Carrier, app: App) -> None:
    carrier.put_what_is_due()
    with syndicate.engine.begin() as connection:
        connection.execute(text("SET search_path TO dematfin_file"))
        connection.execute(text("UPDATE procrastinate_jobs SET status = 'doing' WHERE lock = :o"), {"o": ONE})
        connection.execute(text("UPDATE procrastinate_jobs SET status = 'failed' WHERE lock = :o"), {"o": ONE})
        connection.execute(text("SET search_path TO public"))
    (dead,) = syndicate.queue.dead()
    assert (dead.collectivite, dead.key) == (ONE, DAY)
    assert carrier.put_what_is_due() == 0
    relaunch(app, AGENT, DAY, lambda books, _: syndicate.queue.bury(books, ONE, DAY), dead=True)
    assert syndicate.queue.dead() == () and (ONE, "todo") in syndicate.jobs()


FEW_DEATHS: Final = 2
WAITED: Final = 500
"""Tries of a job that somebody kept waiting for hours."""


@pytest.mark.parametrize(("falls", "becomes"), [(0, "todo"), (FEW_DEATHS, "failed")])
def test_the_job_of_a_dead_worker_runs_again_though_the_next_one_waits_already(
    syndicate: Syndicate, falls: int, becomes: str
) -> None:
    """However often it waited: what gives it up is how often it fell."""
    syndicate.queue.put_now([(ONE, DAY)])
    with syndicate.engine.begin() as connection:
        connection.execute(text("SET LOCAL search_path TO dematfin_file"))
        connection.execute(text("SELECT procrastinate_fetch_job_v2(NULL, NULL)"))
        connection.execute(
            text("UPDATE procrastinate_jobs SET attempts = :a, priority = :f"), {"a": WAITED, "f": falls}
        )
    syndicate.queue.put_now([(ONE, DAY)])
    assert syndicate.jobs() == [(ONE, "doing"), (ONE, "todo")]
    asyncio.run(recovered(syndicate))
    assert syndicate.jobs() == [(ONE, becomes), (ONE, "todo")]
    assert [dead.attempts for dead in syndicate.queue.dead()] == ([falls + 1] if becomes == "failed" else [])


def test_a_job_that_dies_outside_any_step_is_given_up_after_as_many_deaths(syndicate: Syndicate) -> None:
    syndicate.queue.put_now([(ONE, DAY)])
    deaths = 0
    while (ONE, "todo") in syndicate.jobs():
        with syndicate.engine.begin() as connection:
            connection.execute(text("SET LOCAL search_path TO dematfin_file"))
            connection.execute(text("SELECT procrastinate_fetch_job_v2(NULL, NULL)"))
        asyncio.run(recovered(syndicate))
        deaths += 1
    assert syndicate.jobs() == [(ONE, "failed")]
    (dead,) = syndicate.queue.dead()
    assert dead.attempts == deaths == FEW_DEATHS + 1


def test_waiting_spends_none_of_the_tries_of_an_error_that_nobody_foresaw() -> None:
    later, waited = Later(30), Job(id=1, lock=ONE, queueing_lock=None, task_name=CARRY, queue=NORMAL, attempts=WAITED)
    wait = later.get_retry_decision(exception=ComeBackLater(), job=waited)
    assert wait and wait.retry_at and wait.priority is None
    again = later.get_retry_decision(exception=RuntimeError(), job=waited)
    assert again and again.priority == 1
    assert later.get_retry_decision(exception=RuntimeError(), job=waited.evolve(priority=TRIES)) is None


def test_the_upkeep_that_a_dead_worker_left_is_let_go(syndicate: Syndicate) -> None:
    """It is asked for again each minute; a row of it must stop no worker."""
    with syndicate.engine.begin() as connection:
        connection.execute(text("SET LOCAL search_path TO dematfin_file"))
        connection.execute(
            text(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status) "
                "VALUES ('entretien', 'echeances', '{\"timestamp\": 0}', 'doing')"
            )
        )
    asyncio.run(recovered(syndicate))
    with syndicate.engine.connect() as connection:
        assert not connection.execute(text("SELECT count(*) FROM dematfin_file.procrastinate_jobs")).scalar_one()


def test_the_queue_notices_a_cut_network_as_the_ledger_does(syndicate: Syndicate) -> None:
    assert "tcp_user_timeout=60000" in syndicate.queue.address
    with syndicate.queue._open() as connection:
        assert connection.execute("SHOW lock_timeout").fetchone() == ("30s",)
        assert connection.execute("SHOW search_path").fetchone() == ("dematfin_file",)


async def recovered(syndicate: Syndicate) -> None:
    connector = PsycopgConnector(conninfo=syndicate.queue.address, min_size=1)
    async with procrastinate.App(connector=connector).open_async() as queue:
        await recover(queue, Pace(deaths=FEW_DEATHS))


def lanes(syndicate: Syndicate) -> list[tuple[str, bool]]:
    """Return the queue of each job, and whether it waits for its time."""
    query = "SELECT queue_name, scheduled_at > now() FROM dematfin_file.procrastinate_jobs ORDER BY id"
    with syndicate.engine.connect() as connection:
        return [(name, bool(waits)) for name, waits in connection.execute(text(query))]
