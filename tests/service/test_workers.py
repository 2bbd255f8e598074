"""Workers on a real PostgreSQL, in real processes: every day complete, in order, whoever dies."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine, text

import official
from dematfin.domain.unattended.run import DAY
from service.syndicate import Syndicate

pytestmark = official.needs_postgres
SEED: Final = 20261129


@pytest.fixture
def syndicate(tmp_path: Path, postgresql: Engine) -> Iterator[Syndicate]:
    made = Syndicate(tmp_path, postgresql)
    yield made
    made.stop()


def check_days(syndicate: Syndicate, sirets: tuple[str, ...]) -> None:
    """Every step of every day ended once, in the order in which they began; what it did, it did once."""
    for siret in sirets:
        ended = [key for key, word in syndicate.steps(siret) if word == "ends"]
        assert len(ended) == len(set(ended)), (siret, ended)
        assert ended == list(dict.fromkeys(key for key, word in syndicate.steps(siret) if word == "begins"))
        assert (ended[0], ended[-1]) == ("reconciliation", "rappels")
        assert len(syndicate.events(siret)) == 1


def test_every_day_is_complete_in_order_and_once_though_workers_die_and_the_queue_is_dropped(
    syndicate: Syndicate,
) -> None:
    sirets, chance = syndicate.settle(10), random.Random(SEED)
    for _ in range(2):
        syndicate.start()
    syndicate.until(lambda: syndicate.ended(sirets) >= 20)
    syndicate.kill_one(chance)
    syndicate.until(lambda: syndicate.ended(sirets) >= 60)
    with syndicate.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA dematfin_file CASCADE"))
    syndicate.kill_one(chance)
    syndicate.until(lambda: syndicate.are_done(sirets))
    check_days(syndicate, sirets)
    assert all(syndicate.runs()[siret, DAY].failed == 0 for siret in sirets)
