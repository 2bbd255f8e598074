"""Both engines as real processes under a manager of services: what a monitoring is answered, and a stop on SIGTERM."""

import signal
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

import official
from cli.office import free_ports
from dematfin.config.settings import Settings
from dematfin.config.several import houses
from dematfin.domain.unattended.run import Run
from dematfin.steps.day import KEYS
from dematfin.steps.intake import intake
from dematfin.support.clock import SystemClock
from dematfin.wiring import open_ledger
from service.fleet import FIRST, SECOND, Fleet, ran
from service.running import Service
from service.syndicate import Syndicate
from service.test_metrics import read

NOW = SystemClock("Europe/Paris").now()


def get(port: int, path: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False, timeout=30)


def save(settings: Settings, folder: Path, *runs: Run) -> None:
    with open_ledger(settings, folder).transaction() as books:
        books.save(*runs)


def check_addresses(port: int, sirets: tuple[str, ...]) -> None:
    assert (get(port, "/healthz").status_code, get(port, "/healthz").text) == (200, "ok\n")
    ready = get(port, "/readyz")
    assert ready.status_code == 503
    assert f"{sirets[1]} : Étape « import » : mise de côté" in ready.text and sirets[0] not in ready.text
    measures = read(get(port, "/metrics").content)
    assert (measures["dematfin_health", sirets[0]], measures["dematfin_health", sirets[1]]) == (0, 2)


def check_stop(service: Service) -> None:
    service.process.send_signal(signal.SIGTERM)
    service.tells("STOPPING=1")
    assert service.ends() == 0


def test_the_service_answers_who_watches_until_it_is_stopped(tmp_path: Path) -> None:
    fleet = Fleet.of(tmp_path, FIRST, SECOND)
    aside = Run(id=KEYS[intake], began_at=NOW, attempts=5, aside_since=NOW)
    for one, more in zip(fleet.houses, ((), (aside,)), strict=True):
        save(one.settings(), one.folder, ran(NOW), *more)
    port, path = next(free_ports()), tmp_path / "mesures.prom"
    config = tmp_path / "config.toml"
    text = config.read_text(encoding="utf-8") + f'[commun.service]\nport = {port}\nmetriques = "{path}"\n'
    config.write_text(text, encoding="utf-8")
    with Service.started(config, tmp_path / "n.sock") as service:
        service.tells("READY=1")
        check_addresses(port, (FIRST, SECOND))
        assert "WATCHDOG=1" in service.tells("WATCHDOG=1")
        check_stop(service)
    assert read(path.read_bytes())["dematfin_health", FIRST] == 0


@official.needs_postgres
def test_a_worker_answers_who_watches_until_it_is_stopped(tmp_path: Path, postgresql: Engine) -> None:
    syndicate = Syndicate(tmp_path, postgresql)
    sirets, port = syndicate.settle(2), next(free_ports())
    common = syndicate.config / "commun.toml"
    shared = common.read_text(encoding="utf-8").replace('documents = "var/documents"', f'documents = "{tmp_path}"')
    common.write_text(shared, encoding="utf-8")
    aside = Run(id=KEYS[intake], began_at=NOW, attempts=5, aside_since=NOW)
    named = {one.siret: one for one in houses(syndicate.config)}
    for siret, more in zip(sirets, ((), (aside,)), strict=True):
        save(named[siret].settings(), syndicate.config, ran(NOW), *more)
    with Service.started(syndicate.config, tmp_path / "n.sock", "ouvrier", "--port", str(port)) as worker:
        worker.tells("READY=1")
        check_addresses(port, sirets)
        worker.tells("WATCHDOG=1")
        check_stop(worker)
    with pytest.raises(httpx.ConnectError):
        get(port, "/healthz")
