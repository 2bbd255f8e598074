"""The service in real processes: stopped, killed, doubled, started again; each day goes on where it stood, once."""

import re
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crash.town import Town
from dematfin.acts import run as acts
from dematfin.config.several import house
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.parties.person import UNATTENDED
from dematfin.errors import ComeBackLater
from dematfin.service.clock import Clock
from dematfin.service.rehearsal import foreseen
from dematfin.steps.day import KEYS, due
from dematfin.store.engine import open_engine
from service.gate import Gate
from service.running import Service, day_of

NEVER = '\n[horaires]\njournee = ["0 4 1 1 *"]\n'
"""Once a year: what a test sees run was due because it had never run, or had been cut short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A town whose Chorus Pro can be made to hang."""

    town: Town
    gate: Gate
    manager: Path

    @property
    def config(self) -> Path:
        return self.town.folder.config

    def service(self) -> Any:
        return Service.started(self.config, self.manager)

    def leases(self) -> list[str]:
        return [row[0] for row in self.sql("SELECT step FROM lease ORDER BY step")]

    def foreseen(self) -> list[str]:
        return list(foreseen(house(self.config)))

    def sql(self, words: str) -> list[Any]:
        """Ask the base itself, by the library that has it open: another one would let go of its locks."""
        with closing(open_engine(str(self.town.folder.root / "var" / "registre.db")).raw_connection()) as base:
            found = base.cursor().execute(words).fetchall()
            base.commit()
            return list(found)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    root = tmp_path_factory.mktemp("service")
    with Town.open(root / "mairie") as town:
        text = town.folder.config.read_text(encoding="utf-8")
        found = re.search(r'url_api = "http://127.0.0.1:(\d+)', text)
        assert found
        with Gate.before(int(found[1])) as gate:
            changed = text.replace(f"http://127.0.0.1:{found[1]}", f"http://127.0.0.1:{gate.port}")
            town.folder.config.write_text(changed + NEVER, encoding="utf-8")
            yield Scene(town=town, gate=gate, manager=root / "n.sock")


@pytest.fixture
def scene(opened: Scene) -> Scene:
    """Return the scene with Chorus Pro hung and a day that is due, as if none had ever run."""
    opened.sql("DELETE FROM run")
    opened.gate.shut()
    return opened


def test_a_stop_ends_the_step_only_and_the_next_start_takes_the_day_up(scene: Scene) -> None:
    following = [KEYS[step] for step in due(scene.town.app)][2]
    with scene.service() as service:
        service.tells("READY=1")
        assert "Service prêt, collectivités : 1." in service.says("Service prêt")
        scene.gate.is_called()
        assert "Commune de Valbrume depuis" in service.tells("STATUS=En cours")
        assert service.tells("WATCHDOG=1")
        service.process.send_signal(signal.SIGTERM)
        service.tells("STOPPING=1")
        service.tells("EXTEND_TIMEOUT_USEC=")
        scene.gate.open()
        assert "journée arrêtée après « import », elle sera reprise" in service.says("Valbrume")
        assert service.ends() == 0
    cut = day_of(scene.town.app)
    assert (cut.position, scene.leases()) == (following, [])
    with scene.service() as service:
        assert "journée interrompue à reprendre : Commune de Valbrume" in service.says("Service prêt")
        assert "journée faite" in service.says("Valbrume : ")
        service.process.send_signal(signal.SIGINT)
        assert service.ends() == 0
    done = day_of(scene.town.app)
    assert (done.began_at, done.position, done.attempts) == (cut.began_at, "", 0)


def test_killed_in_mid_day_it_takes_the_day_up_and_nobody_runs_it_meanwhile(scene: Scene) -> None:
    with scene.service() as service:
        scene.gate.is_called()
        with pytest.raises(ComeBackLater, match=f":{service.process.pid}, depuis le") as refused:
            Clock(scene.config, "", print).run()
        assert refused.value.exit_code == 5
        with pytest.raises(ComeBackLater, match="« journée » est déjà en cours"):
            list(acts.day(scene.town.app, UNATTENDED))
        service.process.kill()
        assert service.ends() == -signal.SIGKILL
    cut = day_of(scene.town.app)
    assert (cut.position, scene.leases()) == ("import", ["import", "journée"])
    assert scene.foreseen()[0] == "à faire : reprendre la journée interrompue à « import »"
    scene.gate.shut()
    with scene.service() as service:
        scene.gate.is_called()
        service.process.send_signal(signal.SIGTERM)
        service.says("Arrêt demandé")
        service.process.send_signal(signal.SIGTERM)
        assert service.ends() == -signal.SIGTERM, "the second signal stops at once"
    assert day_of(scene.town.app) == cut
    with scene.town.app.ledger.reading() as books:
        assert set(Counter(one.remote_id for one in books.find(Invoice)).values()) == {1}


def test_what_a_cron_has_done_is_not_done_again(scene: Scene) -> None:
    scene.gate.open()
    assert scene.town.journee()
    ran = day_of(scene.town.app)
    assert [line.partition(" 01/01/")[0] for line in scene.foreseen()] == ["ensuite : la journée, le"]
    with scene.service() as service:
        service.tells("STATUS=Au repos, prochaine heure prévue : 01/01 à 04:00")
        service.process.send_signal(signal.SIGHUP)
        service.says("Configuration relue")
        service.process.send_signal(signal.SIGTERM)
        assert service.ends() == 0
    assert (day_of(scene.town.app), scene.leases()) == (ran, [])
