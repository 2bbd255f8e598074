"""Workers over a syndicate on one PostgreSQL: every day complete, in order, each thing once, the sick ones alerted.

It runs in a process of its own, whose children are forked: that of pytest may hold threads.
"""

from datetime import UTC, datetime

import official
from crash.syndicat.broken import BREAKAGES
from crash.syndicat.broken_worker import NAMES
from crash.syndicat.judge import delayed
from crash.test_campaign import check_seen, played

COMMUNES, KILLED = 10, 2
"""`make campagne` plays 200, and kills more."""
SEEN = {
    "envoye-deux-fois": "déposé 2 fois au TdT",
    "courriel-deux-fois": "+1 courriel au serveur",
    "facture-perdue": "facture J003-1 reçue 0 fois",
    "etape-sautee": "l'étape visa",
    "a-rebours": "l'étape suivi a commencé avant la fin de la précédente",
    "coupee": "la journée n'est pas finie",
    "tue-ses-echecs": "sa journée n'en dit rien",
    "rien": "rien vu",
}
"""What the judge must say of each broken product; all are tried on one day."""
SEEN_OF_WORKERS = {
    "renvoie": "déposé 2 fois au TdT",
    "saute-visa": "l'étape visa",
    "n-enchaine-pas": "la journée n'est pas finie",
    "n-alerte-pas": "0 courriel d'alerte au lieu de 1",
    "rien": "rien vu",
}
"""What it must say of each broken worker."""

pytestmark = official.needs_postgres


def test_every_commune_has_its_whole_day_and_the_sick_ones_say_so() -> None:
    done = played("crash.syndicat.trial", "--communes", str(COMMUNES), "--morts", str(KILLED))
    assert done.returncode == 0, done.stdout + done.stderr
    *_, summary = done.stdout.splitlines()
    assert summary.startswith(f"{COMMUNES} communes, graine ") and " : 0 fautes" in summary


def test_a_product_that_is_broken_is_seen_in_its_own_commune() -> None:
    check_seen("crash.syndicat.broken", SEEN, BREAKAGES)


def test_a_worker_that_is_broken_is_seen() -> None:
    check_seen("crash.syndicat.broken_worker", SEEN_OF_WORKERS, NAMES)


def test_whoever_waits_for_a_silent_neighbour_of_somebody_else_is_seen() -> None:
    hours = {name: datetime(2026, 11, 30, hour, tzinfo=UTC) for name, hour in (("a", 8), ("muette", 9), ("b", 10))}
    (fault,) = delayed(hours, {"muette"})
    assert fault.sentence.startswith("b a attendu")
