"""A platform that many share: each call under its account, each account with its own weather."""

import base64
import hashlib
import smtplib
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from dematfin.sandbox.front import Front, tdt_login, technical_account
from dematfin.sandbox.mailbox import MailBox
from dematfin.sandbox.neighbours import free_ports
from dematfin.sandbox.platform import main
from dematfin.sandbox.record import Journal
from dematfin.sandbox.server import LoopbackServer, Reply, Request
from dematfin.sandbox.smtp import MailServer
from dematfin.sandbox.weather import Sky, Trouble, Weather, tell
from sandbox.worlds import world

MAIL = b"Subject: essai\r\n\r\nUn dossier attend.\r\n"


@pytest.fixture
def sky(tmp_path: Path) -> Path:
    return tmp_path / "temps.json"


@pytest.fixture
def calls(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "appels.jsonl")


@pytest.fixture
def door(sky: Path, calls: Journal) -> Iterator[httpx.Client]:
    def answer(request: Request) -> Reply:
        return Reply(body=request.path.encode())

    front = Front(application=answer, caller=tdt_login, weather=Weather(sky), calls=calls)
    server = LoopbackServer(front)
    server.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=10) as client:
        yield client
    server.stop()


def test_each_call_is_noted_under_its_account_in_its_order(door: httpx.Client, calls: Journal) -> None:
    for login, path in (("une", "/a"), ("autre", "/b"), ("une", "/c")):
        assert door.post(path, content=b"flux", auth=(login, "mot")).text == path
    noted = [(line["compte"], line["chemin"], line["etat"]) for line in calls.lines()]
    assert noted == [("une", "/a", ""), ("autre", "/b", ""), ("une", "/c", "")]
    assert {line["sha256"] for line in calls.lines()} == {hashlib.sha256(b"flux").hexdigest()}


def test_one_account_is_down_and_the_other_is_not(door: httpx.Client, sky: Path) -> None:
    tell(sky, troubles={"une": Trouble.DOWN})
    assert door.get("/a", auth=("une", "mot")).status_code == 503
    assert door.get("/a", auth=("autre", "mot")).status_code == 200
    tell(sky)
    assert door.get("/a", auth=("une", "mot")).status_code == 200


def test_a_silent_account_holds_nobody_else_up_and_is_cut_once_it_is_not(door: httpx.Client, sky: Path) -> None:
    tell(sky, troubles={"une": Trouble.HUNG})
    cut = threading.Event()

    def ask() -> None:
        with pytest.raises(httpx.RemoteProtocolError):
            door.get("/a", auth=("une", "mot"))
        cut.set()

    waiting = threading.Thread(target=ask)
    waiting.start()
    assert door.get("/a", auth=("autre", "mot")).status_code == 200
    assert not cut.is_set()
    tell(sky)
    waiting.join(10)
    assert cut.is_set()


def test_what_tests_ask_is_neither_noted_nor_late(door: httpx.Client, sky: Path, calls: Journal) -> None:
    tell(sky, latency=60)
    assert door.get("/__sandbox__/etat").status_code == 200
    assert calls.lines() == []


def test_slowness_comes_on_top_of_the_latency_of_all() -> None:
    found = Sky(latence=0.25, lenteur=2, comptes={"une": Trouble.SLOW})
    assert (found.delay("une"), found.delay("autre")) == (2.25, 0.25)


@pytest.mark.parametrize(
    ("header", "login"), [(base64.b64encode(b"TECH:mot:de").decode(), "TECH"), ("", ""), ("?", "")]
)
def test_a_technical_account_is_read_from_its_header(header: str, login: str) -> None:
    request = Request(method="POST", path="/", query={}, headers={"cpro-account": header}, body=b"", peer=None)
    assert technical_account(request) == login


@pytest.fixture
def post(tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer(MailBox(comptes={"une": "mot-une", "autre": "mot-autre"}), tmp_path)
    server.start()
    yield server
    server.stop()


def handed(server: MailServer, login: str, password: str = "") -> None:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=10) as smtp:
        smtp.login(login, password or f"mot-{login}")
        smtp.sendmail(f"{login}@test.invalid", ["marc@test.invalid"], MAIL)


@pytest.mark.filterwarnings("ignore:Session.login_data:DeprecationWarning")
def test_a_mail_server_knows_each_account_and_notes_who_sent_what(post: MailServer) -> None:
    handed(post, "une")
    tell(post.folder.parent / "courriel" / "temps.json", troubles={"une": Trouble.DOWN})
    with pytest.raises(smtplib.SMTPException):
        handed(post, "une")
    handed(post, "autre")
    with pytest.raises(smtplib.SMTPAuthenticationError):
        handed(post, "autre", "mot-une")
    mails = [line for line in post.journal.lines() if line["what"] == "courriel"]
    assert [(line["compte"], line["fichier"]) for line in mails] == [("une", "00001.eml"), ("autre", "00002.eml")]
    assert [path.name for path in post.kept()] == ["00001.eml", "00002.eml"]


def test_a_platform_whose_door_is_taken_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)  # those of pytest stay
    (tmp_path / "monde.json").write_text(world(tmp_path).model_dump_json(), encoding="utf-8")
    taken = LoopbackServer(lambda _: Reply(), free_ports(tmp_path)["chorus"])
    try:
        assert main([str(tmp_path), "chorus"]) == 2
    finally:
        taken.stop()
    assert "est déjà pris" in capsys.readouterr().err
