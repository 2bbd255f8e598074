"""Workers on a real PostgreSQL, in real processes: every day complete, in order, whoever dies."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine, text

import official
from dematfin.cli.main import program, run
from dematfin.domain.unattended.run import DAY
from service.syndicate import LONG, Syndicate
from service.syndicate_worker import DEATHS

pytestmark = official.needs_postgres
SEED: Final = 20261129
STEPS: Final = 15
"""Of a day where visas are given and flows signed here, and nothing is shared with a finance software."""


@pytest.fixture
def syndicate(tmp_path: Path, postgresql: Engine) -> Iterator[Syndicate]:
    made = Syndicate(tmp_path, postgresql)
    yield made
    made.stop()


def check_days(syndicate: Syndicate, sirets: tuple[str, ...], falls: int) -> None:
    """Every step of every day ended once, in the order of the day; what it did, it did once.

    The ledger and what the processes wrote down are two witnesses: one that died may have told the ledger only.
    """
    for siret in sirets:
        begun = list(dict.fromkeys(key for key, word in syndicate.steps(siret) if word == "begins"))
        ended = [key for key, word in syndicate.steps(siret) if word == "ends"]
        assert (begun[0], begun[-1], len(begun)) == ("reconciliation", "alertes", STEPS)
        assert ended == [key for key in begun if key in ended]
        assert len(begun) - len(ended) <= falls
        runs = syndicate.runs()
        assert sum(runs[siret, key].ended_at is None for key in begun) <= 1  # the base fell as it was being told
        assert len(syndicate.events(siret)) == 1


def test_every_day_is_complete_in_order_and_once_whatever_falls(syndicate: Syndicate) -> None:
    """Two workers are killed, the queue is dropped, the database is stopped at once: all in mid-day."""
    sirets, chance = syndicate.settle(6), random.Random(SEED)
    for _ in range(2):
        syndicate.start()
    syndicate.until(lambda: syndicate.ended(sirets) >= 8)
    syndicate.kill_one(chance)
    syndicate.until(lambda: syndicate.ended(sirets) >= 20)
    with syndicate.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA dematfin_file CASCADE"))
    syndicate.until(lambda: syndicate.ended(sirets) >= 35)
    syndicate.fall()
    syndicate.kill_one(chance)
    syndicate.until(lambda: syndicate.are_done(sirets))
    check_days(syndicate, sirets, falls=4)


def test_a_step_that_kills_waits_for_a_person_and_one_that_hangs_keeps_nobody_waiting(
    syndicate: Syndicate, capsys: pytest.CaptureFixture[str]
) -> None:
    sick, hung, *others = syndicate.settle(4)
    syndicate.harm(sick, "poison")
    syndicate.harm(hung, "hangs")
    syndicate.places = 8  # two of them slow: what hangs has one, what kills the other
    syndicate.start()
    syndicate.until(lambda: syndicate.are_done((sick, *others)), syndicate.replace_the_dead)
    runs = syndicate.runs()
    assert runs[sick, "import"].aside_since and runs[sick, DAY].failed == 1
    assert runs[hung, DAY].position == "import" and not runs[hung, "import"].ended_at

    (dead,) = json.loads(command(syndicate, capsys, "morts", "--json"))
    assert (dead["collectivite"], dead["key"], dead["attempts"]) == (sick, "import", DEATHS)
    assert f"{sick}  Commune" in command(syndicate, capsys, "morts")

    syndicate.employ(sick)
    syndicate.heal(sick, "poison")
    assert "confiée aux ouvriers" in command(syndicate, capsys, "relancer", "import", "--siret", sick)
    syndicate.until(lambda: syndicate.runs()[sick, "import"].ended_at is not None, syndicate.replace_the_dead)
    assert "Rien n'est mis de côté" in command(syndicate, capsys, "morts")
    assert syndicate.events(sick)

    (worker,) = syndicate.workers
    syndicate.interrupt(worker)
    syndicate.heal(hung, "hangs")
    worker.join(LONG)
    assert worker.exitcode == 0
    assert syndicate.steps(hung)[-1] == ("import", "ends")
    assert syndicate.runs()[hung, DAY].position == "numerisation"


def command(syndicate: Syndicate, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    with syndicate.hanging_up():
        code = run(program(), ["ouvrier", *words, "-c", str(syndicate.config)])
    said = capsys.readouterr()
    assert code == 0, said.err
    return said.out
