"""A number noted by hand is compared with our flow; what S²LOW has of ours is listed whole, or not at all."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from dematfin.domain.mandat.deposit import Held, Phase
from dematfin.errors import AccessDenied, BadAnswer, ConnectorError, Refused, UnknownOutcome, Unreachable
from dematfin.sandbox.server import Reply, Request
from dematfin.tdt import listing
from dematfin.tdt.s2low import S2low
from tdt.platform import (
    ACQUIT,
    FILE,
    FIND,
    NOT_THERE,
    STATUS,
    Dictated,
    acquit,
    flow,
    listed,
    s2low_at,
    simulated,
    status,
)

ELSEWHERE = Reply(status=302, headers={"Location": "/modules/helios/index.php"})
LOGIN = Reply(status=302, headers={"Location": "/login.php"})
SINCE = date(2026, 11, 1)


def test_the_bytes_of_a_number_are_ours_or_not(platform: Dictated, s2low: S2low, flux: Path) -> None:
    platform.say(FILE, Reply(body=flux.read_bytes()))
    assert s2low.confirm("12", flux, "FLUX1")
    platform.say(FILE, Reply(body=flow("FLUX2")))
    assert not s2low.confirm("12", flux, "FLUX1")
    assert {request.path for request in platform.asked} == {FILE}


@pytest.mark.parametrize(("named", "ours"), [("FLUX1", True), ("FLUX2", False)])
def test_without_its_file_its_acquit_tells(
    platform: Dictated, s2low: S2low, flux: Path, named: str, *, ours: bool
) -> None:
    platform.say(FILE, ELSEWHERE)
    platform.say(ACQUIT, Reply(body=acquit(named)))
    assert s2low.confirm("12", flux, "FLUX1") is ours


@pytest.mark.parametrize("said", ["Numéro de transaction invalide", "Accès refusé"])
def test_a_number_that_is_not_ours_is_refused(platform: Dictated, s2low: S2low, flux: Path, said: str) -> None:
    """S²LOW says the same of a transaction of another authority as of one that our account may not see."""
    platform.say(FILE, ELSEWHERE)
    platform.say(ACQUIT, ELSEWHERE)
    platform.say(STATUS, status("", said, result="KO"))
    with pytest.raises(Refused, match=rf"transaction 12 \({said}\).*autre collectivité"):
        s2low.confirm("12", flux, "FLUX1")


@pytest.mark.parametrize("number", ["", "12; 13", "-1", "douze", "9" * 19, "١٢"])
def test_what_is_no_number_is_not_even_asked_for(platform: Dictated, s2low: S2low, flux: Path, number: str) -> None:
    with pytest.raises(Refused, match="des chiffres sont attendus"):
        s2low.confirm(number, flux, "FLUX1")
    assert platform.asked == []


@pytest.mark.parametrize(
    "nothing",
    [NOT_THERE, ELSEWHERE, Reply(body=b""), Reply(body=b"<html>Connexion</html>"), Reply(body=b"KO\nmodule")],
    ids=["gone", "elsewhere", "nothing", "page", "ko"],
)
def test_a_number_of_which_nothing_can_be_had_proves_nothing(
    platform: Dictated, s2low: S2low, flux: Path, nothing: Reply
) -> None:
    platform.say(FILE, nothing)
    platform.say(ACQUIT, NOT_THERE)
    platform.say(STATUS, status("3"))
    with pytest.raises(UnknownOutcome, match=r"FLUX1.*transaction 12.*Relancez"):
        s2low.confirm("12", flux, "FLUX1")


@pytest.mark.parametrize("path", [FILE, ACQUIT, STATUS])
def test_an_account_that_is_not_let_in_confirms_nothing(
    platform: Dictated, s2low: S2low, flux: Path, path: str
) -> None:
    platform.say(FILE, ELSEWHERE)
    platform.say(ACQUIT, NOT_THERE)
    platform.say(path, LOGIN)
    with pytest.raises(AccessDenied, match="connexion"):
        s2low.confirm("12", flux, "FLUX1")


def test_a_number_of_another_authority_is_not_shown(tls: Path, tmp_path: Path, flux: Path) -> None:
    theirs = simulated(tls, tmp_path / "etat", collectivite=77)
    with s2low_at(theirs, tls) as s2low:
        number = s2low.send(flux, "FLUX1")
        assert s2low.confirm(number, flux, "FLUX1")
    theirs.close()
    ours = simulated(tls, tmp_path / "etat")
    with s2low_at(ours, tls) as s2low, pytest.raises(Refused, match="autre collectivité"):
        s2low.confirm(number, flux, "FLUX1")
    ours.close()


def held(platform: Dictated, s2low: S2low) -> tuple[Held, ...]:
    found = s2low.deposits(SINCE)
    assert found is not None
    return found


class Shelves:
    """Lists numbers by status, and hands files out by number."""

    def __init__(self, numbers: dict[str, list[str]], files: dict[str, Reply]) -> None:
        self.numbers, self.files = numbers, files
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Reply:
        self.asked.append(request)
        if request.path == FIND:
            start = int(request.query["offset"])
            return listed(*self.numbers.get(request.query["status_id"], [])[start : start + 100])
        return self.files.get(request.query["id"], ELSEWHERE)


@pytest.fixture
def shelves(tls: Path) -> Iterator[tuple[Shelves, S2low]]:
    there = Shelves({}, {})
    with s2low_at(there, tls) as s2low:
        yield there, s2low


def test_what_it_has_is_listed_in_every_status(shelves: tuple[Shelves, S2low]) -> None:
    there, s2low = shelves
    there.numbers = {"3": ["12"], "8": ["11"], "0": ["10"], "-1": ["9"], "22": ["8"]}
    there.files = {key: Reply(body=flow(f"FLUX{key}", "<x/>" * 50_000)) for key in ("12", "11", "10", "9")}
    assert {(one.remote_id, one.nomfic, one.phase) for one in s2low.deposits(SINCE) or ()} == {
        ("12", "FLUX12", Phase.WAITING),
        ("11", "FLUX11", Phase.ANSWERED),
        ("10", "FLUX10", Phase.LOST),
        ("9", "FLUX9", Phase.REFUSED),
        ("8", "", Phase.LOST),
    }
    assert [one.message for one in s2low.deposits(SINCE) or () if one.remote_id == "10"] == [
        "S²LOW l'a annulé : aucun acquit ne viendra."
    ]
    assert {one.query["min_date"] for one in there.asked if one.path == FIND} == {"2026-11-01"}


def test_one_that_moves_while_it_is_listed_is_one(shelves: tuple[Shelves, S2low]) -> None:
    there, s2low = shelves
    there.numbers, there.files = {"2": ["12"], "3": ["12"], "8": ["12"]}, {"12": Reply(body=flow("FLUX1"))}
    assert s2low.deposits(SINCE) == (Held(remote_id="12", nomfic="FLUX1", phase=Phase.ANSWERED),)


def test_a_list_is_whole_or_it_is_refused(shelves: tuple[Shelves, S2low], monkeypatch: pytest.MonkeyPatch) -> None:
    there, s2low = shelves
    monkeypatch.setattr(listing, "LISTED", 2)
    there.numbers = {"3": ["12", "11"]}
    assert len(s2low.deposits(SINCE) or ()) == 2
    there.numbers = {"3": ["12", "11"], "8": ["10"]}
    with pytest.raises(Refused, match=r"plus de 2 dépôts depuis le 01/11/2026.*jour plus récent"):
        s2low.deposits(SINCE)


@pytest.mark.parametrize(
    "file",
    [
        Reply(status=404),
        NOT_THERE,
        Reply(body=b""),
        Reply(body=b"KO\nAcc\xe8s"),
        Reply(body=flow("FLUX\x9b2J")),
        Reply(body=flow("F" * 101)),
        Reply(body=b'<!DOCTYPE a [<!ENTITY b "c">]>' + flow("FLUX1").split(b"\n", 1)[1]),
        Reply(body=b"<!-- " + flow("FLUX1")),
        Reply(body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"}),
    ],
    ids=["404", "page", "nothing", "ko", "control", "long", "doctype", "comment", "not gzip"],
)
def test_a_deposit_whose_name_cannot_be_read_is_listed_by_its_number(
    platform: Dictated, s2low: S2low, file: Reply
) -> None:
    platform.say(FIND, listed("12"), listed())
    platform.say(FILE, file)
    try:
        assert [(one.remote_id, one.nomfic) for one in held(platform, s2low)] == [("12", "")]
    except BadAnswer as error:
        assert "S²LOW" in str(error)  # the transport itself is broken


@pytest.mark.parametrize(
    ("path", "answer", "kind"),
    [
        (FIND, LOGIN, AccessDenied),
        (FIND, Reply(status=400, body=b'{"error":"pas archiviste"}'), AccessDenied),
        (FIND, Reply(body=b"<html>"), BadAnswer),
        (FILE, LOGIN, AccessDenied),
        (FILE, Reply(status=503), Unreachable),
    ],
)
def test_a_list_that_stops_on_the_way_is_no_list(
    platform: Dictated, s2low: S2low, path: str, answer: Reply, kind: type[ConnectorError]
) -> None:
    platform.say(FIND, listed("12"), listed())
    platform.say(FILE, Reply(body=flow("FLUX1")))
    platform.say(path, answer)
    with pytest.raises(kind, match="S²LOW"):
        s2low.deposits(SINCE)


def test_only_an_archivist_is_told_what_there_is(platform: Dictated, tls: Path) -> None:
    with s2low_at(platform, tls, archiviste="", mot_de_passe_archiviste="") as s2low:
        assert s2low.deposits(SINCE) is None
    assert platform.asked == []


def test_the_same_name_in_other_bytes_is_stopped_later_and_gives_nothing_back(
    tls: Path, tmp_path: Path, flux: Path
) -> None:
    """S²LOW compares bytes at once, and names afterwards: the first of the two is the one that counts."""
    platform = simulated(tls, tmp_path / "etat")
    twin = tmp_path / "double.xml"
    twin.write_bytes(flow("FLUX1", "<Bordereau/>"))
    with s2low_at(platform, tls) as s2low:
        first, second = s2low.send(flux, "FLUX1"), s2low.send(twin, "FLUX1")
        assert s2low.follow(first, "FLUX1").phase is Phase.ANSWERED
        stopped = s2low.follow(second, "FLUX1")
        assert stopped.phase is Phase.HELD
        assert "existe déjà" in stopped.message
        assert not s2low.confirm(second, flux, "FLUX1")
        assert {one.phase for one in s2low.deposits(SINCE) or ()} == {Phase.ANSWERED, Phase.REFUSED}
    platform.close()
