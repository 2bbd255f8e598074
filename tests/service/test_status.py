"""What a monitoring is answered, over real HTTP: whether the loop beats, what is wrong and what to do, never who."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from cli.office import free_ports
from dematfin.domain.link import Link
from dematfin.errors import ConfigError
from dematfin.service.attendant import attended
from dematfin.service.metrics import Measures
from dematfin.service.status import AT_ONCE, Pulse, _Handler, serve
from dematfin.steps.aloud import LISTENERS
from service.fleet import FIRST, SECOND, Fleet, ran, service
from service.test_metrics import read
from support.lines import listening

SECRET = "BOULANGERIE MARTIN"


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """Return two collectivités in good health."""
    fleet = Fleet.of(tmp_path, FIRST, SECOND)
    fleet.well()
    return fleet


@contextmanager
def served(fleet: Fleet, pulse: Pulse | None = None) -> Iterator[Callable[..., httpx.Response]]:
    port = next(free_ports())
    watch = fleet.watch()
    measures = Measures(watch)
    close = serve(watch, measures, pulse or Pulse(), service(port))
    try:
        yield lambda path, **more: httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False, **more)
    finally:
        close()
        measures.close()


def test_all_is_well(fleet: Fleet) -> None:
    with served(fleet) as get:
        assert (get("/healthz").status_code, get("/healthz").text) == (200, "ok\n")
        assert (get("/readyz").status_code, get("/readyz").text) == (200, "ok\n")
        assert get("/readyz", headers={"Accept": "application/json"}).json() == {"ok": True, "troubles": []}
        metrics = get("/metrics")
        assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert read(metrics.content)["dematfin_health", FIRST] == 0
        assert get("/").status_code == 404
        assert get("/healthz").headers["server"] == "dematfin"


def test_a_loop_that_is_stuck_is_told(fleet: Fleet) -> None:
    pulse = Pulse(silent_for=0)
    with served(fleet, pulse) as get:
        assert get("/healthz").status_code == 503
        pulse.silent_for = 1000
        pulse.beat()
        assert get("/healthz").status_code == 200


def test_what_is_wrong_is_said_with_its_remedy_and_without_anybody_s_name(fleet: Fleet) -> None:
    before = fleet.clock.now()
    fleet.clock.advance(hours=5)
    fleet.save(replace(ran(fleet.clock.now(), "journee", f"Facture 12 de {SECRET} : illisible"), done_at=before))
    with served(fleet) as get:
        answer = get("/readyz")
        told = get("/readyz", headers={"Accept": "application/json"})
    assert answer.status_code == told.status_code == 503
    seen = "Voyez les alertes (dematfin etat)."
    since = "plus lancée depuis le 02/03/2026 à 10:00, deux horaires ont passé. Vérifiez que le service tourne."
    assert answer.text.splitlines() == [
        "ko",
        f"{FIRST} : La journée : rien ne réussit en entier depuis le 02/03/2026 à 10:00, 1 en échec. {seen}",
        f"{SECOND} : La journée : {since}",
    ]
    found = [(one["coll"], one["code"], one["grade"]) for one in told.json()["troubles"]]
    assert found == [(FIRST, "echec", 1), (SECOND, "retard", 2)]
    assert SECRET not in answer.text + told.text


def test_a_base_that_cannot_even_be_opened_is_broken_not_put_off(tmp_path: Path) -> None:
    fleet = Fleet.of(tmp_path, FIRST)
    base = fleet.folder / FIRST / "registre.db"
    base.unlink()
    base.mkdir()
    with served(fleet) as get:
        told = get("/readyz", headers={"Accept": "application/json"})
    assert told.status_code == 503
    assert [(one["coll"], one["code"], one["grade"]) for one in told.json()["troubles"]] == [(FIRST, "base", 2)]


def test_callers_who_say_nothing_cost_the_service_a_few_threads_only(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Handler, "timeout", 1000)
    with served(fleet) as get, ExitStack() as silent:
        address = ("127.0.0.1", get("/healthz").url.port)
        calls = [silent.enter_context(socket.create_connection(address, timeout=20)) for _ in range(AT_ONCE + 9)]
        assert [one.recv(1) for one in calls[AT_ONCE:]] == [b""] * 9
        silent.close()
        for one in threading.enumerate():
            if "process_request_thread" in one.name:
                one.join()
        assert get("/healthz").text == "ok\n"


ODD = (b"GET /" + b"a" * 70_000, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200, b"\0\xff")


@pytest.mark.parametrize("asked", ODD, ids=("long", "many", "none"))
def test_a_request_that_makes_no_sense_is_refused_and_disturbs_nobody(fleet: Fleet, asked: bytes) -> None:
    with served(fleet) as get:
        with socket.create_connection(("127.0.0.1", get("/healthz").url.port), timeout=60) as caller:
            caller.sendall(asked + b"\r\n\r\n")
            assert b" 200 " not in caller.recv(64)
        for path in ("/../healthz", "//healthz", "/%2e%2e/etc/passwd", "/metrics%00"):
            assert get(path).status_code in {200, 404} and SECRET not in get(path).text


def test_what_is_only_to_be_seen_is_told_and_stays_ready(fleet: Fleet) -> None:
    soon = Link(id="tdt", name="S²LOW", certificate_expires_on=fleet.clock.today(), tried_at=fleet.clock.now())
    fleet.save(soon)
    with served(fleet) as get:
        answer = get("/readyz")
    assert answer.status_code == 200
    assert answer.text.startswith(f"ok\n{FIRST} : Le certificat pour S²LOW expire le 02/03/2026.")


def test_a_service_is_attended_until_it_ends(fleet: Fleet, tmp_path: Path) -> None:
    port, path = next(free_ports()), tmp_path / "mesures.prom"
    settings = service(port, metriques_par_collectivite=False).model_copy(update={"metriques": path})
    url = f"http://127.0.0.1:{port}/healthz"
    with attended(fleet.named, settings, fleet.open) as attendant:
        attendant.beat()
        attendant.write()
        assert read(path.read_bytes())["dematfin_health",] == 0
        assert httpx.get(url, trust_env=False).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)
    assert LISTENERS == []


def test_a_disk_that_refuses_the_measures_stops_nothing(fleet: Fleet, tmp_path: Path) -> None:
    settings = service(0).model_copy(update={"metriques": tmp_path / "absent" / "mesures.prom"})
    with listening(verbose=False) as lines, attended(fleet.named, settings, fleet.open) as attendant:
        attendant.write()
    assert [one["event"] for one in lines.read_all()] == ["measures_not_written"]


def test_only_get_is_answered(fleet: Fleet) -> None:
    with served(fleet) as get:
        url = str(get("/healthz").url)
        assert httpx.post(url, trust_env=False).status_code == 501
        assert httpx.get(url.replace("/healthz", "/../etc/passwd"), trust_env=False).status_code == 404


def test_port_0_answers_nowhere_and_a_taken_one_says_so(fleet: Fleet) -> None:
    watch = fleet.watch()
    measures = Measures(watch)
    assert serve(watch, measures, Pulse(), service(0))() is None
    port = next(free_ports())
    close = serve(watch, measures, Pulse(), service(port))
    with pytest.raises(ConfigError, match=r"ne peut pas être ouverte .*\[service\]"):
        serve(watch, measures, Pulse(), service(port))
    close()
    serve(watch, measures, Pulse(), service(port))()
    measures.close()


def test_a_question_takes_its_time_and_no_more(fleet: Fleet) -> None:
    watch = fleet.watch()
    first = [one.at for one in watch.looks()]
    assert [one.at for one in watch.looks(patience=-1)] == first
    assert all(now > before for now, before in zip([one.at for one in watch.looks()], first, strict=True))


def test_a_look_holds_for_a_while(fleet: Fleet) -> None:
    watch = fleet.watch()
    watch._fresh = 3600
    before = watch.looks()
    fleet.save(replace(ran(fleet.clock.now()), aside_since=fleet.clock.now()))
    assert watch.looks() == before
