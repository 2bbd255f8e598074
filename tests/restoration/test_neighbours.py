"""What other neighbours tell after a restoration: a drop folder, a TdT that lies, answers to what nobody knows."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from dematfin.acts import restoration
from dematfin.domain.mandat.deposit import Held, Phase
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.restoration import Neighbour, Trace, TraceState
from dematfin.errors import Refused, RuleError, Unreachable
from dematfin.ports.transmitter import ReturnItem
from dematfin.steps.reconcile import reconcile
from dematfin.tdt.folder import FolderTdt
from dematfin.tdt.folder_settings import FolderSettings
from examples import AGENT
from fakes.exchange import FakeExchange
from fakes.hall import Hall
from fakes.losing import failing
from restoration.backup import Backup, settled, where


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    built = Hall.build(tmp_path)
    built.tdt.no_retour = True
    return built


def sends(hall: Hall) -> None:
    hall.day()
    hall.sign()
    hall.day()


def dropping(hall: Hall, tmp_path: Path) -> Path:
    """Have flows leave by a drop folder; return it."""
    for name in ("depot-tdt", "retour-tdt"):
        (tmp_path / name).mkdir()
    settings = FolderSettings(depot=tmp_path / "depot-tdt", retour=tmp_path / "retour-tdt")
    tdt = FolderTdt(settings, hall.clock.now)
    tdt.check()
    hall.app = replace(hall.app, transmitter=tdt)
    return settings.depot


@pytest.mark.parametrize("documents", ["kept", "lost"])
def test_a_drop_folder_remembers_what_was_taken_from_it(hall: Hall, tmp_path: Path, documents: str) -> None:
    """Its marks tell the names; the documents, which outlive a base, or a person, what the flows say."""
    depot = dropping(hall, tmp_path)
    hall.certified("120.00")
    backup = Backup.of(hall)
    sends(hall)
    (flow,) = depot.glob("*.xml")
    taken = flow.rename(tmp_path / "pris.xml")
    kept = dict(hall.documents.kept)
    backup.put_back(hall)
    if documents == "kept":
        hall.documents.kept = kept
    hall.clock.advance(hours=1)
    hall.day()
    (found,) = (one for one in where(hall).found if one.neighbour is Neighbour.TDT)
    assert found.read is (documents == "kept")
    if not found.read:
        _reads(hall, found.id, taken)
    (found,) = where(hall).found
    assert [one.number for one in found.mandats] == [1187]
    settled(hall)
    hall.deposit("300.00", start=5)
    for _ in range(2):
        hall.day()
        hall.certify()
        sends(hall)
    assert [one.number for one in hall.all(Mandat)] == [1188]
    (again,) = depot.glob("*.xml")
    assert again.name != flow.name


def _reads(hall: Hall, number: str, taken: Path) -> None:
    with pytest.raises(RuleError, match="pas lu"):
        settled(hall)
    with pytest.raises(RuleError):
        restoration.read(hall.app, AGENT, number, Path(__file__))
    restoration.read(hall.app, AGENT, number, taken)


def test_a_tdt_that_hides_a_deposit_is_given_the_lie_by_chorus_pro(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.certified("120.00")
    backup = Backup.of(hall)
    sends(hall)
    backup.put_back(hall)
    monkeypatch.setattr(hall.tdt, "deposits", lambda _: ())
    hall.clock.advance(hours=1)
    hall.day()
    assert [one.neighbour for one in where(hall).found] == [Neighbour.CHORUS]
    assert len(hall.tdt.received) == 1
    monkeypatch.undo()
    hall.day()
    assert [one.neighbour for one in where(hall).found] == [Neighbour.TDT], "found, it explains what Chorus Pro shows"


def test_an_acquit_of_a_flow_that_nobody_knows_tells_that_the_base_was_put_back(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the TdT lists nothing any more."""
    hall.certified("120.00")
    backup = Backup.of(hall)
    sends(hall)
    (nomfic,) = (one.nomfic for one in hall.tdt.deposits(hall.clock.today()) or ())
    acquit = hall.tdt.follow("1", nomfic).acquit
    backup.put_back(hall, said=False)
    monkeypatch.setattr(hall.tdt, "deposits", lambda _: ())
    monkeypatch.setattr(hall.tdt, "returns", lambda: (ReturnItem(remote_id="9", name="ack", acquit_of=nomfic),))
    monkeypatch.setattr(hall.tdt, "fetch", lambda _: acquit)
    monkeypatch.setattr(hall.chorus, "changed", lambda *_: iter(()))
    hall.day()
    reconcile(hall.app)
    known = where(hall).restored
    assert known is not None
    assert nomfic in known.how
    hall.clock.advance(hours=1)
    reconcile(hall.app)
    (found,) = where(hall).found
    assert not found.read
    monkeypatch.undo()
    hall.tdt.no_retour = True
    reconcile(hall.app)
    assert {one.state for one in hall.all(Trace) if not one.read} == {TraceState.LEFT}, "the deposit itself was read"


def test_a_deposit_whose_name_and_bytes_are_secret_waits_for_a_person(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = Backup.of(hall)
    backup.put_back(hall)
    secret = Held(remote_id="77", nomfic="", phase=Phase.WAITING)
    monkeypatch.setattr(hall.tdt, "deposits", lambda _: (secret,))
    hall.clock.advance(hours=1)
    hall.day()
    (found,) = where(hall).found
    assert "lire 77 FICHIER" in found.said
    with pytest.raises(RuleError, match="lire 77 FICHIER"):
        restoration.void(hall.app, AGENT, "77", "flux de recettes d'un autre logiciel", found.total)


def test_a_tdt_that_has_too_many_to_list_is_asked_by_slices_of_days(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.certified("120.00")
    backup = Backup.of(hall)
    sends(hall)
    (sent,) = hall.tdt.deposits(hall.clock.today()) or ()
    first, there = hall.clock.today(), {}
    for turn in range(9):
        there[hall.clock.today()] = sent if turn == 4 else replace(sent, remote_id=f"9{turn}", nomfic="TITRES")
        hall.clock.advance(days=1)
    backup.put_back(hall)

    def listed(since: date, until: date | None = None) -> tuple[Held, ...]:
        found = tuple(one for day, one in there.items() if since <= day <= (until or date.max))
        if len(found) > 2:
            raise Refused
        return found

    monkeypatch.setattr(hall.tdt, "deposits", listed)
    hall.clock.advance(hours=1)
    hall.day()
    known = where(hall).restored
    assert known is not None
    word = known.word(Neighbour.TDT)
    assert word is not None
    assert word.settled, word.said
    assert f"depuis le {first - timedelta(days=1):%d/%m/%Y} : 9, tous" in word.said
    assert [one.id for one in where(hall).found if one.read] == [sent.remote_id]


def test_the_other_neighbours_are_asked_where_there_are_any(
    hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.app = replace(hall.app, parapheur=hall.parapheur, exchange=FakeExchange(root=tmp_path))
    Backup.of(hall).put_back(hall)
    hall.clock.advance(hours=1)
    with monkeypatch.context() as away:
        away.setattr(hall.parapheur, "check", failing(Unreachable("L'i-Parapheur ne répond pas.")))
        hall.day()
        assert where(hall).left == ("l'i-Parapheur n'a pas tout dit",)
    hall.day()
    assert where(hall).restored is None
