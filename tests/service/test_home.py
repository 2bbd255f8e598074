"""One collectivité in the service: the same day as the commands, and whatever goes wrong in it stays in it."""

import json
import os
import pickle
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli.office import Office, spaced
from dematfin.cli import factures, steps
from dematfin.cli.context import Desk
from dematfin.config.service import ScheduleSettings
from dematfin.config.several import House
from dematfin.domain.unattended.run import DAY, Run
from dematfin.errors import ComeBackLater, ConfigError, Unreachable
from dematfin.ports.app import App
from dematfin.service import home as service
from dematfin.service.beats import Beats
from dematfin.service.home import Home
from dematfin.service.own_process import DIED, run_apart
from dematfin.steps.running import PATIENCE
from examples import AGENT
from fakes.hall import Hall
from fakes.losing import failing
from service.gate import say_an_account

SIRET = "21990042000015"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper(House):
    """A configuration that needs no file."""

    horaires: ScheduleSettings
    documents: Path

    def settings(self) -> Any:
        if self.trouble:
            raise ConfigError(self.trouble)
        return SimpleNamespace(
            stockage=SimpleNamespace(documents=self.documents),
            collectivite=SimpleNamespace(siret=SIRET),
            horaires=self.horaires,
            fuseau="Europe/Paris",
        )


@dataclass
class Kept:
    """A hall that the service looks after; its clock says Monday 2 March 2026, 10:00 in Paris."""

    hall: Hall
    home: Home
    beats: Beats
    stopping: threading.Event
    told: list[str] = field(default_factory=list)

    def runs(self) -> dict[str, Run]:
        return {one.id: one for one in self.hall.all(Run)}


Keep = Callable[..., Kept]


@pytest.fixture
def keep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keep]:
    """Return what puts a new hall in the service's care."""
    made: list[Kept] = []

    def kept(wire: Callable[[App], App] = lambda app: app, trouble: str = "", **etapes: tuple[str, ...]) -> Kept:
        folder = tmp_path / f"mairie-{len(made)}"
        folder.mkdir()
        hall, beats, stopping, told = Hall.build(folder), Beats(), threading.Event(), list[str]()
        house = Paper(
            siret=SIRET,
            name="Valbrume",
            folder=folder,
            where="config.toml",
            values={},
            trouble=trouble,
            horaires=ScheduleSettings(etapes=etapes),
            documents=folder / "documents",
        )
        monkeypatch.setattr(service, "build", lambda *_: wire(hall.app))
        made.append(
            Kept(hall=hall, home=Home(house, beats, stopping, told.append), beats=beats, stopping=stopping, told=told)
        )
        return made[-1]

    yield kept
    for one in made:
        one.home.close()


def test_the_day_of_the_service_is_that_of_the_commands(
    keep: Keep, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(folder=tmp_path, screen=capsys, patch=monkeypatch)

    monkeypatch.setattr(steps, "measured", lambda _: nullcontext())  # there is no configuration here

    def sitting(hall: Hall) -> None:
        for family in (steps, factures):
            monkeypatch.setattr(family, "sit", lambda _: Desk(app=hall.app, who=AGENT))

    def by_commands(kept: Kept) -> None:
        sitting(kept.hall)
        assert office("journee").code == 0

    def by_service(kept: Kept) -> None:
        kept.home.visit()

    seen = []
    for run in (by_commands, by_service):
        kept = keep()
        kept.hall.deposit("120.00", "240.00", "36.50")
        for act in (kept.hall.certify, kept.hall.sign, lambda: None):
            run(kept)
            act()
            kept.hall.clock.advance(hours=1)
        sitting(kept.hall)
        listed = json.loads(office("facture", "liste", "--json").out)
        seen.append((listed, [_said(one.event) for one in kept.hall.ledger.events], len(kept.hall.tdt.received)))
    by_hand, unattended = seen
    assert by_hand[0] and by_hand == unattended


def _said(event: Any) -> tuple[Any, ...]:
    """What an event tells, but who ran the day, and the fingerprint of a slip, in which the chain of the journal is."""
    motif = re.sub(r"empreinte \w{64}", "", event.motif)
    return (event.subject, event.subject_id, event.before, event.after, event.at, motif, event.data)


def test_an_hour_is_answered_once_and_the_next_one_too(keep: Keep) -> None:
    kept = keep()
    for _ in range(3):
        kept.home.visit()
    first = kept.runs()[DAY]
    assert (first.began_at, len(kept.told)) == (kept.hall.clock.now(), 1)
    kept.hall.clock.advance(minutes=5)
    kept.home.visit()
    assert kept.runs()[DAY].began_at == first.began_at + timedelta(minutes=5)


def test_a_step_has_hours_of_its_own(keep: Keep) -> None:
    kept = keep(numerisation=("*/5 3-23 * * *",))
    kept.home.visit()
    day = kept.runs()
    kept.hall.clock.advance(minutes=4)
    kept.home.visit()
    assert kept.runs() == day
    (kept.hall.folders.root / "scan.pdf").write_bytes(b"%PDF-1.7 vide")
    kept.hall.clock.advance(minutes=1)
    kept.hall.ledger.leases["journée"] = "ailleurs:1"  # the hour of the day too, but it runs elsewhere
    kept.home.visit()
    ran = kept.runs()
    assert (ran[DAY], ran["import"]) == (day[DAY], day["import"])
    assert ran["numerisation"].began_at == kept.hall.clock.now()
    assert not (kept.hall.folders.root / "scan.pdf").exists()
    assert "« journée » est déjà en cours (ailleurs:1" in kept.beats.troubles[SIRET].sentence
    del kept.hall.ledger.leases["journée"]
    kept.home.visit()
    assert kept.runs()[DAY].began_at == kept.hall.clock.now() and not kept.beats.troubles


def test_a_stop_leaves_the_day_at_its_next_step(keep: Keep, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = keep()
    before = kept.hall.chorus.structures

    def stopped_meanwhile(*words: Any) -> Any:
        kept.stopping.set()
        return before(*words)

    monkeypatch.setattr(kept.hall.chorus, "structures", stopped_meanwhile)
    kept.home.visit()
    assert kept.runs()[DAY].position == "numerisation"
    assert "journée arrêtée après « import », elle sera reprise" in kept.told[-1]
    assert not kept.hall.ledger.leases
    kept.home.visit()
    assert kept.runs()[DAY].position == "numerisation"
    kept.stopping.clear()
    kept.home.visit()
    assert kept.runs()[DAY].position == "" and "journée faite, rien à signaler" in kept.told[-1]


def test_what_cannot_be_wired_is_told_once_and_tried_again(keep: Keep) -> None:
    answers: list[Exception] = [ConfigError("Le secret tdt_certificat est absent."), ZeroDivisionError()]

    def wire(app: App) -> App:
        if answers:
            raise answers[0]
        return app

    kept = keep(wire)
    for _ in range(3):
        kept.home.visit()
    assert kept.told == ["Valbrume : Le secret tdt_certificat est absent."]
    answers.pop(0)
    kept.home.visit()
    assert "erreur imprévue (ZeroDivisionError)" in kept.told[-1]
    assert kept.beats.troubles[SIRET].sentence in kept.told[-1]
    answers.pop()
    kept.home.visit()
    assert "journée faite" in kept.told[-1] and not kept.beats.troubles


def test_a_configuration_that_became_wrong_stops_the_collectivite(keep: Keep) -> None:
    kept = keep()
    kept.home.visit()
    kept.home.change(keep(trouble="config.toml n'est plus lisible.").home.house)
    kept.hall.clock.advance(hours=1)
    day = kept.runs()[DAY]
    kept.home.visit()
    assert (kept.runs()[DAY], kept.told[-1]) == (day, "Valbrume : config.toml n'est plus lisible.")
    with pytest.raises(ConfigError, match="plus lisible"):
        kept.home.wired()


def test_what_failed_is_remembered_until_a_day_goes_well(keep: Keep, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = keep()
    with monkeypatch.context() as patch:
        patch.setattr(kept.hall.chorus, "structures", failing(Unreachable("Chorus Pro ne répond pas.")))
        kept.home.visit()
    assert "Chorus Pro ne répond pas." in kept.beats.troubles[SIRET].sentence
    assert "journée faite, à voir : 1" in spaced(kept.told[-1])
    kept.hall.clock.advance(hours=1)
    kept.home.visit()
    assert not kept.beats.troubles and not kept.beats.running


def test_what_failed_is_wired_again_for_a_certificate_or_a_secret_may_have_been_replaced(
    keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    wired: list[App] = []

    def wire(app: App) -> App:
        wired.append(app)
        return app

    kept = keep(wire)
    with monkeypatch.context() as patch:
        patch.setattr(kept.hall.chorus, "structures", failing(Unreachable("Certificat expiré.")))
        kept.home.visit()
    assert len(wired) == 1
    for _ in range(2):
        kept.hall.clock.advance(hours=1)
        kept.home.visit()
    assert len(wired) == 2 and not kept.beats.troubles


def test_a_long_run_sends_the_next_one_to_the_slow_lane(keep: Keep) -> None:
    kept = keep()
    now = kept.hall.clock.now()
    with kept.hall.ledger.transaction() as books:
        books.save(Run(id=DAY, began_at=now - timedelta(minutes=3), ended_at=now))
    kept.home.look()
    assert kept.home.slow
    kept.hall.clock.advance(hours=1)
    kept.home.visit()
    assert not kept.home.slow


def test_two_homes_of_one_collectivite_are_one_too_many(keep: Keep) -> None:
    kept = keep()
    kept.home.look()
    other = Home(kept.home.house, Beats(), kept.stopping, kept.told.append)
    other.visit()
    assert "Un service s'occupe déjà de la collectivité 21990042000015" in kept.told[-1]
    assert not kept.runs()
    kept.home.close()
    other.visit()
    other.close()
    assert kept.runs()


def test_a_step_that_kills_and_has_hours_of_its_own_is_set_aside_and_told(keep: Keep) -> None:
    kept = keep(informer=("*/5 3-23 * * *",))
    with kept.hall.ledger.transaction() as books:
        books.save(Run(id="informer", began_at=kept.hall.clock.now() - timedelta(hours=1), attempts=PATIENCE))
    kept.home.visit()
    dead = kept.runs()["informer"]
    assert dead.aside_since == kept.hall.clock.now() and not dead.ended_at
    assert "mise de côté" in kept.beats.troubles[SIRET].sentence
    kept.hall.clock.advance(hours=1)
    kept.home.visit()
    assert kept.runs()["informer"] == dead


@pytest.mark.parametrize("dies", [False, True])
def test_a_step_that_has_killed_the_service_is_run_in_a_process_of_its_own(
    keep: Keep, monkeypatch: pytest.MonkeyPatch, *, dies: bool
) -> None:
    kept, apart = keep(), list[object]()

    def run_apart(work: Callable[[], None]) -> None:
        apart.append(work)
        if dies:
            raise ComeBackLater(DIED)
        work()

    monkeypatch.setattr("dematfin.service.alone.run_apart", run_apart)
    monkeypatch.setattr("dematfin.service.alone.build", lambda *_: kept.hall.app)
    with kept.hall.ledger.transaction() as books:
        books.save(Run(id="controle", began_at=kept.hall.clock.now() - timedelta(hours=1), attempts=2))
    kept.home.visit()
    ran = kept.runs()
    assert len(apart) == 1 and pickle.dumps(apart)
    assert bool(ran["controle"].ended_at) is not dies
    assert ran[DAY].ended_at and ran["alertes"].ended_at and ran["controle"].attempts == (2 if dies else 0)
    assert (DIED in kept.told[-1]) is dies


@pytest.mark.parametrize("dies", [False, True])
def test_a_step_that_kills_and_has_hours_of_its_own_is_run_in_a_process_of_its_own(
    keep: Keep, monkeypatch: pytest.MonkeyPatch, *, dies: bool
) -> None:
    kept, apart = keep(informer=("*/5 3-23 * * *",)), list[object]()

    def ran_apart(work: Callable[[], None]) -> None:
        apart.append(work)
        return run_apart(os.abort) if dies else work()

    monkeypatch.setattr("dematfin.service.alone.run_apart", ran_apart)
    monkeypatch.setattr("dematfin.service.alone.build", lambda *_: kept.hall.app)
    now = kept.hall.clock.now()
    with kept.hall.ledger.transaction() as books:
        books.save(Run(id=DAY, began_at=now, ended_at=now), Run(id="informer", began_at=now, attempts=2))
    kept.home.visit()
    ran = kept.runs()["informer"]
    assert len(apart) == 1 and pickle.dumps(apart)
    assert bool(ran.ended_at) is not dies and ran.attempts == (2 if dies else 0)
    assert [one.sentence for one in kept.beats.troubles.values()] == [DIED] * dies


def test_a_day_that_a_newer_version_began_is_told_once_and_keeps_no_other_step_waiting(keep: Keep) -> None:
    kept = keep(informer=("*/5 3-23 * * *",))
    with kept.hall.ledger.transaction() as books:
        books.save(Run(id=DAY, began_at=kept.hall.clock.now(), position="archivage"))
    for _ in range(3):
        kept.hall.clock.advance(hours=1)
        kept.home.visit()
        assert kept.runs()["informer"].began_at == kept.hall.clock.now()
    (told,) = kept.told
    assert "(« archivage ») : installez la version qui l'a commencée" in told
    assert kept.beats.troubles[SIRET].sentence in told and kept.runs()[DAY].position == "archivage"


def test_a_process_of_its_own_speaks_as_the_service_does_and_its_death_is_told(
    capfd: pytest.CaptureFixture[str],
) -> None:
    run_apart(say_an_account)
    said = capfd.readouterr()
    assert not said.out and json.loads(said.err)["event"] == "virement sur FR76…3276"
    with pytest.raises(ComeBackLater, match="arrêté le processus"):
        run_apart(os.abort)
