"""Workers over a syndicate on one PostgreSQL: every day complete, in order, each thing once, the sick ones alerted.

It runs in a process of its own, whose children are forked: that of pytest may hold threads.
"""

from datetime import UTC, datetime

import pytest

import official
from crash.syndicat.broken import BREAKAGES
from crash.syndicat.judge import delayed
from crash.test_campaign import played

COMMUNES, KILLED = 10, 2
"""`make campagne` plays 200, and kills more."""

pytestmark = official.needs_postgres


def test_every_commune_has_its_whole_day_and_the_sick_ones_say_so() -> None:
    done = played("crash.syndicat.trial", "--communes", str(COMMUNES), "--morts", str(KILLED))
    assert done.returncode == 0, done.stdout + done.stderr
    *_, summary = done.stdout.splitlines()
    assert summary.startswith(f"{COMMUNES} communes, graine ") and " : 0 fautes" in summary


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("envoye-deux-fois", "déposé 2 fois au TdT"),
        ("courriel-deux-fois", "+1 courriel au serveur"),
        ("facture-perdue", "facture J003-1 reçue 0 fois"),
        ("etape-sautee", "l'étape visa"),
        ("a-rebours", "l'étape suivi a commencé avant la fin de la précédente"),
        ("coupee", "la journée n'est pas finie"),
        ("tue-ses-echecs", "sa journée n'en dit rien"),
        ("rien", "rien vu"),
    ],
)
def test_a_product_that_is_broken_is_seen_in_its_own_commune(found: dict[str, str], name: str, said: str) -> None:
    assert said in found[name]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("renvoie", "déposé 2 fois au TdT"),
        ("saute-visa", "l'étape visa"),
        ("n-enchaine-pas", "la journée n'est pas finie"),
        ("n-alerte-pas", "0 courriel d'alerte au lieu de 1"),
        ("rien", "rien vu"),
    ],
)
def test_a_worker_that_is_broken_is_seen(with_workers: dict[str, str], name: str, said: str) -> None:
    assert said in with_workers[name]


def test_each_breakage_is_tried(found: dict[str, str]) -> None:
    assert found.keys() == BREAKAGES.keys()


def test_whoever_waits_for_a_silent_neighbour_of_somebody_else_is_seen() -> None:
    hours = {name: datetime(2026, 11, 30, hour, tzinfo=UTC) for name, hour in (("a", 8), ("muette", 9), ("b", 10))}
    (fault,) = delayed(hours, {"muette"})
    assert fault.sentence.startswith("b a attendu")


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    """What the judge says of each breakage; all are tried on one day."""
    return said_of("crash.syndicat.broken")


@pytest.fixture(scope="module")
def with_workers() -> dict[str, str]:
    """What the judge says of each broken worker."""
    return said_of("crash.syndicat.broken_worker")


def said_of(module: str) -> dict[str, str]:
    done = played(module)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(one.split("\n", 1) for one in done.stdout.split("\n\n") if one.strip())
