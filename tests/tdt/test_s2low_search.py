"""A lost deposit is looked for among those that S²LOW lists, and compared byte for byte."""

import json
from datetime import date
from pathlib import Path

import pytest

from dematfin.errors import AccessDenied, BadAnswer, ConnectorError, UnknownOutcome
from dematfin.sandbox.server import Reply, json_reply
from dematfin.tdt import archive, listing
from dematfin.tdt.s2low import S2low
from tdt.platform import DEPOSIT, FILE, FIND, Dictated, flow, listed, s2low_at, xml


def test_a_lost_deposit_is_found_by_its_bytes(platform: Dictated, s2low: S2low, flux: Path) -> None:
    platform.say(FIND, listed(), listed(), listed("12", 11), listed())
    platform.say(FILE, Reply(body=flux.read_bytes() + b" "), Reply(body=flux.read_bytes()))
    assert s2low.find(flux, "FLUX1") == "11"
    asked = next(request for request in platform.asked if request.path == FIND)
    assert asked.query["limit"] == "100"


def test_what_is_surely_not_there_may_be_sent_again(platform: Dictated, s2low: S2low, flux: Path) -> None:
    platform.say(FIND, listed(12), listed())
    platform.say(FILE, Reply(body=flux.read_bytes().replace(b"142", b"143")))
    assert s2low.find(flux, "FLUX1") == ""


@pytest.mark.parametrize(
    "answer",
    [
        Reply(status=404),
        Reply(status=302),
        Reply(body=b"<p>non</p>"),
        Reply(body=b""),
        Reply(body=flow("FLUX1")[:-30]),
    ],
    ids=["404", "elsewhere", "page", "nothing", "cut"],
)
def test_what_cannot_be_compared_stays_unknown(platform: Dictated, s2low: S2low, flux: Path, answer: Reply) -> None:
    platform.say(FIND, listed(12), listed())
    platform.say(FILE, answer)
    with pytest.raises(UnknownOutcome, match="FLUX1"):
        s2low.find(flux, "FLUX1")


def test_more_deposits_than_can_be_looked_at_is_no_proof(
    platform: Dictated, s2low: S2low, flux: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    monkeypatch.setattr(archive, "MOST", 4)
    platform.say(FIND, listed(1, 2))
    platform.say(FILE, Reply(body=b"<?xml other"))
    with pytest.raises(UnknownOutcome):
        s2low.find(flux, "FLUX1")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (json_reply({"error": "pas archiviste"}, 400), AccessDenied),
        (Reply(body=b"<html>"), BadAnswer),
        (json_reply({"transactions": [{"id": "../1"}]}), BadAnswer),
        (Reply(body=b'{"transactions": [{"id": Infinity}]}'), BadAnswer),
        (Reply(body=b"[" * 200_000), BadAnswer),
        (json_reply([]), BadAnswer),
    ],
)
def test_a_list_that_cannot_be_read_proves_nothing(
    platform: Dictated, s2low: S2low, flux: Path, answer: Reply, kind: type[ConnectorError]
) -> None:
    platform.say(FIND, answer)
    with pytest.raises(kind):
        s2low.find(flux, "FLUX1")


def test_without_an_archivist_nobody_can_tell(platform: Dictated, tls: Path, flux: Path) -> None:
    alone = {"archiviste": "", "mot_de_passe_archiviste": ""}
    with s2low_at(platform, tls, **alone) as s2low, pytest.raises(UnknownOutcome, match="archiviste"):
        s2low.find(flux, "FLUX1")
    assert json.dumps([request.path for request in platform.asked]) == "[]"


def test_a_check_tries_the_archivist_too(platform: Dictated, s2low: S2low, tls: Path) -> None:
    """He serves only on the day when an answer was lost: too late to find out that he may not."""
    platform.say(FIND, listed())
    s2low.check()
    platform.say(FIND, Reply(status=400, body=b"{}"))
    with pytest.raises(AccessDenied, match=r"archiviste.*ne peut pas servir.*ARCH"):
        s2low.check()
    with s2low_at(platform, tls, archiviste="", mot_de_passe_archiviste="") as without:
        without.check()


def test_an_archivist_who_may_not_list_keeps_no_flow_from_leaving(platform: Dictated, s2low: S2low, flux: Path) -> None:
    platform.say(FIND, Reply(status=400, body=b"{}"))
    platform.say(DEPOSIT, xml("<import><id>4</id><resultat>OK</resultat></import>"))
    assert s2low.send(flux, "FLUX1") == "4"
    assert platform.times(FIND) == 0


def test_deposits_are_listed_by_slices_of_days(platform: Dictated, s2low: S2low) -> None:
    platform.say(FIND, listed())
    assert s2low.deposits(date(2026, 3, 1), date(2026, 3, 31)) == ()
    assert {(one.query["min_date"], one.query["max_date"]) for one in platform.asked} == {("2026-03-01", "2026-04-01")}
