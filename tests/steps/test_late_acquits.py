"""An acquit that comes late, twice, or from another door: nothing is paid twice, nothing stays without a way out."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import aside, consult, mandats, sign
from dematfin.domain.event import SERVICE, Subject
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.deposit import Phase
from dematfin.domain.mandat.flux import AcquitSummary, Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.reception import Answer, AnswerKind, AnswerState
from dematfin.ports.app import App
from dematfin.ports.transmitter import Progress, ReturnItem
from dematfin.steps.follow_up import follow_up
from dematfin.steps.outcome import Outcome
from dematfin.steps.prepare import prepare
from dematfin.steps.transmit import transmit
from examples import AGENT, COMMUNE, MAIRE
from fakes.hall import Hall
from fakes.losing import sent_hall

SHEET = "COMMUNE-2026-42"
NO = Progress(phase=Phase.REFUSED, message="Signature illisible.")
WAIT = Progress(phase=Phase.WAITING)
TAKEN = "ERREUR_DOUBLON_BORDEREAU"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall whose bordereau 42, of mandats 1187 and 1188, was sent; its TdT has no retour."""
    return sent_hall(tmp_path)


def acquit(nomfic: str, *elements: str) -> bytes:
    head = f'<Enveloppe><Parametres><NomFic V="{nomfic}"/></Parametres></Enveloppe>'
    return f"<PES_ACQUIT>{head}<ACQUIT>{''.join(elements)}</ACQUIT></PES_ACQUIT>".encode()


def yes(number: int = 42) -> str:
    return f'<ElementACQUIT><DomaineAck V="5"/><EtatAck V="1"/>{_sheet(number)}</ElementACQUIT>'


def no(text: str = "1971 - Compte", code: str = "ERREUR_AUTRE", number: int = 42) -> str:
    error = f'<Erreur><NumAnoAck V="{code}"/><LibelleAnoAck V="{text}"/></Erreur>'
    return f'<ElementACQUIT><DomaineAck V="5"/><EtatAck V="0"/>{_sheet(number)}{error}</ElementACQUIT>'


def _sheet(number: int) -> str:
    return f'<ExerciceBord V="2026"/><NumBord V="{number}"/>'


def told(hall: Hall, progress: Progress | Callable[[str], Progress]) -> Outcome:
    """Follow up once, the TdT saying this of every flow that it is asked about, or something of each."""
    say = progress if callable(progress) else lambda _: progress
    hall.tdt.follow = lambda remote_id, nomfic: say(nomfic)  # type: ignore[method-assign]
    return follow_up(asking(hall))


def asking(hall: Hall) -> App:
    """Return the app of a person, who asks about all that was sent."""
    return replace(hall.app, by=AGENT.id)


def answered(*elements: str) -> Callable[[str], Progress]:
    return lambda nomfic: Progress(phase=Phase.ANSWERED, acquit=acquit(nomfic, *elements))


def file_of(hall: Hall, nomfic: str, data: bytes, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """Follow up while an acquit lies among the retours, as a file."""
    hall.tdt.unread = {"A": data}
    item = ReturnItem(remote_id="A", name="ACK_A.xml", acquit_of=nomfic)
    monkeypatch.setattr(hall.tdt, "returns", lambda: (item,) if hall.tdt.unread else ())
    return follow_up(hall.app)


def states(hall: Hall) -> dict[int, MandatState]:
    return {one.number: one.state for one in hall.all(Mandat)}


def flows(hall: Hall) -> list[FluxState]:
    return [one.state for one in hall.all(Flux)]


def again(hall: Hall) -> Flux:
    """Take the refused bordereau up, as far as its new flow."""
    mandats.resume(hall.app, AGENT, SHEET)
    prepare(hall.app)
    fresh = hall.all(Flux)[-1]
    assert isinstance(fresh, Flux)
    return fresh


def left_again(hall: Hall) -> Flux:
    """Have its new flow leave."""
    fresh = again(hall)
    hall.sign()
    transmit(hall.app)
    hall.tdt.unread.clear()
    return fresh


SENT = {1187: MandatState.SENT, 1188: MandatState.SENT}


def refused_here(hall: Hall) -> None:
    """Leave it as it came back."""


def taken_up(hall: Hall) -> None:
    mandats.resume(hall.app, AGENT, SHEET)


def built(hall: Hall) -> None:
    again(hall)


def signed(hall: Hall) -> None:
    again(hall)
    hall.sign()


def at_the_signatory(hall: Hall) -> None:
    fresh = again(hall)
    with hall.ledger.transaction() as books:
        books.save(replace(fresh, state=FluxState.SIGNING, signing_ref="D-7"))


@pytest.mark.parametrize("step", [refused_here, taken_up, built, signed, at_the_signatory])
def test_a_flow_that_the_tdt_gave_up_was_taken_all_the_same(hall: Hall, step: Callable[[Hall], None]) -> None:
    told(hall, NO)
    assert set(states(hall).values()) == {MandatState.REFUSED_AT_GATE}
    step(hall)
    outcome = told(hall, answered(yes()))
    assert outcome.failures == ()
    first, *rest = hall.all(Flux)
    assert (first.state, first.acquit) == (FluxState.ACKNOWLEDGED, AcquitSummary.ACCEPTED)
    assert [one.state for one in rest] == [FluxState.DROPPED] * len(rest)
    assert states(hall) == SENT
    (sheet,) = hall.all(Bordereau)
    assert (sheet.flux, sheet.refused, sheet.sent_before) == (first.id, False, tuple(one.id for one in rest))
    assert all(any(one.id in note for note in outcome.notes) for one in rest)
    assert step is not at_the_signatory or any("D-7" in note for note in outcome.notes)
    prepare(hall.app)
    assert hall.sign() == 0
    transmit(hall.app)
    assert len(hall.tdt.received) == 1


def test_the_other_one_has_left_so_nothing_is_changed_or_sent(hall: Hall) -> None:
    told(hall, NO)
    fresh = left_again(hall)
    before = states(hall)
    outcome = told(hall, lambda nomfic: WAIT if nomfic == fresh.id else answered(yes())(nomfic))
    assert any(note.split(" : ", 1)[1].startswith("URGENT.") and fresh.id in note for note in outcome.notes)
    assert states(hall) == before
    assert flows(hall) == [FluxState.REFUSED_BY_TDT, FluxState.TRANSMITTED]
    (kept,) = hall.all(Answer)
    assert kept.state is AnswerState.DIFFERENT
    assert told(hall, WAIT).notes == ()


@pytest.mark.parametrize("how", ["gate", "tdt"])
def test_it_is_applied_once_the_other_one_is_refused(hall: Hall, how: str) -> None:
    told(hall, NO)
    fresh = left_again(hall)
    told(hall, lambda nomfic: WAIT if nomfic == fresh.id else answered(yes())(nomfic))
    gate = answered(no("1984 - Bordereau déjà intégré"))
    told(hall, lambda nomfic: gate(nomfic) if (how, nomfic) == ("gate", fresh.id) else NO)
    assert states(hall) == SENT
    assert hall.all(Flux)[0].acquit is AcquitSummary.ACCEPTED
    assert {one.state for one in hall.all(Answer)} == {AnswerState.APPLIED}


def test_a_bordereau_that_helios_has_already_came_by_the_flow_before(hall: Hall) -> None:
    told(hall, NO)
    fresh = left_again(hall)
    told(hall, lambda nomfic: answered(no("doublon", TAKEN))(nomfic) if nomfic == fresh.id else NO)
    assert states(hall) == SENT
    first, second = hall.all(Flux)
    assert (first.state, second.acquit) == (FluxState.ACKNOWLEDGED, AcquitSummary.REFUSED)
    assert hall.all(Bordereau)[0].flux == first.id


def test_a_double_that_we_never_sent_before_comes_back(hall: Hall) -> None:
    told(hall, answered(no("doublon", TAKEN)))
    assert set(states(hall).values()) == {MandatState.REFUSED_AT_GATE}


def test_a_late_refusal_changes_the_reason_only(hall: Hall) -> None:
    told(hall, NO)
    told(hall, answered(no()))
    assert {one.state for one in hall.all(Mandat)} == {MandatState.REFUSED_AT_GATE}
    assert all("1971" in one.reason and one.reasons for one in hall.all(Mandat))
    assert again(hall).state is FluxState.BUILT


def test_a_late_refusal_leaves_the_next_flow_alone(hall: Hall) -> None:
    told(hall, NO)
    again(hall)
    told(hall, answered(no()))
    assert flows(hall) == [FluxState.ACKNOWLEDGED, FluxState.BUILT]
    assert {one.state for one in hall.all(Mandat)} == {MandatState.IN_BORDEREAU}


def test_a_mandat_set_aside_meanwhile_had_left_with_the_others(hall: Hall) -> None:
    told(hall, NO)
    again(hall)
    aside.set_aside(hall.app, MAIRE, SHEET, "1188", "à revoir")
    told(hall, answered(yes()))
    assert states(hall) == SENT
    (sheet,) = hall.all(Bordereau)
    assert (len(sheet.mandats), str(sheet.total)) == (2, "165.30")


def test_a_mandat_abandoned_meanwhile_is_an_alarm(hall: Hall) -> None:
    told(hall, NO)
    again(hall)
    aside.set_aside(hall.app, MAIRE, SHEET, "1188", "à revoir")
    (gone,) = [one for one in hall.all(Mandat) if one.number == 1188]
    with hall.ledger.transaction() as books:
        books.save(replace(gone, state=MandatState.CANCELLED))
    told(hall, answered(yes()))
    (kept,) = hall.all(Answer)
    assert any("1188" in remark and remark.startswith("URGENT.") for remark in kept.remarks)
    assert states(hall)[1187] is MandatState.SENT


def prepared_without(hall: Hall, number: int) -> Mandat:
    """Have the bordereau built again without one of its mandats."""
    again(hall)
    return aside.set_aside(hall.app, MAIRE, SHEET, str(number), "à revoir").mandat


def living(hall: Hall) -> None:
    """Each mandat is in one bordereau at most, which counts it, and what waits tells all that was mandated before."""
    sheets, mandats_ = hall.all(Bordereau), {one.id: one for one in hall.all(Mandat)}
    listed = [key for sheet in sheets for key in sheet.mandats]
    assert len(listed) == len(set(listed))
    cumul = Decimal("1000.00")
    for sheet in sheets:
        assert {mandats_[key].bordereau for key in sheet.mandats} <= {sheet.id}
        assert sheet.total == sum(mandats_[key].amount for key in sheet.mandats)
        cumul += sheet.total
        assert sheet.cumul == cumul or not sheet.mandats
    numbers = [one.number for one in mandats_.values() if one.number and one.state is not MandatState.CANCELLED]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("sign_it", [True, False])
def test_what_is_frozen_after_a_bordereau_that_had_arrived_whole_tells_its_cumul(
    hall: Hall,
    sign_it: bool,  # noqa: FBT001
) -> None:
    told(hall, NO)
    prepared_without(hall, 1188)
    hall.deposit("10.00", start=3)
    hall.day()
    hall.certify()
    prepare(hall.app)
    if sign_it:
        hall.sign()
    told(hall, answered(yes()))
    prepare(hall.app)
    first, second = hall.all(Bordereau)
    assert (str(first.cumul), str(second.cumul)) == ("1165.30", "1175.30")
    living(hall)
    (carrier,) = [one for one in hall.all(Flux) if one.id == second.flux]
    assert carrier.state is FluxState.BUILT


def taken_back(hall: Hall) -> None:
    """Let the mandat that was set aside go with another one, in the next bordereau."""
    gone = prepared_without(hall, 1188)
    hall.deposit("10.00", start=3)
    hall.day()
    hall.certify()
    aside.take_back(hall.app, AGENT, gone.id)
    prepare(hall.app)
    assert [len(one.mandats) for one in hall.all(Bordereau)] == [1, 2]


def test_a_mandat_that_took_another_bordereau_meanwhile_leaves_it(hall: Hall) -> None:
    told(hall, NO)
    taken_back(hall)
    hall.sign()
    told(hall, answered(yes()))
    assert states(hall) == {**SENT, 1189: MandatState.IN_BORDEREAU}
    prepare(hall.app)
    living(hall)
    assert [len(one.mandats) for one in hall.all(Bordereau)] == [2, 1]
    assert len(hall.tdt.received) == 1


def test_a_mandat_that_left_in_another_bordereau_meanwhile_is_an_alarm(hall: Hall) -> None:
    told(hall, NO)
    taken_back(hall)
    first, other = [one for one in hall.all(Flux) if one.state is FluxState.BUILT]
    with hall.ledger.transaction() as books:
        books.save(replace(first, state=FluxState.DROPPED), replace(books.get(Bordereau, SHEET), flux=""))
    hall.sign()
    transmit(hall.app)
    assert other.bordereaux == ("COMMUNE-2026-43",)
    hall.tdt.unread.clear()
    outcome = told(hall, lambda nomfic: WAIT if nomfic == other.id else answered(yes())(nomfic))
    (alarm,) = [note for note in outcome.notes if "n° 1188" in note]
    assert "reparti depuis dans le bordereau COMMUNE-2026-43" in alarm
    living(hall)


@pytest.mark.parametrize("out", [True, False])
def test_the_number_of_an_abandoned_mandat_is_not_another_one(hall: Hall, out: bool) -> None:  # noqa: FBT001
    """Its number is taken by another invoice, in another bordereau: Hélios has the abandoned one, never that one."""
    told(hall, NO)
    gone = prepared_without(hall, 1188)
    with hall.ledger.transaction() as books:
        books.save(replace(gone, state=MandatState.CANCELLED))
    hall.deposit("10.00", start=3)
    hall.day()
    hall.certify()
    prepare(hall.app)
    assert {one.number: str(one.amount) for one in hall.all(Mandat) if one.bordereau}[1188] == "10.00"
    if out:
        aside.set_aside(hall.app, MAIRE, "COMMUNE-2026-43", "1188", "à revoir")
    told(hall, answered(yes()))
    (other,) = [one for one in hall.all(Mandat) if str(one.amount) == "10.00"]
    assert other.state is (MandatState.PREPARED if out else MandatState.IN_BORDEREAU)
    assert any("1188" in remark for one in hall.all(Answer) for remark in one.remarks)
    assert hall.all(Bordereau)[0].mandats == ("M2026-000001",)


def test_what_is_paid_under_a_number_is_not_the_mandat_that_took_it_since(hall: Hall) -> None:
    """An abandoned mandat had arrived all the same, and another one has its number, in the same bordereau."""
    told(hall, NO)
    gone = prepared_without(hall, 1188)
    hall.deposit("10.00", start=3)
    hall.day()
    hall.certify()
    prepare(hall.app)
    with hall.ledger.transaction() as books:
        books.save(replace(gone, state=MandatState.CANCELLED))
        (other,) = [one for one in books.find(Mandat) if str(one.amount) == "10.00"]
        sheet, emptied = books.get(Bordereau, SHEET), books.get(Bordereau, other.bordereau)
        books.save(replace(other, bordereau=SHEET, number=1188))
        books.save(replace(sheet, mandats=(*sheet.mandats, other.id), total=sheet.total + other.amount))
        books.save(replace(emptied, mandats=()))
    line = '<BlocLignePiece><InfoLignePiece><MtHT V="45.30"/></InfoLignePiece></BlocLignePiece>'
    told_there = retour(1188, "02").replace(b"</Piece>", f"<LigneDePiece>{line}</LigneDePiece></Piece>".encode())
    hall.tdt.unread = {"9": told_there}
    told(hall, WAIT)
    after = next(one for one in hall.all(Mandat) if one.id == other.id)
    assert (after.state, after.number, after.bordereau) == (MandatState.PREPARED, 0, "")
    assert states(hall)[1187] is MandatState.SENT
    assert any("n° 1188" in remark and "abandonné" in remark for one in hall.all(Answer) for remark in one.remarks)


def test_a_lost_deposit_is_settled_by_its_acquit(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    (flux,) = hall.all(Flux)
    with hall.ledger.transaction() as books:
        books.save(replace(flux, state=FluxState.TO_VERIFY, remote_id=""))
        books.save(*(replace(one, state=MandatState.IN_BORDEREAU) for one in books.find(Mandat)))
    file_of(hall, flux.id, acquit(flux.id, yes()), monkeypatch)
    assert (states(hall), flows(hall)) == (SENT, [FluxState.ACKNOWLEDGED])
    assert hall.tdt.read == ["A"]


def test_the_acquit_of_somebody_else_is_kept_told_once_and_never_acknowledged(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.tdt.follow = lambda *_: WAIT  # type: ignore[method-assign]
    outcome = file_of(hall, "AUTRE", acquit("AUTRE", yes()), monkeypatch)
    assert any("AUTRE" in note for note in outcome.notes)
    assert follow_up(hall.app).notes == ()
    (kept,) = hall.all(Answer)
    assert (kept.state, kept.kind, hall.tdt.read) == (AnswerState.QUARANTINED, AnswerKind.ACQUIT, [])
    with hall.ledger.transaction() as books:
        books.save(replace(hall.all(Flux)[0], id="AUTRE", bordereaux=()))  # it was ours, restored since
    follow_up(hall.app)
    assert ({one.state for one in hall.all(Answer)}, hall.tdt.read) == ({AnswerState.APPLIED}, ["A"])


def test_the_same_verdict_in_other_bytes_is_said_again_and_nothing_more(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(hall, answered(yes(), yes(42)))
    (flux,) = hall.all(Flux)
    events = len(hall.ledger.events)
    outcome = file_of(hall, flux.id, acquit(flux.id, yes()), monkeypatch)
    assert (outcome.notes, outcome.failures) == ((), ())
    assert [one.state for one in hall.all(Answer)] == [AnswerState.APPLIED] * 2
    assert len(hall.ledger.events) == events


@pytest.mark.parametrize(("first", "second"), [(yes(), no()), (no(), yes()), (no(), no("2559 - Autre"))])
def test_another_verdict_is_kept_not_applied_and_told(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    told(hall, answered(first))
    before, (flux,) = states(hall), hall.all(Flux)
    outcome = file_of(hall, flux.id, acquit(flux.id, second), monkeypatch)
    assert any("URGENT." in note and "bordereau n° 42" in note for note in outcome.notes)
    assert (states(hall), hall.all(Flux)) == (before, (flux,))
    assert sorted(one.state for one in hall.all(Answer)) == [AnswerState.APPLIED, AnswerState.DIFFERENT]
    assert hall.tdt.read == ["A"]
    assert "URGENT." in consult.picture(hall.app, AGENT).alerts[0]


def test_an_acquit_that_says_nothing_of_its_bordereau_accepts_nothing(hall: Hall) -> None:
    outcome = told(hall, answered(yes(41)))
    assert any(SHEET in note for note in outcome.notes)
    (flux,) = hall.all(Flux)
    assert (flux.state, flux.acquit, states(hall)) == (FluxState.ACKNOWLEDGED, AcquitSummary.UNCLEAR, SENT)
    assert any(flux.id in one and SHEET in one for one in consult.picture(hall.app, AGENT).alerts)
    assert not any(one.event.after == "accepté" for one in hall.ledger.history(Subject.BORDEREAU, [SHEET]))


def test_the_comptable_settles_what_the_acquit_left_unclear(hall: Hall) -> None:
    told(hall, answered(yes(41)))
    hall.tdt.unread = {"9": retour(1187, "02")}
    told(hall, WAIT)
    assert hall.all(Flux)[0].acquit is AcquitSummary.ACCEPTED
    assert not any("clairement" in one for one in consult.picture(hall.app, AGENT).alerts)


def test_a_clear_acquit_settles_an_unclear_one(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    told(hall, answered(yes(41)))
    (flux,) = hall.all(Flux)
    file_of(hall, flux.id, acquit(flux.id, no()), monkeypatch)
    assert set(states(hall).values()) == {MandatState.REFUSED_AT_GATE}


def retour(number: int, state: str) -> bytes:
    block = '<Exer V="2026"/><TypBord V="01"/><IdBord V="42"/>'
    info = f'<InfoPiece><IdPce V="{number}"/><EtatPce V="{state}"/></InfoPiece>'
    return (
        f'<PES_Retour><EnTetePES><IdColl V="{COMMUNE}"/></EnTetePES><PES_DepenseRetour><Bordereau><BlocBordereau>'
        f"{block}</BlocBordereau><Piece>{info}</Piece></Bordereau></PES_DepenseRetour></PES_Retour>"
    ).encode()


@pytest.mark.parametrize("step", [refused_here, taken_up, built, signed])
def test_the_comptable_knows_a_mandat_of_a_flow_believed_refused(hall: Hall, step: Callable[[Hall], None]) -> None:
    told(hall, NO)
    step(hall)
    hall.tdt.unread = {"9": retour(1187, "02")}
    outcome = told(hall, WAIT)
    assert any("URGENT." in note for note in outcome.notes)
    assert states(hall) == {1187: MandatState.TAKEN_IN_CHARGE, 1188: MandatState.SENT}
    assert flows(hall)[1:] in ([], [FluxState.DROPPED])
    assert any("URGENT." in remark for one in hall.all(Answer) for remark in one.remarks)
    assert sign.to_sign(hall.app, MAIRE) == ()


def test_what_was_issued_again_is_set_aside_when_the_comptable_no_longer_rejects_it(hall: Hall) -> None:
    told(hall, answered(yes()))
    hall.tdt.unread = {"8": retour(1187, "04")}
    told(hall, WAIT)
    mandats.reissue(hall.app, AGENT, hall.all(Mandat)[0].id)
    prepare(hall.app)
    hall.sign()
    hall.tdt.unread = {"9": retour(1187, "02")}
    told(hall, WAIT)
    assert hall.all(Mandat)[0].aside
    assert flows(hall)[1] is FluxState.DROPPED
    transmit(hall.app)
    assert len(hall.tdt.received) == 1


def test_a_refused_deposit_is_asked_about_for_a_week_and_no_more(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    told(hall, NO)
    asked: list[str] = []

    def follow(_: str, nomfic: str) -> Progress:
        asked.append(nomfic)
        return NO

    monkeypatch.setattr(hall.tdt, "follow", follow)
    unattended = replace(hall.app, by=SERVICE)
    for _ in range(10 * 4):
        hall.clock.advance(hours=6)
        follow_up(unattended)
    assert len(asked) == 7


def test_the_unattended_run_asks_when_it_is_time_and_a_person_always(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def follow(_: str, nomfic: str) -> Progress:
        asked.append(nomfic)
        return WAIT

    monkeypatch.setattr(hall.tdt, "follow", follow)
    unattended, events = replace(hall.app, by=SERVICE), len(hall.ledger.events)
    for minutes in (0, 0.5, 0.5, 1):
        hall.clock.advance(seconds=minutes * 60)
        follow_up(unattended)
    assert len(asked) == 3
    follow_up(replace(hall.app, by=AGENT.id))
    assert len(asked) == 4
    assert len(hall.ledger.events) == events
    assert hall.all(Flux)[0].asked_at == hall.clock.now()


def test_a_word_of_the_tdt_is_told_once_and_recorded_once(hall: Hall) -> None:
    odd = Progress(phase=Phase.UNKNOWN, message="État inconnu (77).")
    assert len(told(hall, odd).notes) == 1
    events = len(hall.ledger.events)
    assert told(hall, odd).notes == ()
    assert told(hall, Progress(phase=Phase.HELD, message="Il attend d'être signé.")).notes != ()
    assert len(hall.ledger.events) == events + 1
    told(hall, WAIT)
    assert hall.all(Flux)[0].message == ""


def test_an_unreadable_acquit_does_not_stop_the_next_one(hall: Hall) -> None:
    told(hall, Progress(phase=Phase.ANSWERED, acquit=b""))
    assert flows(hall) == [FluxState.TRANSMITTED]
    told(hall, answered(yes()))
    assert flows(hall) == [FluxState.ACKNOWLEDGED]
    assert sorted(one.state for one in hall.all(Answer)) == [AnswerState.APPLIED, AnswerState.QUARANTINED]


def test_an_answer_that_comes_while_the_refusal_is_read_is_kept(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def follow(_: str, nomfic: str) -> Progress:
        with hall.ledger.transaction() as books:
            books.save(replace(books.get(Flux, nomfic), state=FluxState.ACKNOWLEDGED, acquit=AcquitSummary.ACCEPTED))
        return NO

    monkeypatch.setattr(hall.tdt, "follow", follow)
    follow_up(hall.app)
    assert (flows(hall), states(hall)) == ([FluxState.ACKNOWLEDGED], SENT)
