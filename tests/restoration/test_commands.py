"""`reprise …`: what a person types, and reads, once a base was put back."""

import io
import json
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dematfin.cli import reprise
from dematfin.cli.context import Desk
from dematfin.cli.output import SCREEN
from dematfin.domain.parties.person import Person
from dematfin.domain.restoration import Neighbour
from dematfin.errors import Forbidden, RuleError
from examples import ADMIN, AGENT, MAIRE
from fakes.hall import Hall
from restoration.backup import Backup, where

Sit = Callable[..., None]


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall that sent a bordereau, whose base was then put back."""
    built = Hall.build(tmp_path)
    built.tdt.no_retour = True
    built.certified("120.00")
    backup = Backup.of(built)
    built.day()
    built.sign()
    built.day()
    built.clock.advance(days=1)
    backup.put_back(built, said=False)
    return built


@pytest.fixture
def sit(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Return what seats a person at the keyboard, who will type something."""
    monkeypatch.setattr(SCREEN, "_width", 200)

    def seated(who: Person, typed: str = "") -> None:
        monkeypatch.setattr(reprise, "sit", lambda _: Desk(app=hall.app, who=who))
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))

    return seated


def test_from_the_signal_to_the_opening(hall: Hall, sit: Sit, capsys: pytest.CaptureFixture[str]) -> None:
    sit(ADMIN)
    reprise.show()
    assert "Aucune restauration" in capsys.readouterr().out
    yesterday = datetime.combine(hall.clock.today(), datetime.min.time()) - timedelta(days=1)
    reprise.signal(donnees_du=yesterday, motif="disque remplacé")
    assert f"données du {yesterday:%d/%m/%Y}" in capsys.readouterr().out
    hall.clock.advance(hours=1)
    hall.day()
    reprise.show()
    shown = capsys.readouterr().out
    assert "disque remplacé" in shown
    assert "mandat n° 1187 du bordereau n° 42 de 2026 · " in shown, shown[-700:]
    assert "Reste à régler" in shown
    reprise.show(json=True)
    assert json.loads(capsys.readouterr().out)["traces"][0]["mandats"][0]["number"] == 1187
    sit(MAIRE)
    with pytest.raises(RuleError, match="personne n'a tapé"):
        reprise.resume(motif="vu avec le comptable")
    sit(MAIRE, "120,00\n")
    reprise.resume(motif="vu avec le comptable")
    assert "Les envois reprennent" in capsys.readouterr().out
    assert where(hall).restored is None


def test_a_person_answers_for_a_neighbour(hall: Hall, sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    sit(ADMIN)
    day = hall.clock.today() - timedelta(days=1)
    reprise.signal(donnees_du=datetime.combine(day, datetime.min.time()), motif="disque remplacé")
    monkeypatch.setattr(hall.tdt, "deposits", lambda _: None)
    hall.clock.advance(hours=1)
    hall.day()
    with pytest.raises(Forbidden):
        reprise.read("1", None)
    sit(AGENT)
    reprise.read("1", None)
    for typed in ("", "hier\n", "01/01/2020\n"):
        sit(AGENT, typed)
        with pytest.raises(RuleError):
            reprise.certify(Neighbour.TDT, motif="portail lu")
    sit(AGENT, f"{day:%d/%m/%Y}\n")
    reprise.certify(Neighbour.TDT, motif="portail lu")
    sit(AGENT, "120\n")
    reprise.void("1", motif="supprimé au TdT")
    assert where(hall).found == ()


def test_nobody_types_an_answer_to_nothing(hall: Hall, sit: Sit, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not there is said before anything is shown or asked."""
    sit(AGENT, "01/01/2026\n")
    with pytest.raises(RuleError, match="Aucune restauration n'est en cours"):
        reprise.certify(Neighbour.TDT, motif="portail lu")
    sit(AGENT, "120\n")
    with pytest.raises(RuleError, match="Envoi n° 999 : rien de tel"):
        reprise.void("999", motif="supprimé au TdT")
    assert capsys.readouterr().out == ""
