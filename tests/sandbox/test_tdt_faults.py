"""Every fault that the simulated S²LOW may be asked to commit, over real HTTPS: asked once, committed once."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from dematfin.sandbox import faults
from dematfin.sandbox.tdt.app import TdtApp
from dematfin.sandbox.world import Delays
from tdt.browsers import Platform, browser, post, settle, status
from tdt.platform import ACQUIT, DEPOSIT, LIST, RETOUR, STATUS, acquit, flow, retour

CONTROL: Final = "/__sandbox__/fault"
SIRET: Final = "21990042000015"
GOOD: Final = flow("FLUX1")


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return settle(tmp_path)


@pytest.fixture
def opened(platform: Platform) -> Iterator[tuple[TdtApp, httpx.Client]]:
    with platform.running() as (app, url), browser(platform, url) as client:
        yield app, client


@pytest.fixture
def client(opened: tuple[TdtApp, httpx.Client]) -> httpx.Client:
    return opened[1]


def commit(client: httpx.Client, name: str, times: int = 1, **more: Any) -> None:
    assert client.post(CONTROL, json={"name": name, "times": times, **more}).json() == {"done": True}


def code(client: httpx.Client, key: int = 1) -> int:
    found = re.search(r"<status>(-?\d+)</status>", status(client, key))
    assert found is not None
    return int(found[1])


def words(client: httpx.Client, key: int = 1) -> str:
    return status(client, key).replace("&#x27;", "'")


INSTEAD: Final[dict[str, tuple[int, str]]] = {
    "bad_gateway": (502, "Bad Gateway"),
    "unavailable": (503, "Unavailable"),
    "server_error": (500, "<b>Fatal error</b>"),
    "empty_500": (500, ""),
    "login_page": (200, "<form>"),
    "to_login": (302, "/login.php"),
    "to_connexion_status": (302, "/connexion-status"),
    "to_index": (302, "/modules/helios/index.php"),
    "to_root": (302, "/"),
    "ko_text": (200, "KO\nÉchec de l'authentification"),
    "ko_api": (200, "KO\nÉchec de l&#x27;authentification\n"),
}


@pytest.mark.parametrize("path", [DEPOSIT, STATUS, LIST])
@pytest.mark.parametrize("name", INSTEAD)
def test_any_script_may_answer_something_else(
    opened: tuple[TdtApp, httpx.Client], name: str, path: str, tmp_path: Path
) -> None:
    app, client = opened
    app.faults.set(name, 1)
    answer = client.post(path, files={"enveloppe": ("a.xml", GOOD)})
    expected, said = INSTEAD[name]
    told = answer.headers.get("Location") or answer.content.decode("iso-8859-1")
    assert (answer.status_code, said in told) == (expected, True)
    assert not (tmp_path / "tdt/depots").exists()
    assert "<resultat" in client.post(path, files={"enveloppe": ("a.xml", GOOD)}).text


def test_none_is_committed_unless_asked_and_none_is_unknown(opened: tuple[TdtApp, httpx.Client]) -> None:
    app, client = opened
    assert not any(app.faults.take(name) for name in faults.TDT | faults.HELIOS)
    assert client.post(CONTROL, json={"name": "inconnu"}).status_code == 400
    assert client.post(CONTROL, json={"avance": -1}).status_code == 400
    with pytest.raises(ValueError, match="token_empty"):
        app.faults.set("token_empty", 1)


def test_a_slow_platform_has_done_its_work(platform: Platform) -> None:
    with platform.running() as (_, url), browser(platform, url, timeout=0.2) as client:
        commit(client, "slow", seconds=1)
        with pytest.raises(httpx.ReadTimeout):
            post(client, GOOD)
        assert "doublon" in post(client, GOOD)


def test_an_envelope_may_lie_about_its_charset_or_say_nothing(client: httpx.Client) -> None:
    post(client, GOOD)
    assert code(client) == 8
    held = "Fichier en attente d'être signé"
    client.post(CONTROL, json={"transaction": 1, "statut": 13, "message": held})
    commit(client, "utf8_as_latin")
    lying = client.get(STATUS, params={"transaction": "1"}).content
    assert lying.startswith(b'<?xml version="1.0" encoding="ISO-8859-1"?>\n<transaction >')
    assert "être signé" in lying.decode("utf-8")
    commit(client, "latin_undeclared")
    silent = client.get(STATUS, params={"transaction": "1"}).content
    assert silent.startswith(b"<transaction >")
    assert "être signé" in silent.decode("iso-8859-1")
    commit(client, "latin_undeclared")
    assert "liste réussi" in client.get(LIST).content.decode("iso-8859-1")
    commit(client, "utf8_as_latin")
    assert client.get(ACQUIT, params={"id": "1"}).content == acquit("FLUX1")  # the files of the DGFiP never


def test_a_deposit_may_be_stored_behind_an_error(client: httpx.Client) -> None:
    commit(client, "server_error_after_store")
    assert client.post(DEPOSIT, files={"enveloppe": ("a.xml", GOOD)}).status_code == 500
    assert "doublon" in post(client, GOOD)
    assert code(client) == 8


def test_php_may_fail_to_take_a_file(client: httpx.Client) -> None:
    commit(client, "upload_error")
    assert "<id></id>" in (said := post(client, GOOD))
    assert "Erreur lors du téléchargement du fichier : code 7" in said
    assert "<id>1</id>" in post(client, GOOD)


def test_a_twin_may_be_said_where_there_is_none(client: httpx.Client) -> None:
    commit(client, "duplicate_said")
    assert "doublon" in post(client, GOOD)
    assert "<id>1</id>" in post(client, GOOD)


def test_a_race_lets_both_twins_in_and_the_second_one_ends_in_error(client: httpx.Client, tmp_path: Path) -> None:
    post(client, GOOD)
    commit(client, "twin_race")
    assert "<id>2</id>" in post(client, GOOD)
    assert [code(client, key) for key in (1, 2)] == [8, -1]
    assert "Transaction 2 : ce fichier existe déjà sur la plateforme" in words(client, 2)
    assert len(list((tmp_path / "tdt/flux").iterdir())) == 1


@pytest.mark.parametrize(("name", "stays"), [("held_13", 13), ("held_14", 14)])
def test_a_flow_may_be_held_for_a_person(client: httpx.Client, name: str, stays: int) -> None:
    commit(client, name)
    post(client, GOOD)
    assert (code(client), code(client)) == (stays, stays)


STOPPED: Final = {
    "file_lost": "Transaction 1 : fichier non trouvé en local ou sur le cloud",
    "virus": "Transaction 1 : un virus a été detecté dans le fichier PES",
    "bad_signature": "La signature du fichier est invalide : Impossible d'affirmer que la signature correspond",
}


@pytest.mark.parametrize("name", STOPPED)
def test_a_flow_may_be_stopped_by_a_check_and_its_name_is_not_burnt(client: httpx.Client, name: str) -> None:
    commit(client, name)
    post(client, GOOD)
    assert f"<message>{STOPPED[name]}" in words(client)
    assert code(client) == -1
    assert "n'est pas/plus disponible" in client.get(ACQUIT, params={"id": "1"}).text
    post(client, GOOD + b"\n")
    assert code(client, 2) == 8


def test_a_file_that_has_really_gone_is_said_to_be_lost(client: httpx.Client, tmp_path: Path) -> None:
    commit(client, "analysis_stuck", 1000)
    post(client, GOOD)
    assert (code(client), code(client)) == (1, 1)
    (tmp_path / "tdt/depots" / hashlib.sha1(GOOD).hexdigest()).unlink()
    commit(client, "analysis_stuck", 0)
    assert "fichier non trouvé" in words(client)


ENDS: Final = {"cancelled": None, "no_acquit_expected": 24, "purged": 22, "archive_19": 19, "archive_9": 9}
ENDS_MORE: Final = {"archive_10": 10, "archive_11": 11, "archive_20": 20}


@pytest.mark.parametrize(("name", "expected"), [*ENDS.items(), *ENDS_MORE.items()])
def test_a_flow_may_end_otherwise_than_at_8(client: httpx.Client, name: str, expected: int | None) -> None:
    commit(client, name)
    post(client, GOOD)
    if expected is None:
        assert "<resultat>KO</resultat><message>Erreur consultation statut</message><status></status>" in words(client)
    else:
        assert code(client) == expected
    served = client.get(ACQUIT, params={"id": "1"}).content == acquit("FLUX1")
    assert served is name.startswith("archive")


def test_an_acquit_may_be_late_by_so_many_polls(client: httpx.Client) -> None:
    commit(client, "never_answer", 3)
    post(client, GOOD)
    assert [code(client) for _ in range(4)] == [3, 3, 3, 8]


def test_an_acquit_may_come_after_an_error(client: httpx.Client) -> None:
    commit(client, "late_after_error")
    post(client, GOOD)
    said = words(client)
    assert "<message>Transaction 1 : erreur retournée par Helios</message><status>-1</status>" in said
    assert code(client) == 8
    assert client.get(ACQUIT, params={"id": "1"}).content == acquit("FLUX1")


@pytest.mark.parametrize(("name", "told"), [("status_7", 7), ("status_21", 21), ("status_42", 42), ("still_sent", 3)])
def test_another_status_may_be_told(client: httpx.Client, name: str, told: int) -> None:
    commit(client, name, 2)
    post(client, GOOD)
    assert [code(client) for _ in range(3)] == [told, told, 8]


def test_an_acquit_that_is_announced_may_be_a_page_once(client: httpx.Client) -> None:
    post(client, GOOD)
    assert code(client) == 8
    commit(client, "acquit_page")
    page = client.get(ACQUIT, params={"id": "1"})
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html")
    assert "n'est pas/plus disponible." in page.text
    assert client.get(ACQUIT, params={"id": "1"}).content == acquit("FLUX1")


def test_an_administrator_may_delete_a_transaction(client: httpx.Client, tmp_path: Path) -> None:
    post(client, GOOD)
    commit(client, "deleted")
    assert "Numéro de transaction invalide</message><status></status>" in words(client)
    assert "invalide" in words(client)
    assert client.get(ACQUIT, params={"id": "1"}).status_code == 302
    assert '"suppression"' in (tmp_path / "tdt/journal.jsonl").read_text()


def test_a_retour_may_come_twice_cut_or_under_an_odd_name(platform: Platform, client: httpx.Client) -> None:
    post(client, GOOD)
    client.get(LIST)
    for name in ("retour_twice", "retour_truncated", "retour_odd_name"):
        commit(client, name)
        platform.waiting.append((SIRET, "PES2R_1.xml", retour()))
        client.get(LIST)
    listed = client.get(LIST).text
    assert re.findall("<id>(.)</id><nom>([^<]*)", listed) == [
        ("1", "PES2R_1.xml"),
        ("2", "PES2R_1.xml"),
        ("3", "PES2R_1.xml"),
        ("4", "PES2R_1.ocre"),
    ]
    bodies = [client.get(RETOUR, params={"id": str(key)}).content for key in range(1, 5)]
    assert bodies == [retour(), retour(), retour()[: len(retour()) // 2], retour()]


def test_time_passes_when_it_is_told_to(tmp_path: Path) -> None:
    platform = settle(tmp_path, delays=Delays(analyse=0, envoi=0, acquit=15 * 86_400))
    with platform.running() as (_, url), browser(platform, url) as client:
        post(client, GOOD)
        assert code(client) == 3
        assert client.post(CONTROL, json={"avance": 14 * 86_400}).json() == {"done": True}
        assert code(client) == 3
        client.post(CONTROL, json={"avance": 86_400})
        assert code(client) == 8


def test_every_fault_has_its_line_in_a_test() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert {name for name in faults.TDT | faults.HELIOS if f'"{name}"' not in told} == set()
