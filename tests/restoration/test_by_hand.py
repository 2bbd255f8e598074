"""A deposit that a person gives by hand, and flows that are not of ours."""

import hashlib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from dematfin.acts import restoration
from dematfin.domain.mandat.deposit import Held, Phase
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.money import ZERO
from dematfin.domain.restoration import Neighbour, Trace, TracedMandat, TraceState
from dematfin.errors import ComeBackLater, RuleError
from dematfin.steps.found_again import looked_at
from dematfin.steps.traces import keep
from dematfin.steps.vacant import left_amount
from examples import AGENT, COMMUNE, MAIRE
from fakes.hall import Hall
from restoration.backup import Backup, where

RECETTES: Final = (
    '<?xml version="1.0" encoding="ISO-8859-1"?>'
    '<n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"><Enveloppe><Parametres>'
    '<Version V="2"/><TypFic V="PESALR2"/><NomFic V="TITRES_01"/></Parametres><Emetteur><Sigle V="X"/></Emetteur>'
    '</Enveloppe><EnTetePES><DteStr V="2026-03-02"/><IdPost V="012345"/><IdColl V="21990042000015"/>'
    '<CodCol V="123"/><CodBud V="00"/></EnTetePES><PES_RecetteAller><EnTeteRecette><IdVer V="2"/></EnTeteRecette>'
    '<Bordereau><BlocBordereau><Exer V="2026"/><IdBord V="7"/></BlocBordereau></Bordereau></PES_RecetteAller>'
    "</n:PES_Aller>"
)


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    built = Hall.build(tmp_path)
    built.tdt.no_retour = True
    return built


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_deposit_that_is_read_is_taken_for_the_flow_that_it_is(
    hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, by_hand: bool
) -> None:
    hall.to_sign("120.00")
    hall.sign()
    backup = Backup.of(hall)
    hall.day()
    ((number, sent),) = hall.tdt.received.items()
    backup.put_back(hall)
    monkeypatch.setattr(hall.tdt, "deposits", lambda _: None)
    given = tmp_path / "portail.xml"
    given.write_bytes(sent)
    restoration.read(hall.app, AGENT, number, given if by_hand else None)
    (flux,) = hall.all(Flux)
    assert (flux.state, flux.remote_id) == (FluxState.TRANSMITTED, number)
    assert [one for one in hall.all(Trace) if one.neighbour is Neighbour.TDT] == []
    assert given.exists()


def test_what_was_not_read_at_first_is_closed_once_it_is_adopted(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.to_sign("120.00")
    hall.sign()
    backup = Backup.of(hall)
    hall.day()
    backup.put_back(hall)
    hall.clock.advance(hours=1)
    with monkeypatch.context() as away:
        away.setattr(hall.tdt, "recover", lambda *_: False)
        hall.day()
    assert [one.read for one in where(hall).found] == [False]
    hall.day()
    assert where(hall).found == ()
    assert where(hall).restored is None


def test_a_file_that_is_none_of_ours_closes_what_nobody_could_read(
    hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Backup.of(hall).put_back(hall)
    secret = Held(remote_id="77", nomfic="", phase=Phase.WAITING)
    monkeypatch.setattr(hall.tdt, "deposits", lambda _: (secret,))
    hall.clock.advance(hours=1)
    hall.day()
    given = tmp_path / "titres.xml"
    given.write_text(RECETTES, encoding="latin-1")
    with pytest.raises(RuleError, match="Rien n'est noté"):
        restoration.read(hall.app, AGENT, "78", given)
    restoration.read(hall.app, AGENT, "77", given)
    (trace,) = hall.all(Trace)
    assert trace.state is TraceState.VOID
    assert "SHA-256" in hall.ledger.events[-1].event.motif
    hall.day()
    assert where(hall).restored is not None, "another person opens"


def test_what_is_no_flow_at_all_is_settled_by_one_who_has_looked_and_opened_by_another(
    hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Backup.of(hall).put_back(hall)
    monkeypatch.setattr(hall.tdt, "deposits", lambda _: (Held(remote_id="77", nomfic="", phase=Phase.REFUSED),))
    monkeypatch.setattr(hall.tdt, "recover", lambda *_: False)
    hall.clock.advance(hours=1)
    hall.day()
    with pytest.raises(RuleError, match="reprise lire 77 FICHIER"):
        restoration.void(hall.app, AGENT, "77", "refusé au guichet", ZERO)
    given = tmp_path / "portail.bin"
    given.write_bytes(b"%PDF-1.7 deposited by mistake")
    with pytest.raises(RuleError, match="Rien n'est noté"):
        restoration.read(hall.app, AGENT, "78", given)
    restoration.read(hall.app, AGENT, "77", given)
    (found,) = where(hall).found
    assert hashlib.sha256(given.read_bytes()).hexdigest() in found.said
    with pytest.raises(ComeBackLater):
        looked_at(hall.app, replace(found, said="ce qu'on en savait avant"), AGENT.name, given)
    hall.day()
    assert where(hall).found == (found,), "the next day's asking forgets nothing of it"
    with pytest.raises(RuleError, match="n'est pas lu"):
        restoration.reopen(hall.app, MAIRE, "tout est vu", ZERO)
    restoration.void(hall.app, AGENT, "77", "refusé au guichet", ZERO)
    assert where(hall).found == ()
    restoration.reopen(hall.app, MAIRE, "tout est vu", ZERO)
    assert where(hall).restored is None


def test_a_file_of_another_flow_is_refused(hall: Hall, tmp_path: Path) -> None:
    Backup.of(hall).put_back(hall)
    with hall.ledger.transaction() as books:
        keep(hall.app, books, replace(_foreign(hall, "PAIE_2026_03"), read=False, mandats=()))
    given = tmp_path / "titres.xml"
    given.write_text(RECETTES, encoding="latin-1")
    with pytest.raises(RuleError, match="TITRES_01"):
        restoration.read(hall.app, AGENT, "77", given)


def _foreign(hall: Hall, nomfic: str) -> Trace:
    paid = TracedMandat(
        exercice=2026, bordereau=5003, number=50120, kind=BordereauKind.ORDINARY, amount=Decimal("1.00")
    )
    return Trace(
        id="77",
        restoration="R0001",
        neighbour=Neighbour.TDT,
        nomfic=nomfic,
        siret=COMMUNE,
        read=True,
        said="x",
        found_at=hall.clock.now(),
        mandats=(paid,),
        state=TraceState.LEFT,
    )


@pytest.mark.parametrize("ours", [True, False])
def test_a_flow_of_another_software_is_not_of_our_series(hall: Hall, *, ours: bool) -> None:
    trace = _foreign(hall, f"PESALR1_{COMMUNE}_2026_005003_000009" if ours else "PAIE_2026_03")
    with hall.ledger.transaction() as books:
        keep(hall.app, books, trace)
        amount = left_amount(books, COMMUNE, 2026, BordereauKind.ORDINARY)
    assert (50120 in hall.ledger.series.values()) is ours
    assert amount == (Decimal("1.00") if ours else Decimal("0.00"))
