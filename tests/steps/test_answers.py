"""What the DGFiP answers, and the way back of what it refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.acts import mandats
from dematfin.domain.event import Subject
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.deposit import Phase
from dematfin.domain.mandat.flux import AcquitSummary, Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.reception import Answer, AnswerKind, AnswerState
from dematfin.errors import Unreachable
from dematfin.pes.aller import read_aller
from dematfin.ports.transmitter import Progress
from dematfin.steps.follow_up import follow_up
from dematfin.steps.transmit import transmit
from examples import AGENT, COMMUNE
from fakes.hall import Hall
from fakes.losing import failing


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall with a signed flow of two mandats, 1187 and 1188, in bordereau 42."""
    built = Hall.build(tmp_path)
    built.to_sign("120.00", "45.30")
    built.sign()
    return built


def states(hall: Hall) -> dict[int, MandatState]:
    return {one.number: one.state for one in hall.all(Mandat)}


def test_accepted_then_paid(hall: Hall) -> None:
    hall.day()
    assert states(hall) == {1187: MandatState.PAID, 1188: MandatState.PAID}
    assert hall.tdt.read == ["1"]


def test_a_refused_bordereau_goes_again_under_the_same_numbers(hall: Hall) -> None:
    hall.tdt.refused = {42}
    hall.day()
    assert set(states(hall).values()) == {MandatState.REFUSED_AT_GATE}
    assert all("1971" in one.reason for one in hall.all(Mandat))
    (first,) = hall.all(Flux)
    assert first.acquit is AcquitSummary.REFUSED
    hall.tdt.refused = set()
    mandats.resume(hall.app, AGENT, "COMMUNE-2026-42")
    hall.day()
    assert hall.sign() == 1
    hall.day()
    assert states(hall) == {1187: MandatState.PAID, 1188: MandatState.PAID}
    assert [one.number for one in hall.all(Bordereau)] == [42]
    assert len({one.id for one in hall.all(Flux)}) == 2
    assert [status for _, status, _ in hall.chorus.told].count("MANDATEE") == 2


def test_a_rejected_mandat_is_issued_again_alone(hall: Hall) -> None:
    hall.tdt.rejected = {1188}
    hall.day()
    assert states(hall) == {1187: MandatState.PAID, 1188: MandatState.REJECTED}
    (rejected,) = [one for one in hall.all(Mandat) if one.state is MandatState.REJECTED]
    assert "insuffisantes" in rejected.reason
    mandats.reissue(hall.app, AGENT, rejected.id)
    hall.day()
    assert hall.sign() == 1
    hall.day()
    assert states(hall) == {1187: MandatState.PAID, 1188: MandatState.PAID}
    assert sorted(one.number for one in hall.all(Bordereau)) == [42, 43]


def test_answers_are_brought_in_once_and_applied_once(hall: Hall) -> None:
    hall.day()
    events = len(hall.ledger.events)
    (kept,) = [one for one in hall.all(Answer) if one.kind is AnswerKind.RETOUR]
    hall.tdt.unread = {"1": hall.documents.kept[kept.document.sha256]}  # we died before it was acknowledged
    hall.tdt.unread["2"] = hall.tdt.unread["1"]
    assert follow_up(hall.app).failures == ()
    assert (len(hall.ledger.events), hall.tdt.unread) == (events, {})


def test_other_bytes_under_a_number_that_is_known_are_another_answer(hall: Hall) -> None:
    hall.day()
    hall.tdt.unread = {"1": b"<other/>"}
    assert len(follow_up(hall.app).failures) == 1
    assert [one.state for one in hall.all(Answer) if one.kind is AnswerKind.RETOUR].count(AnswerState.QUARANTINED) == 1


def test_a_retour_kept_by_an_earlier_version_is_not_applied_again(hall: Hall) -> None:
    hall.day()
    (kept,) = [one for one in hall.all(Answer) if one.kind is AnswerKind.RETOUR]
    del hall.ledger.records[Answer, kept.id]
    with hall.ledger.transaction() as books:
        books.save(replace(kept, id="RETOUR:1"))
    hall.tdt.unread = {"1": hall.documents.kept[kept.document.sha256]}
    assert follow_up(hall.app).done == ()
    assert hall.tdt.unread == {}


def test_what_cannot_be_fetched_is_not_acknowledged(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.day()
    hall.tdt.unread = {"3": b"<lost/>"}
    monkeypatch.setattr(hall.tdt, "fetch", failing(Unreachable("Le TdT ne répond pas.")))
    assert len(follow_up(hall.app).failures) == 1
    assert "3" in hall.tdt.unread


def test_an_answer_that_cannot_be_read_is_kept_and_said(hall: Hall) -> None:
    hall.tdt.unread["9"] = b"<PES_Recette/>"
    outcome = hall.day()
    assert any("retour 9" in failure.sentence for one in outcome for failure in one.failures)
    (kept,) = [one for one in hall.all(Answer) if one.state is AnswerState.QUARANTINED]
    with hall.app.documents.open(kept.document) as source:
        assert source.read() == b"<PES_Recette/>"


def test_a_bordereau_of_nobody_in_an_acquit_is_told_and_changes_nothing_else(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow = hall.tdt.follow

    def more(remote_id: str, nomfic: str) -> Progress:
        progress = follow(remote_id, nomfic)
        stranger = b'<ElementACQUIT><DomaineAck V="5"/><EtatAck V="0"/><NumBord V="99"/><ExerciceBord V="2026"/>'
        body = (progress.acquit or b"").replace(b"</ACQUIT>", stranger + b"</ElementACQUIT></ACQUIT>")
        return replace(progress, acquit=body)

    monkeypatch.setattr(hall.tdt, "follow", more)
    notes = [note for outcome in hall.day() for note in outcome.notes]
    assert any("refuse le bordereau n° 99 de 2026, que ce flux ne portait pas" in note for note in notes)
    assert set(states(hall).values()) == {MandatState.PAID}


def test_a_retour_about_somebody_else_changes_nothing(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.day()
    before = states(hall)
    text = (
        '<PES_Retour><EnTetePES><IdColl V="21990042000015"/></EnTetePES><PES_DepenseRetour><Bordereau>'
        '<BlocBordereau><Exer V="2026"/><IdBord V="42"/></BlocBordereau><Piece><InfoPiece><IdPce V="9"/>'
        '<EtatPce V="04"/></InfoPiece></Piece></Bordereau></PES_DepenseRetour></PES_Retour>'
    )
    hall.tdt.unread["8"] = text.encode()
    assert any("n° 9" in note for note in follow_up(hall.app).notes)
    assert states(hall) == before


def test_each_payment_of_a_mandat_is_counted(hall: Hall) -> None:
    def paid(*amounts: str) -> bytes:
        payments = "".join(
            f'<PaiementEmargement><OrgEma V="01"/><DtePay V="2026-03-{day}"/><MtPay V="{amount}"/></PaiementEmargement>'
            for day, amount in enumerate(amounts, start=10)
        )
        return (
            f'<PES_Retour><EnTetePES><IdColl V="{COMMUNE}"/></EnTetePES><PES_DepenseRetour><Bordereau><BlocBordereau>'
            '<Exer V="2026"/><IdBord V="42"/></BlocBordereau><Piece><InfoPiece><IdPce V="1187"/><EtatPce V="02"/>'
            f"</InfoPiece><LigneDePiece>{payments}</LigneDePiece></Piece></Bordereau></PES_DepenseRetour></PES_Retour>"
        ).encode()

    transmit(hall.app)
    hall.tdt.unread = {"1": paid("50.00")}
    follow_up(hall.app)
    first = hall.all(Mandat)[0]
    assert (first.state, str(first.paid)) == (MandatState.PARTLY_PAID, "50.00")
    hall.tdt.unread = {"2": paid("50.00", "30.00"), "3": paid("50.00", "30.00")}
    follow_up(hall.app)
    second = hall.all(Mandat)[0]
    assert (second.state, str(second.paid), f"{second.paid_on}") == (MandatState.PARTLY_PAID, "80.00", "2026-03-11")
    told = [one.event.motif for one in hall.ledger.history(Subject.MANDAT, [second.id])]
    assert [motif[:5] for motif in told if "versés" in motif] == ["50,00", "80,00"]
    hall.tdt.unread = {"4": paid("50.00", "30.00", "40.00")}
    follow_up(hall.app)
    assert states(hall)[1187] is MandatState.PAID


@pytest.mark.parametrize(
    ("phase", "state"),
    [
        (Phase.WAITING, FluxState.TRANSMITTED),
        (Phase.HELD, FluxState.TRANSMITTED),
        (Phase.LOST, FluxState.TRANSMITTED),
        (Phase.UNKNOWN, FluxState.TRANSMITTED),
        (Phase.REFUSED, FluxState.REFUSED_BY_TDT),
    ],
)
def test_each_phase_of_a_deposit(hall: Hall, monkeypatch: pytest.MonkeyPatch, phase: Phase, state: FluxState) -> None:
    monkeypatch.setattr(hall.tdt, "follow", lambda *_: Progress(phase=phase, message="Il attend."))
    monkeypatch.setattr(hall.tdt, "returns", lambda: ())
    hall.day()
    (flux,) = hall.all(Flux)
    assert flux.state is state
    refused = {MandatState.REFUSED_AT_GATE} if phase is Phase.REFUSED else {MandatState.SENT}
    assert set(states(hall).values()) == refused


def test_accepted_documents_then_travel_by_reference(hall: Hall) -> None:
    (first,) = hall.all(Flux)
    piece = hall.all(Piece)[0]
    element = f'<ElementACQUIT><DomaineAck V="4"/><EtatAck V="1"/><IdUnique V="{piece.id}"/></ElementACQUIT>'
    hall.tdt.refused = {42}
    follow = hall.tdt.follow

    def with_piece(remote_id: str, nomfic: str) -> Progress:
        acquit = (follow(remote_id, nomfic).acquit or b"").replace(b"</ACQUIT>", f"{element}</ACQUIT>".encode())
        return Progress(phase=Phase.ANSWERED, acquit=acquit)

    hall.tdt.follow = with_piece  # type: ignore[method-assign]  # for one answer
    hall.day()
    hall.tdt.refused = set()
    mandats.resume(hall.app, AGENT, "COMMUNE-2026-42")
    hall.day()
    (second,) = [one for one in hall.all(Flux) if one.id != first.id]
    with hall.app.documents.local(second.unsigned) as path:
        again = read_aller(path)
    referred = {key for mandat in again.bordereaux[0].mandats for key in mandat.references}
    assert referred == set(first.pieces)
    assert set(again.carried) == referred - {piece.id}
