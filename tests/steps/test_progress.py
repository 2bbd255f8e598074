"""The day goes on from where it stood, once for each hour of the schedule, whoever takes it up."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from dematfin.acts import run as acts
from dematfin.domain.parties.person import UNATTENDED
from dematfin.domain.unattended.run import DAY, Run
from dematfin.errors import ComeBackLater, LedgerAway, UnknownStep, Unreachable
from dematfin.ports.ledger import Books
from dematfin.steps import progress
from dematfin.steps.day import KEYS, due
from dematfin.steps.outcome import Outcome
from dematfin.steps.running import PATIENCE
from fakes.hall import Hall
from fakes.losing import failing


def runs(hall: Hall) -> dict[str, Run]:
    with hall.app.ledger.reading() as books:
        return {one.id: one for one in books.find(Run)}


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


def test_every_step_of_the_day_is_written_down_and_the_day_ends(hall: Hall) -> None:
    hall.day()
    written = runs(hall)
    assert set(written) == {DAY} | {KEYS[step] for step in due(hall.app)}
    assert all(one.ended_at and one.attempts == 0 and not one.position for one in written.values())


def test_an_hour_of_the_schedule_is_answered_once(hall: Hall) -> None:
    hour = hall.app.clock.now()
    assert list(acts.day(hall.app, UNATTENDED, hour))
    assert not list(acts.day(hall.app, UNATTENDED, hour))
    hall.clock.advance(hours=1)
    assert list(acts.day(hall.app, UNATTENDED, hour + timedelta(hours=1)))


def test_a_day_that_was_cut_short_goes_on_from_where_it_stood(hall: Hall) -> None:
    whole = [KEYS[step] for step in due(hall.app)]
    day = progress.begin_day(hall.app)
    assert day
    for _ in range(3):
        _, day = progress.go_on(hall.app, day)
    left = progress.open_day(hall.app)
    assert left and left.position == whole[3]
    assert len(list(acts.take_up(hall.app, UNATTENDED))) == len(whole) - 3
    assert progress.open_day(hall.app) is None and not list(acts.take_up(hall.app, UNATTENDED))


def test_what_follows_is_enqueued_in_the_transaction_that_moves_the_day_or_not_at_all(hall: Hall) -> None:
    day = progress.begin_day(hall.app)
    assert day

    def refusing(_: Books, __: Run) -> None:
        raise ComeBackLater

    with pytest.raises(ComeBackLater):
        progress.go_on(hall.app, day, refusing)
    assert progress.open_day(hall.app) == day


def test_a_step_that_runs_elsewhere_leaves_the_day_where_it_stands(hall: Hall) -> None:
    day = progress.begin_day(hall.app)
    assert day
    with hall.app.ledger.lease("transmission", "ailleurs:1"), pytest.raises(ComeBackLater):
        progress.go_on(hall.app, day)
    assert progress.open_day(hall.app) == day


def test_a_day_begun_again_elsewhere_is_left_to_whoever_did(hall: Hall) -> None:
    first = progress.begin_day(hall.app)
    hall.clock.advance(minutes=5)
    second = progress.begin_day(hall.app)
    assert first and second
    with pytest.raises(ComeBackLater, match="a avancé"):
        progress.go_on(hall.app, first)
    assert "reconciliation" not in runs(hall) and progress.open_day(hall.app) == second


def test_two_that_carry_one_day_on_run_no_step_twice(hall: Hall) -> None:
    day = progress.begin_day(hall.app)
    assert day
    _, moved = progress.go_on(hall.app, day)
    with pytest.raises(ComeBackLater, match="a avancé"):
        progress.go_on(hall.app, day)
    assert not progress.leave(hall.app, day, Outcome(step="réconciliation")).position
    assert progress.open_day(hall.app) == moved
    assert runs(hall)["reconciliation"].attempts == 0


def test_a_step_in_which_the_process_keeps_dying_waits_for_a_person_and_the_day_goes_on(hall: Hall) -> None:
    day = progress.begin_day(hall.app)
    assert day
    with hall.app.ledger.transaction() as books:
        books.save(Run(id=day.position, began_at=hall.app.clock.now(), attempts=PATIENCE))
    outcome, moved = progress.go_on(hall.app, day)
    assert "mise de côté" in outcome.failures[0].sentence
    assert moved.position != day.position
    assert runs(hall)[day.position].aside_since == hall.app.clock.now()


def test_a_step_in_which_another_process_is_for_the_last_time_is_not_set_aside_under_it(hall: Hall) -> None:
    day = progress.begin_day(hall.app)
    assert day
    with hall.app.ledger.transaction() as books:
        books.save(Run(id=day.position, began_at=hall.app.clock.now(), attempts=PATIENCE))
    with hall.app.ledger.lease("transmission", "ailleurs:1"), pytest.raises(ComeBackLater):
        progress.go_on(hall.app, day)
    assert not runs(hall)[day.position].aside_since and progress.open_day(hall.app) == day


def test_a_clock_that_was_set_back_keeps_no_day_and_no_step_waiting(hall: Hall) -> None:
    hall.clock.advance(hours=9)
    hall.day()
    hall.clock.advance(hours=-9)
    hour = hall.app.clock.now()
    assert acts.step_since(hall.app, UNATTENDED, "controle", hour)
    assert acts.step_since(hall.app, UNATTENDED, "controle", hour) is None
    assert list(acts.day(hall.app, UNATTENDED, hour))
    assert not list(acts.day(hall.app, UNATTENDED, hour))


def test_a_step_that_only_a_newer_version_knows_is_left_to_it(hall: Hall) -> None:
    day = progress.begin_day(hall.app)
    assert day
    newer = replace(day, position="archivage")
    with hall.app.ledger.transaction() as books:
        books.save(newer, Run(id="archivage", began_at=day.began_at, attempts=2))
    for run in (partial(progress.go_on, hall.app, newer), lambda: list(acts.take_up(hall.app, UNATTENDED))):
        with pytest.raises(UnknownStep, match=r"« archivage ».*installez la version qui l'a commencée"):
            run()
    assert progress.open_day(hall.app) == newer
    assert list(acts.day(hall.app, UNATTENDED)) and runs(hall)[DAY].ended_at


def test_what_fails_in_a_step_is_told_of_the_step_and_of_the_day(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hall.chorus, "structures", failing(Unreachable("Chorus Pro ne répond pas.")))
    hall.day()
    written = runs(hall)
    assert written["import"].failed and not written["import"].done_at and written["import"].said
    assert written[DAY].failed and not written[DAY].done_at
    assert written["controle"].done_at


def test_a_base_that_goes_away_in_mid_step_leaves_the_day_there_and_the_step_is_run_again(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.deposit("120.00")
    day = progress.begin_day(hall.app)
    assert day
    _, day = progress.go_on(hall.app, day)
    with monkeypatch.context() as broken:
        broken.setattr(hall.chorus, "structures", failing(LedgerAway()))
        with pytest.raises(LedgerAway):
            progress.go_on(hall.app, day)
    assert progress.open_day(hall.app) == day
    outcome, moved = progress.go_on(hall.app, day)
    assert outcome.done and not outcome.failures and not moved.failed
