"""A deposit: each answer says one thing of it — done, refused, not done, or unknown — and never another."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dematfin.errors import (
    AccessDenied,
    AlreadyThere,
    BadAnswer,
    ConfigError,
    ConnectorError,
    Refused,
    UnknownOutcome,
    Unreachable,
)
from dematfin.sandbox import pki
from dematfin.sandbox.server import Reply, Request
from dematfin.tdt.s2low import S2low
from tdt.platform import DEPOSIT, FIND, FINE, PASSWORD, TEST, Dictated, listed, s2low_at, simulated, xml


def imported(key: str, result: str, message: str = "") -> Reply:
    body = f"<import><id>{key}</id><resultat>{result}</resultat><message>{message}</message></import>"
    return xml(f'<?xml version="1.0" encoding="UTF-8"?>{body}')


def plain(text: str, encoding: str = "iso-8859-1") -> Reply:
    return Reply(body=text.encode(encoding), media_type="text/plain")


GOOD = imported("4711", "OK", "Téléchargement du fichier réussi.")


def test_a_deposit_gives_its_number(platform: Dictated, s2low: S2low, flux: Path) -> None:
    platform.say(DEPOSIT, GOOD)
    assert s2low.send(flux, "FLUX1") == "4711"
    request = platform.asked[-1]
    assert flux.read_bytes() in request.body
    assert b'name="enveloppe"; filename="FLUX1.xml"' in request.body
    assert b"must_signed" not in request.body  # it would wait for a signature on S²LOW's own pages
    assert request.headers["Authorization"].startswith("Basic ")


def test_a_certificate_of_one_account_needs_no_login(platform: Dictated, tls: Path, flux: Path) -> None:
    platform.say(DEPOSIT, GOOD)
    with s2low_at(platform, tls, identifiant="", mot_de_passe="") as s2low:
        s2low.send(flux, "FLUX1")
    assert not any("Authorization" in request.headers for request in platform.asked)


def test_no_cookie_is_ever_kept(platform: Dictated, s2low: S2low, flux: Path) -> None:
    """With one, S²LOW would answer for the account of the session, whatever login comes with the request."""
    platform.say(TEST, Reply(body=b"OK\n", headers={"Set-Cookie": "PHPSESSID=abc; path=/"}))
    platform.say(DEPOSIT, GOOD)
    s2low.send(flux, "FLUX1")
    assert not any("Cookie" in request.headers for request in platform.asked)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (imported("", "KO", "doublon détecté. Ce fichier a déjà été posté."), AlreadyThere, "déjà reçu"),
        (imported("", "KO", "Votre certificat n&#039;est pas RGS"), AccessDenied, "certificat"),
        (imported("", "KO", "Taille de fichier supérieure à la limite"), Refused, "volumineux"),
        (imported("", "KO", "erreur lors de l&amp;#039;upload (code 1)"), Refused, "volumineux"),
        (imported("", "KO", "Aucune enveloppe trouvée : la taille dépasse probablement"), Refused, "volumineux"),
        (imported("", "KO", "Erreur lors du téléchargement du fichier : code 3"), Unreachable, "Relancez plus tard"),
        (imported("", "KO", "Le fichier présenté est vide"), Refused, "vide"),
        (imported("", "KO", ""), Refused, "sans explication"),
        (imported("", "KO", "Échec lors du téléchargement du fichier"), Unreachable, "enregistrer"),
        (plain("KO\nÉchec de l'authentification"), AccessDenied, "rien n'a été fait"),
        (plain("KO\nAccès refusé"), AccessDenied, "Accès refusé"),
        (plain("KO\nAccès refusé", "utf-8"), AccessDenied, "Accès refusé"),
        (plain("KO"), AccessDenied, "rien n'a été fait"),
        (Reply(status=302, headers={"Location": "/login.php"}), AccessDenied, "connexion"),
        (Reply(status=401), AccessDenied, "401"),
        (Reply(status=403), AccessDenied, "403"),
        (Reply(status=413), Refused, "volumineux"),
    ],
)
def test_a_clear_answer_is_believed(
    platform: Dictated, s2low: S2low, flux: Path, answer: Reply, kind: type[ConnectorError], words: str
) -> None:
    platform.say(DEPOSIT, answer)
    with pytest.raises(kind, match=words) as caught:
        s2low.send(flux, "FLUX1")
    assert type(caught.value) is kind
    assert "S²LOW" in str(caught.value)
    assert platform.times(DEPOSIT) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Reply(body=b""),
        Reply(body=b"<html><body>Connexion</body></html>", media_type="text/html"),
        Reply(body=GOOD.body, cut=0),
        Reply(body=GOOD.body, cut=30),
        Reply(status=500, body=b"Fatal error"),
        Reply(status=302, headers={"Location": "/accueil.php"}),
        Reply(body=GOOD.body, headers={"Content-Encoding": "gzip"}),
        xml("<import><id>4711</id></import"),
        xml('<!DOCTYPE import [<!ENTITY a "b">]><import><id>&a;</id></import>'),
        xml("<transaction><id>4711</id><resultat>OK</resultat></transaction>"),
        imported("", "OK"),
        imported("4711", ""),
        imported("4711abc", "OK"),
        Reply(body=b"<import>" + b" " * 2_000_000 + b"</import>"),
    ],
    ids=[
        "nothing",
        "page",
        "cut at once",
        "cut",
        "500",
        "elsewhere",
        "not gzip",
        "not xml",
        "doctype",
        "other root",
        "no id",
        "no result",
        "strange id",
        "huge",
    ],
)
def test_any_other_answer_leaves_the_outcome_unknown(
    platform: Dictated, s2low: S2low, flux: Path, answer: Reply
) -> None:
    platform.say(DEPOSIT, answer)
    with pytest.raises(UnknownOutcome):
        s2low.send(flux, "FLUX1")
    assert platform.times(DEPOSIT) == 1


@pytest.mark.parametrize("status", [502, 503, 504, 429])
def test_a_gateway_that_fails_may_have_passed_the_flow_on(
    platform: Dictated, s2low: S2low, flux: Path, status: int
) -> None:
    platform.say(DEPOSIT, Reply(status=status))
    with pytest.raises(UnknownOutcome, match=str(status)):
        s2low.send(flux, "FLUX1")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (plain("KO\nLa connexion n'a pas pu être établie"), AccessDenied),
        (Reply(status=302, headers={"Location": "/login.php"}), AccessDenied),
        (Reply(status=500), Unreachable),
        (Reply(status=503), Unreachable),
        (Reply(body=b"O", cut=0), Unreachable),
    ],
)
def test_nothing_leaves_when_the_account_is_not_let_in(
    platform: Dictated, s2low: S2low, flux: Path, answer: Reply, kind: type[ConnectorError]
) -> None:
    platform.say(TEST, answer)
    platform.say(DEPOSIT, GOOD)
    with pytest.raises(kind) as caught:
        s2low.send(flux, "FLUX1")
    assert not isinstance(caught.value, UnknownOutcome)
    assert platform.times(DEPOSIT) == 0


def test_a_flow_too_large_for_the_platform_does_not_leave(platform: Dictated, tls: Path, flux: Path) -> None:
    with s2low_at(platform, tls, taille_maximale=10) as s2low, pytest.raises(Refused, match="FLUX1"):
        s2low.send(flux, "FLUX1")
    assert platform.asked == []


def test_a_hang_after_the_flow_left_is_unknown(tls: Path, flux: Path, hung: Callable[[Request], Reply]) -> None:
    with s2low_at(hung, tls, delai_depot=0.3) as s2low, pytest.raises(UnknownOutcome):
        s2low.send(flux, "FLUX1")


def test_a_platform_that_is_down_received_nothing(platform: Dictated, tls: Path, flux: Path) -> None:
    with (
        s2low_at(platform, tls, url="https://127.0.0.1:9") as s2low,
        pytest.raises(Unreachable, match="ne répond pas") as caught,
    ):
        s2low.send(flux, "FLUX1")
    assert not isinstance(caught.value, UnknownOutcome)


def test_a_server_that_is_not_the_right_one_receives_nothing(platform: Dictated, tls: Path, flux: Path) -> None:
    with (
        s2low_at(platform, tls, autorites=None) as s2low,
        pytest.raises(ConnectorError, match="certificat du serveur") as caught,
    ):
        s2low.send(flux, "FLUX1")
    assert not isinstance(caught.value, UnknownOutcome)
    assert platform.asked == []


def test_a_client_certificate_of_somebody_else_is_an_access_problem(
    platform: Dictated, tls: Path, tmp_path: Path, flux: Path
) -> None:
    """With TLS 1.3 the server says so after the handshake, when the request may have been written."""
    pki.make_transport_pki(tmp_path / "autre", PASSWORD)
    theirs = tmp_path / "autre" / "tdt-client.p12"
    with (
        s2low_at(platform, tls, certificat=theirs) as s2low,
        pytest.raises(AccessDenied, match=r"refuse notre certificat.*\[s2low\]"),
    ):
        s2low.send(flux, "FLUX1")
    assert platform.asked == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mot_de_passe_certificat": "faux"}, "mot de passe faux"),
        ({"url": "http://s2low.example"}, "https"),
    ],
)
def test_a_configuration_that_cannot_work_says_why(
    platform: Dictated, tls: Path, change: dict[str, str], words: str
) -> None:
    with s2low_at(platform, tls, **change) as s2low, pytest.raises(ConfigError, match=words):
        s2low.check()
    assert platform.asked == []


def test_an_account_without_the_right_to_transmit_is_held_and_said(tls: Path, tmp_path: Path, flux: Path) -> None:
    platform = simulated(tls, tmp_path / "etat", droits=("RW",))
    with s2low_at(platform, tls) as s2low:
        progress = s2low.follow(s2low.send(flux, "FLUX1"), "FLUX1")
        assert progress.phase.value == "HELD"
        assert "télétransmettre" in progress.message
    platform.close()


def test_the_connection_test_says_what_is_wrong(platform: Dictated, s2low: S2low) -> None:
    platform.say(FIND, listed())
    s2low.check()
    platform.say(TEST, Reply(body=b"<html>Connexion</html>", media_type="text/html"))
    with pytest.raises(BadAnswer, match="S²LOW"):
        s2low.check()
    assert FINE.body == b"OK\n"
