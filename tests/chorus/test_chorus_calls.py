"""A call to Chorus Pro: its two credentials, and each shape that a failure may take, told in French."""

import base64
import gzip
import itertools
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chorus.platform import DOOR, DOWNLOAD, HISTORY, SEARCH, TOKEN, VAT, Platform, chorus_at, good, history, token
from dematfin.chorus.source import ChorusPro
from dematfin.domain.invoice.chorus import first_disposal
from dematfin.errors import AccessDenied, BadAnswer, ConnectorError, Refused, Unreachable
from dematfin.sandbox.server import Reply, json_reply

pytestmark = pytest.mark.usefixtures("no_wait")


def test_both_credentials_go_with_each_call(platform: Platform, chorus: ChorusPro) -> None:
    platform.say(VAT, good())
    chorus.check(DOOR)
    sent = platform.headers[-1]
    assert sent["Authorization"] == "Bearer jeton"
    login, _, password = base64.b64decode(sent["cpro-account"]).decode().partition(":")
    assert (login, password) == ("TECH_1_1@cpro.fr", "TEST mot de passé")


def test_one_token_serves_many_calls(platform: Platform, chorus: ChorusPro) -> None:
    platform.say(VAT, good())
    for _ in range(3):
        chorus.check(DOOR)
    assert len(platform.asked[TOKEN]) == 1


def test_a_token_that_ended_early_is_changed_once(platform: Platform, chorus: ChorusPro) -> None:
    platform.say(TOKEN, token("vieux"), token("neuf"))
    platform.say(VAT, Reply(status=401), good())
    chorus.check(DOOR)
    assert platform.headers[-1]["Authorization"] == "Bearer neuf"


@pytest.mark.parametrize(
    "empty",
    [Reply(body=b""), Reply(body=b"<html>"), token(""), token(life=0), token(life="bientôt"), json_reply([])],
    ids=["empty", "page", "no-token", "no-life", "bad-life", "array"],
)
def test_an_answer_without_a_token_is_asked_for_again(platform: Platform, chorus: ChorusPro, empty: Reply) -> None:
    platform.say(TOKEN, empty, token())
    platform.say(VAT, good())
    chorus.check(DOOR)
    assert len(platform.asked[TOKEN]) == 2


@pytest.mark.parametrize("status", [400, 401])
def test_piste_refuses_the_application(platform: Platform, chorus: ChorusPro, status: int) -> None:
    platform.say(TOKEN, json_reply({"error": "invalid_client", "error_description": "bad credentials"}, status))
    with pytest.raises(AccessDenied, match=r"PISTE refuse l'application \(bad credentials\).*client_secret"):
        chorus.check(DOOR)
    assert len(platform.asked[TOKEN]) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (json_reply({"ErrorCode": "401", "Description": "[invalid field]"}, 401), AccessDenied, "compte technique"),
        (Reply(status=403), AccessDenied, "habilitation"),
        (Reply(status=404), BadAnswer, "404"),
        (Reply(status=415), BadAnswer, "415"),
        (Reply(status=500, body=b"oops"), Unreachable, r"500 : oops"),
        (json_reply({"codeRetour": 500, "libelle": "Erreur interne"}, 500), Unreachable, r"500 : Erreur"),
        (Reply(body=b"<html>maintenance</html>", media_type="text/html"), Unreachable, "maintenance"),
        (json_reply([{"error": "ParamsInvalid", "message": "uuid inconnu"}], 400), BadAnswer, "uuid inconnu"),
        (Reply(status=502, body=b"<html>"), Unreachable, "indisponible"),
        (Reply(status=429, headers={"Retry-After": "demain"}), Unreachable, "indisponible"),
        (json_reply({"codeRetour": 12, "libelle": "Base indisponible"}), Refused, r"code 12 : Base indisponible"),
        (json_reply({"codeRetour": "12", "libelle": None}, 400), Refused, "sans explication"),
        (json_reply({"codeRetour": 20000, "libelle": ""}), Refused, "20000"),
        (Reply(body=b"{}", headers={"Content-Encoding": "gzip"}), BadAnswer, "abîmée"),
        (Reply(body=b'{"codeRetour": 0, "libelle": "', cut=20), Unreachable, "coupé"),
    ],
)
def test_each_failure_has_its_words(
    platform: Platform, chorus: ChorusPro, answer: Reply, kind: type[ConnectorError], words: str
) -> None:
    platform.say(VAT, answer)
    with pytest.raises(kind, match=words) as caught:
        chorus.check(DOOR)
    assert "Chorus Pro" in str(caught.value)


def test_a_compressed_answer_is_read(platform: Platform, chorus: ChorusPro) -> None:
    packed = gzip.compress(good().body)
    platform.say(VAT, Reply(body=packed, headers={"Content-Encoding": "gzip"}))
    chorus.check(DOOR)


def test_a_neighbour_that_hangs_is_left(platform: Platform) -> None:
    platform.say(VAT, _late)
    with chorus_at(platform, delai_lecture=0.1) as chorus, pytest.raises(Unreachable, match="Relancez plus tard"):
        chorus.check(DOOR)
    assert len(platform.asked[VAT]) == 4


def test_a_neighbour_that_is_down_is_named() -> None:
    nobody = "http://127.0.0.1:9"
    with (
        chorus_at(lambda _: Reply(), url_api=nobody, url_jeton=f"{nobody}/jeton") as chorus,
        pytest.raises(Unreachable, match="PISTE ne répond pas"),
    ):
        chorus.check(DOOR)


def test_reads_are_tried_again_until_they_work(platform: Platform, chorus: ChorusPro) -> None:
    platform.say(VAT, Reply(status=503), Reply(status=429), Reply(body=b"{", cut=0), good())
    chorus.check(DOOR)
    assert len(platform.asked[VAT]) == 4


def test_the_first_day_of_a_long_history_is_found(platform: Platform, chorus: ChorusPro, tmp_path: Path) -> None:
    """Newest first: the notification that starts the payment delay is on the last page."""
    newest = [{"histoStatutId": 40 - n, "histoStatutCode": "SUSPENDUE"} for n in range(5)]
    dates = ["2026-03-20 08:00", "2026-03-11 09:02"]
    oldest = [{"histoStatutCode": "MISE_A_DISPOSITION", "histoStatutDatePassage": day} for day in dates]
    pages = itertools.cycle([newest, oldest])
    platform.say(HISTORY, lambda _: good(historiquesDesStatuts={"histoStatut": next(pages), "pagesHistoStatut": 2}))
    platform.say(DOWNLOAD, good(fichierResultat=base64.b64encode(b"<pivot/>").decode()))
    gone_through = chorus.fetch("9100123", tmp_path / "pivot")
    assert first_disposal(gone_through) == date(2026, 3, 11)
    assert [one.status for one in gone_through] == ["MISE_A_DISPOSITION"] * 2 + ["SUSPENDUE"] * 5
    assert (tmp_path / "pivot").read_bytes() == b"<pivot/>"
    assert platform.asked[DOWNLOAD] == [{"format": "PIVOT", "listeFacture": [{"idFacture": 9100123}]}]


@pytest.mark.parametrize("shape", [{}, {"historiquesDesStatuts": None}, {"historiquesDesStatuts": []}])
def test_a_history_without_dates_stops_no_download(
    platform: Platform, chorus: ChorusPro, shape: dict[str, object], tmp_path: Path
) -> None:
    platform.say(HISTORY, good(**shape))
    platform.say(DOWNLOAD, good(fichierResultat=base64.b64encode(b"<pivot/>").decode()))
    assert chorus.fetch("7", tmp_path / "pivot") == ()


@pytest.mark.parametrize("value", [None, "", "pas du base64 !", 12])
def test_a_download_without_its_file_is_a_failure(
    platform: Platform, chorus: ChorusPro, value: object, tmp_path: Path
) -> None:
    platform.say(HISTORY, history("MISE_A_DISPOSITION"))
    platform.say(DOWNLOAD, good(fichierResultat=value))
    with pytest.raises(BadAnswer, match="Chorus Pro"):
        chorus.fetch("7", tmp_path / "pivot")


def test_a_facture_above_the_limit_says_where_to_get_it(platform: Platform, chorus: ChorusPro, tmp_path: Path) -> None:
    platform.say(HISTORY, history("MISE_A_DISPOSITION"))
    platform.say(DOWNLOAD, Reply(status=413))
    with pytest.raises(Refused, match=r"120 Mo.*portail"):
        chorus.fetch("7", tmp_path / "pivot")


def test_a_structure_that_loses_its_habilitation_is_not_a_quiet_day(platform: Platform, chorus: ChorusPro) -> None:
    platform.say(SEARCH, json_reply({"codeRetour": 5, "libelle": "Accès interdit"}))
    with pytest.raises(Refused, match="donner la liste des factures"):
        list(chorus.changed(DOOR, date(2026, 3, 1), date(2026, 3, 2)))


def _late(_: dict[str, Any]) -> Reply:
    threading.Event().wait(0.4)
    return good()
