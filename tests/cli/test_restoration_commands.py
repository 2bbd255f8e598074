"""`restauration signaler|etat|lire|certifier|sans-suite|reprendre`: what a person types after a base was put back."""

import json
from datetime import date

import pytest

from cli.office import Office, plain

YESTERDAY = "restauration", "signaler", "--motif", "disque remplacé"


@pytest.fixture
def restored(cut_off: Office) -> Office:
    """Return an office whose base was put back, and whose neighbours are all away."""
    today = date.today()  # noqa: DTZ011, TID251 - the demonstration runs on the real clock
    done = cut_off(*YESTERDAY, "--donnees-du", f"{today:%d/%m/%Y}")
    assert done.code == 0, done.err
    cut_off.become("agent")
    cut_off("journee")
    return cut_off


def test_persons_settle_it_together_when_no_neighbour_answers(restored: Office) -> None:
    shown = restored("restauration", "etat")
    assert "disque remplacé" in shown.out
    assert shown.out.count("n'a pas tout dit") == 3
    plain(shown.said)
    told = json.loads(restored("restauration", "etat", "--json").out)
    assert {one["neighbour"]: one["settled"] for one in told["restored"]["words"]}["tdt"] is False
    assert "remise à son état" in restored("etat").out
    assert "restauration etat" in restored("sante").out
    assert "restauration" in restored("diagnostic", "--hors-ligne").out
    today = f"{date.today():%d/%m/%Y}"  # noqa: DTZ011, TID251 - as above
    words = "restauration", "certifier", "tdt", "--motif", "portail lu"
    assert restored(*words).code == 3
    assert restored(*words, typed="01/01/2020\n").code == 3
    for neighbour in ("tdt", "chorus", "echange"):
        done = restored("restauration", "certifier", neighbour, "--motif", "lu là-bas", typed=f"{today}\n")
        assert done.code == 0, done.err
        plain(done.said)
    assert restored("restauration", "lire", "9999").code == 5
    assert restored("restauration", "sans-suite", "9999", "--motif", "rien", typed="0\n").code == 3
    refused = restored("restauration", "reprendre", "--motif", "vu", typed="0\n")
    assert (refused.code, "ordonnateur" in refused.err) == (3, True)
