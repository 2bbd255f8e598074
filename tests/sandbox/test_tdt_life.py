"""The life of a deposit on the simulated S²LOW: from status to status, through its checks, faults and restarts."""

import hashlib
import json
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from dematfin.sandbox.tdt import analysis
from dematfin.sandbox.tdt.analysis import Fault, Stopped
from dematfin.sandbox.world import Delays
from signature.town import found_town
from tdt import browsers, flows
from tdt.browsers import browser, post, settle, status
from tdt.platform import ACQUIT, FILE, LIST, RETOUR, STATUS, acquit, flow, retour

CONTROL: Final = "/__sandbox__/fault"
SOON: Final = Delays(analyse=0.05, envoi=0.05, acquit=0.05)


def code(said: str) -> int:
    found = re.search(r"<status>(-?\d+)</status>", said)
    assert found is not None, said
    return int(found[1])


def journal(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "tdt/journal.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    platform = settle(tmp_path)
    with platform.running() as (_, url), browser(platform, url) as one:
        yield one


def test_a_flow_goes_through_its_statuses_in_order(tmp_path: Path) -> None:
    platform = settle(tmp_path, delays=Delays(analyse=0.5, envoi=0.5, acquit=0.5))
    with platform.running() as (_, url), browser(platform, url) as client:
        post(client, flow("FLUX1"))
        seen = []
        while 8 not in seen:
            said = status(client, 1)
            seen.append(code(said))
            served = client.get(ACQUIT, params={"id": "1"}).content == acquit("FLUX1")
            assert served or seen[-1] != 8
            assert len(seen) < 1000
    assert list(dict.fromkeys(seen)) == [1, 2, 3, 8]
    assert (tmp_path / "tdt/flux/FLUX1.xml").read_bytes() == flow("FLUX1")


SHA1 = hashlib.sha1(b"").hexdigest()
GOOD = flow("FLUX1")
FAULTS: dict[str, tuple[bytes, str]] = {
    "utf-8": (GOOD.replace(b"ISO-8859-1", b"UTF-8"), "Transaction 1 : ce fichier n'est pas encodé en ISO-8859-1"),
    "prolog too far": (b"<?xml version='1.0'" + b" " * 30 + GOOD[20:], "Transaction 1 : ce fichier n'est pas encodé"),
    "not xml": (GOOD[:-3], "Transaction 1 : ce fichier n'est pas en XML"),
    "nothing in it": (
        re.sub(rb"<PES_DepenseAller>.*</PES_DepenseAller>", b"<!-- rien -->", GOOD),
        "Transaction 1 : ce fichier ne contient ni bordereau, ni PJ, ni marché",
    ),
    "no name": (flow(""), "Transaction 1 : La balise Enveloppe/Parametre/NomFic n'est pas présente ou est vide"),
    "long CodCol": (GOOD.replace(b'"142"', b'"1420"'), "Transaction 1 : Le CodCol est trop long"),
    "long IdColl": (GOOD.replace(b'"21990042000015"', b'"219900420000150"'), "Transaction 1 : La balise IdCol est"),
    "signature without an Id": (
        GOOD.replace(b"</PES_Aller>", b"<d:Signature xmlns:d='http://www.w3.org/2000/09/xmldsig#'/></PES_Aller>"),
        "La signature du fichier est invalide : Impossible d'extraire l'attribut Id de l'entité \\<Signature\\>",
    ),
}


@pytest.mark.parametrize(("data", "words"), FAULTS.values(), ids=FAULTS.keys())
def test_what_fails_the_checks_ends_in_error_and_is_never_sent(
    client: httpx.Client, tmp_path: Path, data: bytes, words: str
) -> None:
    assert "<resultat>OK</resultat>" in post(client, data)
    said = status(client, 1).replace("&#x27;", "'").replace("&lt;", "<").replace("&gt;", ">")
    assert code(said) == -1
    assert "<resultat>OK</resultat>" in said
    assert f"<message>{words}" in said
    assert list((tmp_path / "tdt/flux").iterdir()) == []


def test_a_name_is_burnt_only_by_a_flow_that_passed_the_checks(client: httpx.Client) -> None:
    post(client, GOOD.replace(b'"142"', b'"1420"'))
    post(client, GOOD)
    post(client, GOOD + b"\n")
    post(client, GOOD.replace(b'"142"', b'"143"'))
    assert [code(status(client, key)) for key in (1, 2, 3, 4)] == [-1, 8, -1, 8]
    assert "existe déjà sur la plateforme" in status(client, 3)
    post(client, GOOD.replace(b"FLUX1", b"FLUX2").replace(b'"21990042000015"', b'"219900420000150"'))
    post(client, GOOD.replace(b"FLUX1", b"FLUX2"))
    assert "IdCol est trop longue" in status(client, 5)
    assert "existe déjà sur la plateforme" in status(client, 6)  # the SIRET is looked at last, the name is burnt


def test_a_signature_is_verified_before_the_flow_leaves(client: httpx.Client, tmp_path: Path) -> None:
    town = found_town(tmp_path)
    path = tmp_path / "flux.xml"
    path.write_bytes(flows.flow("FLUX1"))
    signed = town.sign(path).read_bytes()
    post(client, signed.replace(b"FLUX1", b"FLUX0").replace(b"VALBRUME", b"VALBRUNE"))
    post(client, signed)
    assert [code(status(client, key)) for key in (1, 2)] == [-1, 8]
    assert "Impossible d&#x27;affirmer que la signature correspond au fichier" in status(client, 1)


def test_bytes_that_changed_on_the_platform_are_found_out(tmp_path: Path) -> None:
    path = tmp_path / "depot"
    path.write_bytes(GOOD)
    with pytest.raises(Stopped) as caught:
        analysis.analyse(path, SHA1, lambda *_: False)
    assert caught.value.fault is Fault.CHANGED
    assert caught.value.fault.said_of(7) == "Le fichier a été modifé depuis son postage sur la plateforme"


def test_an_administrator_does_what_persons_do_on_the_platform(client: httpx.Client) -> None:
    post(client, GOOD, must_signed="1")
    assert code(status(client, 1)) == 13
    order = {"transaction": 1, "statut": 1, "message": "Signé"}
    assert client.post(CONTROL, json=order).json() == {"done": True}
    assert code(status(client, 1)) == 8
    client.post(CONTROL, json={"transaction": 1, "statut": 0, "message": "Annulé"})
    cancelled = status(client, 1)
    assert "<resultat>KO</resultat><message>Erreur consultation statut</message><status></status>" in cancelled
    client.post(CONTROL, json={"transaction": 1, "statut": 9, "message": "x" * 600})
    assert f"<message>{'x' * 512}</message><status>9</status>" in status(client, 1)


def test_faults_are_committed_as_often_as_asked(client: httpx.Client) -> None:
    def commit(name: str) -> None:
        assert client.post(CONTROL, json={"name": name, "times": 1}).json() == {"done": True}

    commit("bad_gateway")
    assert client.get(STATUS).status_code == 502
    commit("login_page")
    assert "<form>" in client.get(STATUS).text
    for name, stored in (("cut_before_store", False), ("cut_after_store", True)):
        commit(name)
        with pytest.raises(httpx.RemoteProtocolError):
            post(client, flow(name))
        assert ("doublon" in post(client, flow(name))) is stored
    commit("truncated")
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(LIST)
    commit("refuse_flow")
    assert "Échec lors du téléchargement du fichier" in post(client, flow("FLUX3"))
    assert "<resultat>OK</resultat>" in post(client, flow("FLUX3"))
    assert code(status(client, 3)) == 8
    commit("invalid_acquit")
    post(client, flow("FLUX4"))
    said = status(client, 4)
    assert (code(said), "erreur retournée par Helios" in said) == (-1, True)
    assert client.get(ACQUIT, params={"id": "4"}).content == acquit("FLUX4")
    assert client.post(CONTROL, json={"name": "inconnu"}).status_code == 400


@pytest.mark.parametrize(("name", "stays"), [("window_full", 2), ("never_answer", 3)])
def test_a_flow_may_stay_where_it_is(client: httpx.Client, name: str, stays: int) -> None:
    client.post(CONTROL, json={"name": name, "times": 1000})
    post(client, GOOD)
    assert code(status(client, 1)) == stays
    client.post(CONTROL, json={"name": name, "times": 0})
    assert code(status(client, 1)) == 8


def test_a_retour_that_is_cut_comes_whole_the_second_time(tmp_path: Path) -> None:
    platform = settle(tmp_path)
    with platform.running() as (app, url), browser(platform, url) as client:
        post(client, GOOD)
        platform.waiting.append(("21990042000015", "PES2R_1.xml", retour()))
        client.get(LIST)
        app.faults.set("retour_cut", 1)
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(RETOUR, params={"id": "1"})
        assert client.get(RETOUR, params={"id": "1"}).content == retour()


def test_a_flow_is_answered_once_however_many_ask_at_the_same_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = []

    def slowly(path: Path) -> bytes:
        judged.append(path)
        threading.Event().wait(0.1)
        return acquit("FLUX1")

    monkeypatch.setattr(browsers, "answer", slowly)
    platform = settle(tmp_path)
    with platform.running() as (_, url), browser(platform, url) as client:
        post(client, GOOD)
        with ThreadPoolExecutor(4) as threads:
            assert {code(said) for said in threads.map(lambda _: status(client, 1), range(4))} == {8}
    assert len(judged) == 1


def test_the_journal_tells_each_flow_once(client: httpx.Client, tmp_path: Path) -> None:
    post(client, GOOD, "premier.xml")
    post(client, GOOD, "second.xml")
    post(client, b"")
    lines = [line for line in journal(tmp_path) if line["what"].startswith("depot")]
    assert [(line["what"], line["nom"]) for line in lines] == [
        ("depot", "premier.xml"),
        ("depot_refuse", "second.xml"),
        ("depot_refuse", "flux.xml"),
    ]
    assert lines[0]["sha1"] == hashlib.sha1(GOOD).hexdigest()
    assert (lines[0]["transaction"], lines[0]["octets"]) == (1, len(GOOD))


def test_what_was_known_is_known_after_a_restart(tmp_path: Path) -> None:
    platform = settle(tmp_path, delays=Delays(analyse=0, envoi=0, acquit=3600))
    with platform.running() as (_, url), browser(platform, url) as client:
        post(client, GOOD)
        platform.waiting.append(("21990042000015", "PES2R_1.xml", retour()))
        assert code(status(client, 1)) == 3
        client.get(LIST)
    again = settle(tmp_path)
    with again.running() as (_, url), browser(again, url) as client:
        assert code(status(client, 1)) == 8
        assert client.get(FILE, params={"id": "1"}).content == GOOD
        assert "doublon" in post(client, GOOD)
        assert "PES2R_1.xml" in client.get(LIST).text
        assert post(client, flow("FLUX2")).count("<id>2</id>") == 1
    assert [line["transaction"] for line in journal(tmp_path) if line["what"] == "depot"] == [1, 2]


def test_a_deposit_stored_just_before_a_kill_is_noted_at_the_next_start(tmp_path: Path) -> None:
    platform = settle(tmp_path)
    with platform.running() as (_, url), browser(platform, url) as client:
        post(client, GOOD, "a.xml")
        post(client, flow("FLUX2"), "b.xml")
    path = tmp_path / "tdt/journal.jsonl"
    path.write_text(path.read_text(encoding="utf-8").splitlines(keepends=True)[0], encoding="utf-8")
    for _ in range(2):
        with platform.running():
            pass
    assert [(line["transaction"], line["nom"], line["octets"]) for line in journal(tmp_path)] == [
        (1, "a.xml", len(GOOD)),
        (2, "b.xml", len(flow("FLUX2"))),
    ]


SERVER: Final = """
import sys, threading
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from tdt.browsers import settle, browser
with settle(Path(sys.argv[1])).running() as (_, url):
    print(url, flush=True)
    threading.Event().wait()
"""


def test_a_platform_killed_under_load_has_each_flow_once(tmp_path: Path) -> None:
    """What was answered OK is there; what was cut is there or is not, never twice; the journal tells exactly that."""
    platform = settle(tmp_path)
    sent: Counter[str] = Counter()
    for campaign in range(3):
        server = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(tmp_path), str(Path(__file__).parent.parent)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        threading.Timer(0.15 + 0.07 * campaign, server.send_signal, (signal.SIGKILL,)).start()
        number = 0
        try:
            with browser(platform, url) as client:
                while True:
                    number += 1
                    name = f"FLUX{campaign}_{number}"
                    sent[name] += 0
                    sent[name] += "<resultat>OK</resultat>" in post(client, flow(name))
                    status(client, 1)
        except httpx.TransportError:
            server.communicate(timeout=10)
    assert sum(sent.values()) > 3
    with platform.running() as (_, url), browser(platform, url) as client:
        for name, stored in sent.items():
            twin = "doublon" in post(client, flow(name))
            assert twin or not stored
        count = Counter(line["sha1"] for line in journal(tmp_path) if line["what"] == "depot")
        assert count == Counter(hashlib.sha1(flow(name)).hexdigest() for name in sent)
        assert all(code(status(client, key)) == 8 for key in range(1, len(sent) + 1))
