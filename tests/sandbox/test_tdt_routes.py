"""Each script of the simulated S²LOW answers as the published protocol says, oddities kept."""

import hashlib
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from dematfin.sandbox import server
from dematfin.sandbox.server import Request
from dematfin.sandbox.tdt.accounts import Accounts
from dematfin.sandbox.world import Delays
from tdt.browsers import Platform, browser, certificates, post, settle, status
from tdt.platform import ACQUIT, DEPOSIT, FILE, FIND, LIST, MARK, RETOUR, STATUS, TEST, acquit, flow, retour

INFORMATION = "/api/info-connexion.php"
LOGINS = "/admin/users/api-list-login.php"
NOUNCE = "/api/get-nounce.php"
FORM = "multipart/form-data; boundary=limite"


@contextmanager
def opened(platform: Platform, **options: Any) -> Iterator[httpx.Client]:
    with platform.running() as (_, url), browser(platform, url, **options) as client:
        yield client


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    with opened(settle(tmp_path)) as one:
        yield one


def test_a_deposit_and_all_that_can_be_asked_of_it(client: httpx.Client) -> None:
    answer = client.post(DEPOSIT, files={"enveloppe": ("flux é.xml", flow("FLUX1"))})
    assert answer.headers["Content-Type"] == "text/xml"
    assert "import.xml" in answer.headers["Content-Disposition"]
    assert answer.content.decode("utf-8").startswith('<?xml version="1.0" encoding="UTF-8"?>\n<import>\n  <id>1</id>')
    assert "<resultat>OK</resultat>\n  <message>Téléchargement du fichier réussi.</message>" in answer.text
    said = client.get(STATUS, params={"transaction": "1"})
    assert said.content.startswith(b'<?xml version="1.0" encoding="ISO-8859-1"?>\n<transaction >\n')
    assert b"<status>8</status>" in said.content
    assert client.get(ACQUIT, params={"id": "1"}).content == acquit("FLUX1")
    assert client.get(FILE, params={"id": "1"}).content == flow("FLUX1")
    assert client.post(STATUS, params={"transaction": "1"}, files={"enveloppe": b"x"}).content == said.content


def test_the_status_of_what_is_not_ours_or_is_none(tmp_path: Path) -> None:
    platform = settle(tmp_path, {}, {"certificat": "ccas.pem", "collectivite": 43})
    with platform.running() as (_, url), browser(platform, url) as ours, browser(platform, url, "ccas") as theirs:
        post(theirs, flow("FLUX1"))
        for key, words in (("1", "invalide"), ("99", "invalide"), ("x", "invalide"), ("", "Pas de num")):
            answer = ours.get(STATUS, params={"transaction": key}).text
            assert words in answer
            assert "<resultat>KO</resultat>" in answer
            assert "<status></status>" in answer
        for path in (ACQUIT, FILE):
            sent_away = ours.get(path, params={"id": "1"})
            assert (sent_away.status_code, sent_away.headers["Location"]) == (302, "/modules/helios/index.php")


def test_an_acquit_that_is_not_there_yet_is_a_page_of_html_with_status_200(tmp_path: Path) -> None:
    with opened(settle(tmp_path, {"droits": ("RW",)})) as client:
        post(client, flow("FLUX1"))
        answer = client.get(ACQUIT, params={"id": "1"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html")
    assert "n'est pas/plus disponible." in answer.text


@pytest.mark.parametrize(
    ("fields", "data", "droits", "code", "words"),
    [
        ({}, b"x", ("RW", "TT"), 1, "bien re"),
        ({}, b"x", ("CS", "TT"), 1, "bien re"),
        ({}, b"x", ("RW",), 14, "en attente d'être télétransmis"),
        ({"must_signed": "1"}, b"x", ("RW", "TT"), 13, "en attente d'être signé"),
        ({"must_signed": ""}, b"x", ("RW", "TT"), 1, "bien re"),
    ],
)
def test_the_first_status_depends_on_the_rights(
    tmp_path: Path, fields: dict[str, str], data: bytes, droits: tuple[str, ...], code: int, words: str
) -> None:
    with opened(settle(tmp_path, {"droits": droits}, delays=Delays(analyse=99))) as client:
        assert "<resultat>OK</resultat>" in post(client, data, **fields)
        said = status(client, 1).replace("&#x27;", "'")
    assert f"<status>{code}</status>" in said
    assert words in said


def test_what_is_wrong_with_a_deposit_is_said_in_the_order_of_the_platform(tmp_path: Path) -> None:
    platform = settle(tmp_path, {}, {"certificat": "ccas.pem", "rgs": False}, largest=2000)
    with platform.running() as (_, url), browser(platform, url) as client, browser(platform, url, "ccas") as not_rgs:
        assert "pas RGS" in post(not_rgs, b"")
        assert "Aucune enveloppe" in client.post(DEPOSIT, content=b"x").text
        assert "Aucune enveloppe" in client.post(DEPOSIT, files={"autre": ("a.xml", b"x")}).text
        assert "limite autoris" in post(client, b"x" * 2001)
        assert "vide (0 octet)" in post(client, b"")
        assert "<resultat>OK</resultat>" in post(client, b"x" * 2000)
        twin = post(client, b"x" * 2000, "autre nom.xml")
        assert "doublon détecté. Ce fichier a déjà été posté." in twin
        assert "<id></id>" in twin
        assert "doublon" in post(client, b"x" * 2000)


def test_bytes_that_another_authority_has_posted_are_twins_too(tmp_path: Path) -> None:
    platform = settle(tmp_path, {}, {"certificat": "ccas.pem", "collectivite": 43})
    with platform.running() as (_, url), browser(platform, url) as ours, browser(platform, url, "ccas") as theirs:
        post(theirs, b"no xml at all")
        assert "doublon" in post(ours, b"no xml at all")  # even though it ends in error


@pytest.mark.parametrize(
    "form",
    [
        b'--limite\r\nContent-Disposition: form-data; name="enveloppe"; filename="a.xml"\r\n\r\n%s\r\n--limite--\r\n',
        b'--limite\r\nContent-Disposition: form-data; name=enveloppe; filename="a.xml"\r\n\r\n%s\r\n--limite--\r\n',
        (
            b'--limite\r\nContent-Disposition: form-data; name="b"\r\n\r\n1\r\n--limite\r\n'
            b'Content-Disposition: form-data; name="enveloppe"; filename="a.xml"\r\nContent-Type: text/xml\r\n\r\n'
            b'%s\r\n--limite\r\nContent-Disposition: form-data; name="c"\r\n\r\n2\r\n--limite--\r\n'
        ),
    ],
)
def test_forms_of_any_program_are_read(client: httpx.Client, form: bytes) -> None:
    client.post(DEPOSIT, content=form.replace(b"%s", flow("FLUX1")), headers={"Content-Type": FORM})
    assert client.get(FILE, params={"id": "1"}).content == flow("FLUX1")


def test_retours_are_listed_until_they_are_marked(tmp_path: Path) -> None:
    platform = settle(tmp_path)
    with opened(platform) as client:
        empty = client.get(LIST).text
        assert "<resultat/>" in empty
        assert "<pes_retour>" not in empty
        post(client, flow("FLUX1"))
        platform.waiting += [("21990042000015", "PES2R_<1>.xml", retour()), ("99999999999999", "AUTRE.xml", b"<x/>")]
        listed = client.get(LIST).text
        assert "<idColl>42</idColl><resultat/><message>liste réussi</message><dateDemande>" in listed
        assert "<pes_retour><id>1</id><nom>PES2R_&lt;1&gt;.xml</nom><date>" in listed
        assert "AUTRE" not in listed  # nobody posted for this SIRET
        assert client.get(RETOUR, params={"id": "1"}).content == retour()
        for _ in range(2):
            marked = client.get(MARK, params={"id": "1"}).text
            assert marked.startswith("<transaction><idRetour>1</idRetour><resultat>OK</resultat>")
        assert "<pes_retour>" not in client.get(LIST).text
        assert client.get(RETOUR, params={"id": "1"}).content == retour()
        assert client.get(RETOUR, params={"id": "2"}).text.startswith("<get_retour><id>2</id><resultat>KO</resultat>")
        assert "<resultat>KO</resultat>" in client.get(MARK, params={"id": "2"}).text
    journal = [json.loads(line) for line in (tmp_path / "tdt/journal.jsonl").read_text().splitlines()]
    assert [line["retour"] for line in journal if line["what"] == "retour_lu"] == [1]


def test_a_siret_bound_to_two_authorities_gets_no_retour(tmp_path: Path) -> None:
    platform = settle(tmp_path, {}, {"certificat": "ccas.pem", "collectivite": 43})
    with platform.running() as (_, url), browser(platform, url) as ours, browser(platform, url, "ccas") as theirs:
        post(ours, flow("FLUX1"))
        post(theirs, flow("FLUX2"))
        status(ours, 1)
        platform.waiting.append(("21990042000015", "PES2R_1.xml", retour()))
        assert "<pes_retour>" not in ours.get(LIST).text + theirs.get(LIST).text


ALL = (STATUS, ACQUIT, FILE, LIST, RETOUR, MARK, FIND)


@pytest.mark.parametrize(
    ("account", "allowed"),
    [
        ({"droits": ("RW", "TT")}, {STATUS, ACQUIT, FILE, LIST, RETOUR, MARK}),
        ({"droits": ("RO",)}, {ACQUIT, FILE, LIST, RETOUR}),
        ({"droits": ()}, set()),
        ({"droits": ("RW",), "role": "GADM"}, {ACQUIT, FILE, LIST, RETOUR}),
        ({"droits": (), "role": "ARCH"}, {ACQUIT, FILE, FIND}),
    ],
)
def test_each_script_is_open_to_those_who_may(tmp_path: Path, account: dict[str, Any], allowed: set[str]) -> None:
    platform = settle(tmp_path, {}, {"certificat": "ccas.pem", **account})
    with platform.running() as (_, url), browser(platform, url) as ours, browser(platform, url, "ccas") as theirs:
        post(ours, flow("FLUX1"))
        platform.waiting.append(("21990042000015", "PES2R_1.xml", retour()))
        ours.get(LIST)
        answers = {path: theirs.get(path, params={"transaction": "1", "id": "1", "status_id": "8"}) for path in ALL}
    refused = {path for path, one in answers.items() if one.status_code in {302, 400} or "KO</resultat>" in one.text}
    assert set(ALL) - refused == allowed


def test_only_the_right_to_deposit_lets_a_flow_in(tmp_path: Path) -> None:
    with opened(settle(tmp_path, {"droits": ("RO", "TT")})) as client:
        answer = client.post(DEPOSIT, files={"enveloppe": ("a.xml", b"x")})
    assert (answer.status_code, answer.content.decode("iso-8859-1")) == (200, "KO\nAccès refusé")


def test_deposits_are_listed_to_archivists_newest_first_by_their_status_of_now(tmp_path: Path) -> None:
    platform = settle(tmp_path, {}, {"certificat": "ccas.pem", "role": "ARCH", "droits": ()})
    with platform.running() as (_, url), browser(platform, url) as ours, browser(platform, url, "ccas") as archivist:
        for number in range(1, 6):
            post(ours, flow(f"FLUX{number}") if number != 2 else b"no xml")
        refused = ours.get(FIND)
        assert (refused.status_code, refused.json()) == (400, {"error": "L'utilisateur n'est pas archiviste"})

        def ids(**asked: Any) -> list[int]:
            answer = archivist.get(FIND, params=asked).json()
            assert answer["authority_id"] == 42
            return [one["id"] for one in answer["transactions"]]

        assert ids(status_id=8) == [5, 4, 3, 1]
        assert ids(status_id=-1) == [2]
        assert ids(status_id=8, offset=1, limit=2) == [4, 3]
        assert ids(status_id=8, min_date="2020-01-01", max_date="2099-12-31") == [5, 4, 3, 1]
        assert ids(status_id=8, max_date="2020-01-01") == []
        assert ids(status_id="huit") == []


def test_who_is_not_known_is_told_in_three_ways(tmp_path: Path) -> None:
    shared = {"certificat": "mairie.pem", "mot_de_passe": "x"}
    disabled = {"certificat": "ccas.pem", "actif": False}
    platform = settle(tmp_path, {**shared, "login": "agent"}, {**shared, "login": "archives"}, disabled)
    with platform.running() as (_, url):
        with browser(platform, url, "inconnu") as stranger:
            told = "KO\nLe certificat n&#x27;est pas valide : aucun compte trouvé\n"
            assert stranger.get(TEST).content == told.encode("iso-8859-1")
            assert stranger.get(STATUS).headers["Location"] == "/connexion-status"
            assert stranger.get(LOGINS).text == ""
        with browser(platform, url) as which:
            told = "KO\nLa connexion n&#x27;a pas pu être établie\n"
            assert which.get(TEST).content == told.encode("iso-8859-1")
            assert which.get(INFORMATION).text.startswith("KO\n")
            assert which.get(STATUS).headers["Location"] == "/login.php"
            assert which.get(STATUS, params={"api": "1"}).text.startswith("KO\n")
            assert which.post(DEPOSIT).content.decode("iso-8859-1") == "KO\nÉchec de l'authentification"
            assert which.get(LOGINS).text == "agent\narchives"
        with browser(platform, url, "ccas") as gone:
            assert "aucun compte trouv" in gone.get(TEST).text
            assert gone.get(STATUS).headers["Location"] == "/connexion-status"
            assert gone.post(DEPOSIT).text.startswith("KO\n")
        for credentials in (("agent", "faux"), ("inconnu", "x")):
            with browser(platform, url, auth=credentials) as wrong:
                assert wrong.get(TEST).text.startswith("KO\n")
        with browser(platform, url, headers={"Authorization": "Basic !"}) as garbled:
            assert garbled.get(TEST).text.startswith("KO\n")


def test_a_client_without_a_certificate_does_not_come_in(tmp_path: Path) -> None:
    platform = settle(tmp_path)
    with (
        platform.running() as (_, url),
        httpx.Client(verify=False, trust_env=False) as nobody,  # what matters here is the other side
        pytest.raises(httpx.TransportError),
    ):
        nobody.get(url + TEST)


def test_a_client_that_shakes_no_hand_holds_nobody_up(tmp_path: Path) -> None:
    platform = settle(tmp_path)
    with platform.running() as (_, url), browser(platform, url, timeout=2) as client:
        address = httpx.URL(url)
        with socket.create_connection((address.host, address.port or 0)):
            assert client.get(TEST).text == "OK\n"


def test_a_body_beyond_all_limits_is_dropped_as_php_does(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LARGEST", 1000)
    monkeypatch.setattr(server, "CHUNK", 64)
    refused = client.post(DEPOSIT, files={"enveloppe": ("a.xml", b"x" * 5000)})
    assert "Aucune enveloppe" in refused.text
    taken = client.post(DEPOSIT, files={"enveloppe": ("a.xml", b"x")})
    assert "<resultat>OK</resultat>" in taken.text
    ours = [one.extensions["network_stream"].get_extra_info("client_addr") for one in (refused, taken)]
    assert ours[0] == ours[1]  # nothing was left over on the connection


def test_one_account_needs_no_login(client: httpx.Client) -> None:
    assert client.get(TEST).text == "OK\n"
    told = client.get(INFORMATION).json()
    assert told["user_info"]["role"] == "USER"
    assert told["authority_info"]["id"] == 42
    assert client.get("/nulle-part.php").status_code == 404


def test_a_session_outweighs_the_login_of_the_request(tmp_path: Path) -> None:
    """The trap of a shared cookie jar: the second account works in the name of the first."""
    shared = {"certificat": "mairie.pem", "mot_de_passe": "x"}
    platform = settle(
        tmp_path, {**shared, "login": "a", "collectivite": 1}, {**shared, "login": "b", "collectivite": 2}
    )
    with platform.running() as (_, url), browser(platform, url) as client:
        assert "PHPSESSID" in client.get(LIST, auth=("a", "x")).headers["Set-Cookie"]
        assert "<idColl>1</idColl>" in client.get(LIST, auth=("b", "x")).text
        client.cookies.clear()
        assert "<idColl>2</idColl>" in client.get(LIST, auth=("b", "x")).text


def test_a_nounce_opens_a_page_to_its_own_login(tmp_path: Path) -> None:
    shared = {"certificat": "mairie.pem", "mot_de_passe": "x"}
    platform = settle(
        tmp_path, {**shared, "login": "a", "collectivite": 1}, {**shared, "login": "b", "collectivite": 2}
    )
    with platform.running() as (_, url), browser(platform, url) as client:
        bare = client.get(NOUNCE)
        assert (bare.status_code, bare.headers["WWW-Authenticate"]) == (401, 'Basic realm="API S2low"')
        assert "login+mot de passe HTTP" in bare.text
        nounce = client.get(NOUNCE, auth=("b", "x")).json()["nounce"]
        proof = hashlib.sha256(f"x:{nounce}".encode()).hexdigest()
        asked = {"nounce": nounce, "login": "b", "hash": proof}
        assert "<idColl>2</idColl>" in client.get(LIST, params=asked).text
        client.cookies.clear()
        for change in ({"login": "a"}, {"hash": "0"}, {"nounce": "0"}):
            assert client.get(LIST, params=asked | change).status_code == 302


def test_a_nounce_lives_five_minutes(tmp_path: Path) -> None:
    now = [1000.0]
    world = settle(tmp_path, {"login": "a", "mot_de_passe": "x"}).world
    accounts = Accounts(world.comptes, tmp_path, lambda: now[0])
    nounce = accounts.nounce(world.comptes[0])
    proof = hashlib.sha256(f"x:{nounce}".encode()).hexdigest()
    asked = asking(nounce=nounce, login="a", hash=proof)
    now[0] += 300
    assert accounts.who(asked) == world.comptes[0]
    now[0] += 1
    assert accounts.who(asked) is None


def asking(**query: str) -> Request:
    der = certificates()["mairie"].certificate.public_bytes(Encoding.DER)
    return Request(method="GET", path=LIST, query=query, headers={}, body=b"", peer=der)
