"""Connections that break, and bytes that are no HTTP: what became of a deposit is never guessed."""

import ssl
import threading
from collections.abc import Callable
from datetime import date
from gzip import compress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dematfin.errors import AccessDenied, ConnectorError, Refused, UnknownOutcome, Unreachable
from dematfin.ports.transmitter import ReturnItem
from dematfin.sandbox.server import Reply
from dematfin.tdt import watch
from dematfin.tdt.s2low import S2low
from tdt.odd_server import OK, Connection, Manner, deaf, fine, hung, odd_server, saying, silent
from tdt.platform import ACQUIT, DEPOSIT, FILE, FIND, LIST, MARK, RETOUR, STATUS, TEST, Dictated, flow, s2low_at

GOOD = b'<?xml version="1.0" encoding="UTF-8"?><import><id>4711</id><resultat>OK</resultat><message/></import>'
PAUSE = threading.Event()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
ITEM = ReturnItem(remote_id="7", name="PES2R.xml")


def spoken(body: bytes, *headers: bytes) -> bytes:
    return HEAD + b"".join(line + b"\r\n" for line in headers) + b"\r\n" + body


AFTER_THE_FLOW_LEFT: dict[str, Manner] = {
    "cut without a word": silent,
    "hang": hung,
    "cut in the middle of the flow": deaf,
    "no HTTP": saying(b"\x00\x01\x02 bonjour\r\n\r\n"),
    "cut in the headers": saying(HEAD),
    "cut in the body": saying(spoken(GOOD[:-20], b"Content-Length: %d" % len(GOOD))),
    "cut between chunks": saying(spoken(b"5\r\n<?xml\r\n", b"Transfer-Encoding: chunked")),
    "gzip that is none": saying(spoken(GOOD, b"Content-Encoding: gzip", b"Content-Length: %d" % len(GOOD))),
    "a length that is none": saying(spoken(GOOD, b"Content-Length: beaucoup")),
    "headers without end": saying(HEAD + b"X: " + b"x" * 200_000),
    "compressed twice": saying(spoken(compress(compress(GOOD)), b"Content-Encoding: gzip", b"Content-Encoding: gzip")),
    "choices that lead nowhere": saying(b"HTTP/1.1 300 X\r\nLocation: https://[::\r\nContent-Length: 0\r\n\r\n"),
    "another protocol": saying(b"HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    "always on the point of answering": saying(b"HTTP/1.1 100 Continue\r\n\r\n" * 50),
    "two lengths": saying(spoken(GOOD, b"Content-Length: %d" % len(GOOD), b"Content-Length: 3")),
    "redirect to nowhere": saying(b"HTTP/1.1 302 Found\r\nLocation: https://[::\r\nContent-Length: 0\r\n\r\n"),
}


@pytest.mark.parametrize("manner", AFTER_THE_FLOW_LEFT.values(), ids=AFTER_THE_FLOW_LEFT.keys())
def test_once_the_flow_has_begun_to_leave_nobody_can_tell(tls: Path, tmp_path: Path, manner: Manner) -> None:
    flux = tmp_path / "flux.xml"
    flux.write_bytes(flow("FLUX1", "<Bordereau/>" * 200_000))
    with (
        odd_server(tls, fine, manner) as server,
        s2low_at(lambda _: Reply(), tls, url=server.url, delai_depot=0.4) as s2low,
        pytest.raises(UnknownOutcome, match=r"S²LOW.*vérifié"),
    ):
        s2low.send(flux, "FLUX1")
    assert len(server.seen) == 2  # tried once, then deposited once: no layer sends again


@pytest.mark.parametrize("manner", [silent, hung, saying(b"bonjour")])
def test_while_the_account_is_being_tried_nothing_has_left(tls: Path, flux: Path, manner: Manner) -> None:
    with (
        odd_server(tls, manner) as server,
        s2low_at(lambda _: Reply(), tls, url=server.url, delai_lecture=0.4) as s2low,
        pytest.raises(Unreachable, match=r"S²LOW.*Relancez") as caught,
    ):
        s2low.send(flux, "FLUX1")
    assert not isinstance(caught.value, UnknownOutcome)
    assert not any(b"POST" in connection.received for connection in server.seen)


@pytest.mark.parametrize("manner", [silent, hung, saying(HEAD), saying(spoken(b"<tr", b"Content-Length: 90"))])
def test_a_question_without_an_answer_may_be_asked_again(tls: Path, manner: Manner) -> None:
    with (
        odd_server(tls, manner) as server,
        s2low_at(lambda _: Reply(), tls, url=server.url, delai_lecture=0.4) as s2low,
        pytest.raises(Unreachable, match=r"S²LOW.*Relancez") as caught,
    ):
        s2low.follow("1", "FLUX1")
    assert not isinstance(caught.value, UnknownOutcome)


def test_a_deposit_file_that_ends_with_the_connection_proves_no_absence(tls: Path, flux: Path) -> None:
    """Without a length, an answer that is cut looks whole."""
    listed, cut = spoken(b'{"transactions": [{"id": 12}]}'), spoken(flux.read_bytes()[:-10])
    none = spoken(b'{"transactions": []}')
    with (
        odd_server(tls, saying(listed), saying(cut), saying(none)) as server,
        s2low_at(lambda _: Reply(), tls, url=server.url) as s2low,
        pytest.raises(UnknownOutcome, match="FLUX1"),
    ):
        s2low.find(flux, "FLUX1")


def test_a_certificate_refused_once_the_flow_is_written_is_an_access_problem(
    tls: Path, tmp_path: Path, flux: Path
) -> None:
    """With TLS 1.3 the alert comes at the first read: here the platform forgets our authority between two calls."""
    elsewhere = tmp_path / "autre-ac.pem"
    elsewhere.write_bytes((tls / "tdt-serveur.pem").read_bytes())

    def forget_our_authority(connection: Connection) -> None:
        fine(connection)
        server.context = server_trusting(elsewhere)

    def server_trusting(authority: Path) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls / "tdt-serveur.pem")
        context.load_verify_locations(authority)
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    with (
        odd_server(tls, forget_our_authority, fine) as server,
        s2low_at(lambda _: Reply(), tls, url=server.url) as s2low,
        pytest.raises(AccessDenied, match="rien n'a été déposé"),
    ):
        s2low.send(flux, "FLUX1")
    assert not any(b"POST" in connection.received for connection in server.seen)


@pytest.mark.parametrize("end", [lambda one: one.read(), lambda one: one.reset(), lambda one: None])
def test_a_refusal_that_comes_before_the_flow_was_read_is_a_refusal_or_a_doubt(
    tls: Path, tmp_path: Path, end: Manner
) -> None:
    """The answer may be lost with the connection; it is never taken for a link that did not open."""

    def early(connection: Connection) -> None:
        connection.read(1000)
        connection.say(b"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        end(connection)

    flux = tmp_path / "flux.xml"
    flux.write_bytes(flow("FLUX1", "<Bordereau/>" * 300_000))
    with (
        odd_server(tls, fine, early) as server,
        s2low_at(lambda _: Reply(), tls, url=server.url) as s2low,
        pytest.raises((Refused, UnknownOutcome), match=r"trop volumineux|vérifié"),
    ):
        s2low.send(flux, "FLUX1")
    assert len(server.seen) == 2


def dripping(body: bytes) -> Manner:
    """Say one byte at a time, never silent for long, never done."""

    def play(connection: Connection) -> None:
        connection.read()
        connection.say(HEAD, b"\r\n")
        for one in range(len(body)):
            connection.say(body[one : one + 1])
            PAUSE.wait(0.05)

    return play


def dripping_headers(connection: Connection) -> None:
    connection.read()
    connection.say(HEAD)
    for _ in range(200):
        connection.say(b"x")
        PAUSE.wait(0.05)


@pytest.mark.parametrize("manner", [dripping(GOOD + b" " * 200), dripping_headers], ids=["body", "headers"])
def test_a_byte_at_a_time_is_not_waited_for_ever(
    tls: Path, flux: Path, manner: Manner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "SLOWEST", 10**9)
    with (
        odd_server(tls, fine, manner, manner) as server,
        s2low_at(lambda _: Reply(), tls, url=server.url, delai_depot=1, delai_lecture=1) as s2low,
    ):
        with pytest.raises(UnknownOutcome, match=r"délai.*vérifié"):
            s2low.send(flux, "FLUX1")
        with pytest.raises(Unreachable, match=r"délai.*Relancez"):
            s2low.follow("1", "FLUX1")


def test_the_answer_to_a_deposit_cut_at_any_byte_never_says_that_nothing_left(tls: Path, tmp_path: Path) -> None:
    """Without a length, what is cut looks whole; the platform has stored the flow each time."""
    answer = spoken(GOOD)
    flux = tmp_path / "flux.xml"
    flux.write_bytes(flow("FLUX1"))
    stored: list[bytes] = []

    def cut(connection: Connection) -> None:
        connection.read()
        if b"POST" not in connection.received[:4]:
            connection.say(OK)
            return
        stored.append(connection.received)
        connection.say(answer[: places[len(stored) - 1]])

    places = [*range(0, len(answer), 7), *range(len(answer) - 9, len(answer))]
    with odd_server(tls, cut) as server, s2low_at(lambda _: Reply(), tls, url=server.url) as s2low:
        for _ in places:
            with pytest.raises(UnknownOutcome, match=r"S²LOW.*vérifié"):
                s2low.send(flux, "FLUX1")
        places.append(len(answer))
        assert s2low.send(flux, "FLUX1") == "4711"
    assert len(stored) == len(places)


PAGES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(["<import>", "<transaction>", "<liste>", "<get_retour>", "KO\n", "{", "[", "<n:PES_Retour>"]).map(
        str.encode
    ),
    st.tuples(
        st.sampled_from(["import", "transaction", "liste", "get_retour", "PES_ACQUIT", "PES_Retour"]),
        st.lists(
            st.sampled_from(["<id>7</id>", "<id/>", "<resultat>KO</resultat>", "<status>8</status>", "é", "&#1;"])
        ),
        st.sampled_from(["utf-8", "iso-8859-1", "utf-16"]),
    ).map(lambda made: f"<{made[0]}>{''.join(made[1])}</{made[0]}>".encode(made[2])),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=PAGES,
    status=st.sampled_from([200, 200, 200, 204, 302, 400, 404, 500]),
    headers=st.sampled_from(
        [{}, {"Content-Encoding": "deflate"}, {"Location": "::"}, {"Content-Type": "é; charset=x"}]
    ),
)
def test_whatever_comes_only_errors_of_ours_go_out(
    platform: Dictated, s2low: S2low, flux: Path, body: bytes, status: int, headers: dict[str, str]
) -> None:
    answer = Reply(status=status, body=body, headers=headers)
    for path in (DEPOSIT, STATUS, ACQUIT, FILE, FIND, LIST, RETOUR, MARK):
        platform.say(path, answer)
    calls: tuple[Callable[[], object], ...] = (
        lambda: s2low.send(flux, "FLUX1"),
        lambda: s2low.follow("1", "FLUX1"),
        lambda: s2low.find(flux, "FLUX1"),
        lambda: s2low.confirm("12", flux, "FLUX1"),
        lambda: s2low.deposits(date(2026, 11, 1)),
        s2low.returns,
        lambda: s2low.fetch(ITEM),
        lambda: s2low.acknowledge(ITEM),
    )
    for call in calls:
        try:
            call()
        except ConnectorError as error:
            assert "S²LOW" in str(error)


def test_an_answer_is_judged_by_what_it_says_not_by_its_label(platform: Dictated, s2low: S2low, flux: Path) -> None:
    accents = "Téléchargement du fichier réussi."
    body = GOOD.replace(b"<message/>", f"<message>{accents}</message>".encode("iso-8859-1"))
    platform.say(DEPOSIT, Reply(body=body, media_type="text/html; charset=utf-8"))
    assert s2low.send(flux, "FLUX1") == "4711"  # ISO-8859-1 bytes that call themselves UTF-8


REMEDY = r"(Relancez|Vérifiez|Corrigez|Reprenez|sera vérifié|repartira)"


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (TEST, Reply(body=b"<html>")),
        (TEST, Reply(body=b"KO\nErreur")),
        (DEPOSIT, Reply(body=b"<html>")),
        (DEPOSIT, Reply(body=b"KO\n")),
        (DEPOSIT, Reply(status=413)),
        (STATUS, Reply(status=500)),
        (STATUS, Reply(body=b"KO\nErreur d'initialisation du module")),
        (STATUS, Reply(body=b"<transaction><resultat>OK</resultat><status>x</status></transaction>")),
        (STATUS, Reply(body=b"<transaction><resultat>KO</resultat><message>Erreur</message></transaction>")),
        (STATUS, Reply(status=302, headers={"Location": "/login.php"})),
        (LIST, Reply(body=b"<html>")),
        (LIST, Reply(body=b"<liste><pes_retour/></liste>")),
        (RETOUR, Reply(body=b"<html>")),
        (MARK, Reply(body=b"<transaction/>")),
        (FIND, Reply(body=b"<html>")),
    ],
)
def test_every_error_says_what_to_do_now(
    platform: Dictated, s2low: S2low, flux: Path, path: str, answer: Reply
) -> None:
    calls: dict[str, Callable[[], object]] = {
        TEST: lambda: s2low.send(flux, "FLUX1"),
        DEPOSIT: lambda: s2low.send(flux, "FLUX1"),
        STATUS: lambda: s2low.follow("1", "FLUX1"),
        LIST: s2low.returns,
        RETOUR: lambda: s2low.fetch(ITEM),
        MARK: lambda: s2low.acknowledge(ITEM),
        FIND: lambda: s2low.find(flux, "FLUX1"),
    }
    platform.say(path, answer)
    with pytest.raises(ConnectorError, match=REMEDY) as caught:
        calls[path]()
    assert "S²LOW" in str(caught.value)
