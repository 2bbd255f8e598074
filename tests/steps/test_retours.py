"""A retour about many mandats is applied part by part: once, wholly, wherever it is cut."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import consult
from dematfin.domain.event import Subject
from dematfin.domain.mandat.deposit import Phase
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.reason import Speaker
from dematfin.domain.reception import Answer, AnswerState
from dematfin.ports.transmitter import Progress
from dematfin.steps import retours
from dematfin.steps.follow_up import follow_up
from dematfin.steps.outcome import Outcome
from dematfin.steps.transmit import transmit
from examples import AGENT, COMMUNE
from fakes.hall import Hall, Killed


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall whose mandats 1187, 1188 and 1189 were sent in bordereau 42, and accepted."""
    return sent(tmp_path)


def sent(folder: Path) -> Hall:
    hall = Hall.build(folder)
    hall.to_sign("120.00", "45.30", "999.99")
    hall.sign()
    transmit(hall.app)
    hall.tdt.unread.clear()
    follow_up(hall.app)
    return hall


def retour(*pieces: str) -> bytes:
    block = '<Exer V="2026"/><TypBord V="01"/><IdBord V="42"/>'
    return (
        f'<PES_Retour><EnTetePES><IdColl V="{COMMUNE}"/></EnTetePES><PES_DepenseRetour><Bordereau><BlocBordereau>'
        f"{block}</BlocBordereau>{''.join(pieces)}</Bordereau></PES_DepenseRetour></PES_Retour>"
    ).encode()


def piece(number: int, state: str, *money: tuple[str, str], **told: str) -> str:
    said = "".join(f'<{name} V="{value}"/>' for name, value in told.items())
    paid = "".join(
        f'<PaiementEmargement><OrgEma V="{kind}"/><DtePay V="2026-03-10"/><MtPay V="{amount}"/></PaiementEmargement>'
        for kind, amount in money
    )
    info = f'<InfoPiece><IdPce V="{number}"/><EtatPce V="{state}"/>{said}</InfoPiece>'
    return f"<Piece>{info}<LigneDePiece>{paid}</LigneDePiece></Piece>"


def hear(hall: Hall, *pieces: str) -> Outcome:
    hall.tdt.unread["R"] = retour(*pieces)
    return follow_up(hall.app)


def mandat(hall: Hall, number: int) -> Mandat:
    (found,) = [one for one in hall.all(Mandat) if one.number == number]
    assert isinstance(found, Mandat)
    return found


ALL = (
    piece(1187, "02", DtePcePec="2026-03-05"),
    piece(1188, "04", ObsEtat="02", DtePceRej="2026-03-06"),
    piece(1189, "05", ("01", "999.99"), DtePcePec="2026-03-05"),
)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_cut_between_two_parts_it_is_applied_once_and_wholly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    monkeypatch.setattr(retours, "AT_ONCE", 1)
    whole = sent(tmp_path)
    whole.ledger.axe, before = whole.axe, whole.axe.calls
    hear(whole, *ALL)
    expected, events = whole.all(Mandat), told_of(whole)
    for call in range(1, whole.axe.calls - before + 1):
        hall = sent(tmp_path)
        hall.ledger.axe = hall.axe
        hall.axe.at = (hall.axe.calls + call, moment)
        with pytest.raises(Killed):
            hear(hall, *ALL)
        hall.axe.at = None
        assert follow_up(hall.app).failures == ()
        assert hall.all(Mandat) == expected, f"killed {moment} call {call}"
        assert told_of(hall) == events, f"killed {moment} call {call}"
        assert [one.state for one in hall.all(Answer)] == [AnswerState.APPLIED] * 2


def told_of(hall: Hall) -> list[tuple[str, str, str]]:
    found = (one.event for one in hall.ledger.history(Subject.MANDAT))
    return [(one.subject_id, one.after, one.motif) for one in found]


def test_what_an_earlier_part_left_to_see_to_is_not_forgotten(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first mandat proves that its bordereau arrived, once; the run dies before the last one."""
    with hall.ledger.transaction() as books:
        books.save(*(replace(one, state=FluxState.REFUSED_BY_TDT) for one in books.find(Flux)))
        books.save(*(replace(one, state=MandatState.REFUSED_AT_GATE) for one in books.find(Mandat)))
    monkeypatch.setattr(retours, "AT_ONCE", 1)
    monkeypatch.setattr(hall.tdt, "follow", lambda *_: Progress(phase=Phase.WAITING))
    pieces = [piece(number, "02") for number in (1187, 1188, 1189)]
    hall.tdt.unread["R"] = retour(*pieces)
    hall.ledger.axe, hall.axe.at = hall.axe, (hall.axe.calls + 8, "before")
    with pytest.raises(Killed):
        follow_up(hall.app)
    states = [one.state for one in hall.all(Mandat)]
    assert states == [MandatState.TAKEN_IN_CHARGE, MandatState.TAKEN_IN_CHARGE, MandatState.SENT]
    hall.axe.at = None
    follow_up(hall.app)
    assert {one.state for one in hall.all(Mandat)} == {MandatState.TAKEN_IN_CHARGE}
    (urgent,) = [remark for one in hall.all(Answer) for remark in one.remarks if "URGENT" in remark]
    assert "COMMUNE-2026-42" in urgent


def test_a_mandat_told_twice_in_one_retour_follows_the_last_word(hall: Hall) -> None:
    hear(hall, piece(1187, "01", ObsEtat="02"), piece(1187, "02"))
    assert mandat(hall, 1187).state is MandatState.TAKEN_IN_CHARGE
    assert [after for _, after, _ in told_of(hall)][-2:] == [MandatState.ON_HOLD, MandatState.TAKEN_IN_CHARGE]


def test_a_suspension_has_its_day_and_its_reasons_until_it_is_lifted(hall: Hall) -> None:
    hear(hall, piece(1187, "01", ObsEtat="02-06", Commentaire="Il manque le devis", DtePceInst="2026-03-06"))
    held = mandat(hall, 1187)
    assert (held.state, held.held_on) == (MandatState.ON_HOLD, date(2026, 3, 6))
    assert [(one.speaker, one.code or one.text) for one in held.reasons] == [
        (Speaker.COMPTABLE, "02"),
        (Speaker.COMPTABLE, "06"),
        (Speaker.COMPTABLE, "Il manque le devis"),
    ]
    assert "Il manque le devis" in held.reason
    hear(hall, piece(1187, "02", DtePcePec="2026-03-09"))
    lifted = mandat(hall, 1187)
    assert (lifted.state, lifted.held_on, lifted.taken_on) == (MandatState.TAKEN_IN_CHARGE, None, date(2026, 3, 9))
    assert (lifted.reason, lifted.reasons) == ("", ())


def test_another_reason_of_the_same_suspension_is_news_once(hall: Hall) -> None:
    hear(hall, piece(1187, "01", ObsEtat="02"))
    hear(hall, piece(1187, "01", ObsEtat="09"))
    events = len(hall.ledger.events)
    assert [one.code for one in mandat(hall, 1187).reasons] == ["09"]
    hear(hall, piece(1187, "01", ObsEtat="09"), piece(1187, "01", ObsEtat="09"))
    assert len(hall.ledger.events) == events


def test_a_rejection_has_its_day_and_its_reasons(hall: Hall) -> None:
    hear(hall, piece(1188, "04", ObsEtat="09", DtePceRej="2026-03-07", DtePcePec="2026-03-05"))
    back = mandat(hall, 1188)
    assert (back.state, back.rejected_on, back.burnt) == (MandatState.REJECTED, date(2026, 3, 7), (1188,))
    assert [one.code for one in back.reasons] == ["09"]
    hear(hall, piece(1188, "04", ObsEtat="09", DtePceRej="2026-03-07", DtePcePec="2026-03-05"), piece(1187, "02"))
    assert mandat(hall, 1188) == back


def test_what_is_settled_without_money_says_how_and_stays(hall: Hall) -> None:
    hear(hall, piece(1187, "02"))
    outcome = hear(hall, piece(1187, "05", ("07", "120.00")))
    assert any("mandat correctif" in note for note in outcome.notes)
    settled = mandat(hall, 1187)
    assert (settled.state, settled.paid) == (MandatState.TAKEN_IN_CHARGE, Decimal(0))
    assert "mandat correctif" in settled.reason


def test_a_share_kept_back_is_no_payment(hall: Hall) -> None:
    hear(hall, piece(1187, "02", ("01", "100.00"), ("03", "20.00")))
    part = mandat(hall, 1187)
    assert (part.state, part.paid, part.paid_on) == (MandatState.PARTLY_PAID, Decimal("100.00"), date(2026, 3, 10))
    hear(hall, piece(1187, "05", ("01", "100.00"), ("03", "20.00")))
    assert mandat(hall, 1187).state is MandatState.PAID


def test_a_retour_without_a_mandat_is_applied_all_the_same(hall: Hall) -> None:
    hear(hall)
    assert {one.state for one in hall.all(Answer)} == {AnswerState.APPLIED}


def test_a_mandat_that_is_settled_and_sends_nothing_to_its_supplier_stays_told(hall: Hall) -> None:
    hear(hall, piece(1189, "05", ("04", "999.99"), DtePcePec="2026-03-05"))
    told = [one for one in consult.picture(hall.app, AGENT).alerts if mandat(hall, 1189).id in one]
    assert len(told) == 1
    assert "soldé sans paiement au fournisseur (somme versée à un opposant ou à un cessionnaire)" in told[0]
    hear(hall, piece(1189, "05", ("01", "999.99"), DtePcePec="2026-03-05"))
    assert not any(mandat(hall, 1189).id in one for one in consult.picture(hall.app, AGENT).alerts)
