"""The neighbours of a folder: their doors."""

import gc
import json
import socket
from contextlib import suppress
from datetime import date
from pathlib import Path

import httpx
import pytest

from dematfin.demo.folder import DemoFolder
from dematfin.demo.story import load
from dematfin.errors import ConfigError
from dematfin.sandbox import pki
from dematfin.sandbox.mailbox import MailBox
from dematfin.sandbox.neighbours import NEVER_LENT, Neighbours, free_ports
from dematfin.sandbox.smtp import MailServer
from dematfin.sandbox.world import World
from dematfin.support import tls
from tdt.browsers import post, status
from tdt.flows import flow
from tdt.platform import ACQUIT, LIST


@pytest.fixture(scope="module")
def tls_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tls") / "tls"
    pki.make_transport_pki(made, "TEST mot de passe")
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    demo = DemoFolder(root=tmp_path / "mairie")
    demo.prepare(load(date(2026, 3, 2)))
    return demo.sandbox


def test_the_doors_are_none_that_a_system_lends(folder: Path) -> None:
    ports = free_ports(folder)
    assert len(set(ports.values())) == len(ports) == 3
    assert set(ports.values()) <= set(NEVER_LENT)
    assert free_ports(folder) == ports


@pytest.mark.parametrize("name", ["chorus", "tdt", "courriel"])
def test_a_door_already_taken_is_told_and_leaves_nothing_open(folder: Path, name: str) -> None:
    ports = free_ports(folder)
    with (
        socket.create_server(("127.0.0.1", ports[name])),
        pytest.raises(ConfigError, match=f"{ports[name]} est déjà pris"),
    ):
        Neighbours(folder)
    gc.collect()  # pytest fails on a socket or a loop that nobody closed
    with Neighbours(folder):
        assert all(answers(port) for port in ports.values())
    assert not any(answers(port) for port in ports.values())


@pytest.mark.parametrize("sort", ["clair", "starttls", "tls"])
def test_a_mail_server_that_stops_hangs_up_on_whoever_has_just_called(tls_folder: Path, sort: str) -> None:
    """A connection may be accepted in the very turn of the loop that is its last."""
    box = MailBox(dossier=Path("courriel"), certificat_serveur=None if sort == "clair" else Path("tdt-serveur.pem"))
    for _ in range(5):
        server = MailServer(box, tls_folder, implicit=sort == "tls")
        server.start()
        calls = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(3)]
        server.stop()
        for call in calls:
            with call, suppress(ConnectionResetError):
                call.settimeout(5)
                while call.recv(100):  # the greeting, perhaps, then nothing
                    pass
    gc.collect()  # pytest fails on a socket that nobody closed


def test_the_faults_of_a_world_are_committed_once_whatever_restarts(tmp_path: Path) -> None:
    demo = DemoFolder(root=tmp_path / "mairie")
    demo.prepare(load(date(2026, 3, 2)), {"cut_after_store": 1})
    folder = demo.sandbox
    with Neighbours(folder) as neighbours:
        assert [neighbours.tdt.faults.take("cut_after_store") for _ in range(2)] == [True, False]
    with Neighbours(folder) as neighbours:
        assert not neighbours.tdt.faults.take("cut_after_store")


def test_a_fault_that_nobody_knows_is_a_mistake_in_the_world(folder: Path) -> None:
    path = folder / "monde.json"
    given = json.loads(path.read_text(encoding="utf-8"))
    given["tdt"]["pannes"] = {"meteor": 1}
    path.write_text(json.dumps(given), encoding="utf-8")
    with pytest.raises(ConfigError, match="« meteor »"):
        Neighbours(folder)


def test_the_dgfip_is_asked_through_the_door_of_the_tdt(folder: Path) -> None:
    """One set of faults for both, one clock: what a campaign sets comes about in the whole chain."""
    word = (folder.parent / "secrets/tdt_client").read_text(encoding="utf-8")
    context = tls.context(tls.load(folder / "tls/tdt-client.p12", word), folder / "tls/tdt-ac.pem")
    path = folder / "monde.json"
    given = json.loads(path.read_text(encoding="utf-8"))
    given["tdt"]["delais"] = {"retour": 30}
    path.write_text(json.dumps(given), encoding="utf-8")
    described = World.model_validate(given)
    account = described.tdt.comptes[0]
    one = described.helios.budgets[0]
    budget = (one.siret, one.poste, one.code_collectivite, one.code_budget)
    paper = flow(budget=budget).replace(b'Dematerialisee V="1"', b'Dematerialisee V="0"')
    with (
        Neighbours(folder) as neighbours,
        httpx.Client(
            base_url=neighbours.s2low_url,
            verify=context,
            auth=(account.login, account.mot_de_passe),
            trust_env=False,
        ) as client,
    ):
        for asked in ({"name": "on_hold"}, {"name": "second_acquit"}):
            assert client.post("/__sandbox__/fault", json=asked).status_code == 200
        post(client, paper)
        acquits = []
        for _ in range(3):
            client.post("/__sandbox__/fault", json={"avance": 60})
            assert "<status>8</status>" in status(client, 1)
            acquits.append(client.get(ACQUIT, params={"id": "1"}).content)
        assert [b'EtatAck V="0"' in data for data in acquits] == [False, True, True]
        assert client.get(LIST).text.count("<pes_retour>") >= 2
    told = (folder / "helios/journal.jsonl").read_text(encoding="utf-8")
    assert told.count('"integration"') == 1


def answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
