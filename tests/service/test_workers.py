"""Workers on a real PostgreSQL, in real processes: every day complete, in order, whoever dies."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

import official
from dematfin.domain.unattended.run import DAY
from service.syndicate import Syndicate

pytestmark = official.needs_postgres
SEED = 20261129


@pytest.fixture
def syndicate(tmp_path: Path, postgresql: Engine) -> Iterator[Syndicate]:
    made = Syndicate(tmp_path, postgresql)
    yield made
    made.stop()


def begun(syndicate: Syndicate, siret: str) -> list[str]:
    return [key for key, word in syndicate.steps(siret) if word == "begins"]


def whole_day(keys: list[str]) -> list[str]:
    """Return the steps in the order in which they first began, none twice."""
    return list(dict.fromkeys(keys))


def test_every_day_is_complete_in_order_and_exactly_once_though_workers_are_killed(syndicate: Syndicate) -> None:
    sirets, chance = syndicate.settle(12), random.Random(SEED)
    for _ in range(2):
        syndicate.start()
    syndicate.until(lambda: any(begun(syndicate, one) for one in sirets) if syndicate.has_begun else False)
    syndicate.kill_one(chance)
    syndicate.until(lambda: syndicate.are_done(sirets))
    for siret in sirets:
        ended = [key for key, word in syndicate.steps(siret) if word == "ends"]
        assert len(ended) == len(set(ended)), (siret, ended)
        assert whole_day(begun(syndicate, siret)) == ended and ended[0] == "reconciliation" and ended[-1] == "rappels"
        assert len(syndicate.events(siret)) == 1
        assert syndicate.runs()[siret, DAY].failed == 0
