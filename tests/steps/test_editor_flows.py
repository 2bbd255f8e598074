"""An editor's flow once completed: several bordereaux of one file, signed, sent, answered and paid as ours are."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import ascertain, consult, lost_flow, sign, withdraw
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import AcquitSummary, Flux, FluxState
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.reception import Answer, AnswerState
from dematfin.errors import BadAnswer, Refused, RuleError
from dematfin.ports.transmitter import Progress
from dematfin.steps.follow_up import follow_up
from dematfin.steps.signatures import total_of
from dematfin.steps.transmit import transmit
from examples import AGENT, MAIRE
from fakes.exported import Paying, exported, payroll
from fakes.hall import Hall, flux
from fakes.losing import failing

REDUCTION = Paying(number=1187, amount="10.00", kind=MandatKind.REDUCTION)
"""Numbered apart: the same IdPce as an ordinary mandat, in a bordereau of the same IdBord."""


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """One certified invoice, that the finance software has mandated with the month's payroll and a réduction."""
    hall = Hall.beside(tmp_path)
    hall.certified("120.00")
    hall.day()
    (invoice,) = hall.all(Invoice)
    exported(hall, [Paying(number=1187, invoice=invoice.id), payroll(1188)], [REDUCTION])
    return hall


def signed(hall: Hall) -> None:
    sheets = sign.to_sign(hall.app, MAIRE)
    sign.sign(hall.app, MAIRE, sheets[0].flux.id, total_of(sheets))


def states(hall: Hall) -> dict[tuple[str, int], MandatState]:
    return {(one.bordereau, one.number): one.state for one in hall.all(Mandat)}


def test_each_bordereau_of_a_flow_is_shown_and_their_sum_is_signed(hall: Hall) -> None:
    shown = sign.to_sign(hall.app, MAIRE)
    assert [one.bordereau.id for one in shown] == ["COMMUNE-2026-42", "COMMUNE-2026-A42"]
    with pytest.raises(RuleError):
        sign.sign(hall.app, MAIRE, flux(hall).id, shown[0].bordereau.total)
    sign.sign(hall.app, MAIRE, flux(hall).id, Decimal("45340.33"))
    assert flux(hall).state is FluxState.SIGNED


def test_a_whole_flow_is_signed_sent_acquitted_and_paid(hall: Hall) -> None:
    signed(hall)
    hall.day()
    hall.day()
    assert flux(hall).acquit is AcquitSummary.ACCEPTED
    assert states(hall) == {
        ("COMMUNE-2026-42", 1187): MandatState.PAID,
        ("COMMUNE-2026-42", 1188): MandatState.PAID,
        ("COMMUNE-2026-A42", 1187): MandatState.TAKEN_IN_CHARGE,
    }
    assert ("9100001", "MANDATEE", "1187") in hall.chorus.told


def test_one_bordereau_refused_leaves_the_other_accepted(tmp_path: Path) -> None:
    hall = Hall.beside(tmp_path)
    exported(hall, [payroll(1188)], [REDUCTION], numbers=(42, 7))
    hall.tdt.refused = {7}
    signed(hall)
    hall.day()
    hall.day()
    assert flux(hall).acquit is AcquitSummary.PARTLY
    assert states(hall) == {
        ("COMMUNE-2026-42", 1188): MandatState.PAID,
        ("COMMUNE-2026-A7", 1187): MandatState.REFUSED_AT_GATE,
    }
    assert [one.refused for one in hall.all(Bordereau)] == [False, True]


def unclear(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the flow signed, sent, and answered by one yes for its two bordereaux of one number."""
    said = hall.tdt.follow
    once = b"</ElementACQUIT>"

    def only_once(remote_id: str, nomfic: str) -> Progress:
        told = said(remote_id, nomfic)
        assert told.acquit
        head, _, rest = told.acquit.partition(once)
        return replace(told, acquit=head + once + rest[rest.index(b"</ACQUIT>") :])

    monkeypatch.setattr(hall.tdt, "follow", only_once)
    hall.tdt.no_retour = True
    signed(hall)
    hall.day()
    hall.day()


def test_twins_of_which_one_yes_is_said_wait_for_a_person(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    unclear(hall, monkeypatch)
    assert flux(hall).acquit is AcquitSummary.UNCLEAR
    assert set(states(hall).values()) == {MandatState.SENT}
    assert not any(one.refused for one in hall.all(Bordereau))


def test_an_invoice_of_two_mandats_is_told_under_the_first_number(hall: Hall) -> None:
    (invoice,) = hall.all(Invoice)
    parts = [Paying(number=1190, amount="20.00", invoice=invoice.id), Paying(number=1189, invoice=invoice.id)]
    exported(hall, parts, numbers=(43,), nomfic="PAYE043")
    sign.sign(hall.app, MAIRE, "PAYE043", Decimal("140.00"))
    hall.day()
    assert [number for _, status, number in hall.chorus.told if status == "MANDATEE"] == ["1189"]


@pytest.fixture
def exported_again(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Hall:
    """The TdT says no to the flow, which is exported again: but Hélios has had the first one all along."""
    signed(hall)
    with monkeypatch.context() as broken:
        broken.setattr(hall.tdt, "send", failing(Refused("Non.")))
        transmit(hall.app)
    assert {one.state for one in hall.all(Mandat)} == {MandatState.REFUSED_AT_GATE}
    (invoice,) = hall.all(Invoice)
    exported(hall, [Paying(number=1187, invoice=invoice.id), payroll(1188)], [REDUCTION], nomfic="PAYE042B")
    return hall


def told_by_retour(hall: Hall, first: Flux) -> str:
    assert first.signed
    with hall.app.documents.open(first.signed) as source:
        hall.tdt.received["9"] = source.read()
    hall.tdt.unread = {"9": hall.tdt._retour("9")}
    return "\n".join(follow_up(hall.app).notes)


def test_a_flow_believed_refused_proves_to_have_come_with_all_its_bordereaux(exported_again: Hall) -> None:
    hall = exported_again
    said = told_by_retour(hall, next(one for one in hall.all(Flux) if one.id == "PAYE042"))
    assert said.count("URGENT. Bordereau") >= 2
    assert {one.id: one.state for one in hall.all(Flux)} == {
        "PAYE042": FluxState.ACKNOWLEDGED,
        "PAYE042B": FluxState.DROPPED,
    }
    assert {one.flux for one in hall.all(Bordereau)} == {"PAYE042"}
    assert not any(one.refused for one in hall.all(Bordereau))
    assert states(hall)["COMMUNE-2026-42", 1188] is MandatState.PAID
    assert sign.to_sign(hall.app, MAIRE) == ()


def test_what_the_flow_that_came_did_not_carry_waits_for_another_export(exported_again: Hall) -> None:
    hall = exported_again
    with hall.ledger.transaction() as books:
        sheet = books.get(Bordereau, "COMMUNE-2026-42")
        more = replace(books.get(Mandat, sheet.mandats[0]), id="M2026-000099", number=1199, shares=())
        books.save(more, replace(sheet, mandats=(*sheet.mandats, more.id), total=sheet.total + more.amount))
    told_by_retour(hall, next(one for one in hall.all(Flux) if one.id == "PAYE042"))
    kept = next(one for one in hall.all(Mandat) if one.id == "M2026-000099")
    assert (kept.state, kept.bordereau, kept.number) == (MandatState.PREPARED, "", 1199)
    (told,) = [line for line in consult.picture(hall.app, AGENT).alerts if "M2026-000099" in line]
    assert "importer" in told
    hall.day()
    assert next(one for one in hall.all(Mandat) if one.id == "M2026-000099") == kept


def test_such_a_flow_is_withdrawn_whole(exported_again: Hall) -> None:
    hall = exported_again
    with hall.ledger.transaction() as books:
        known = books.find(Mandat, bordereau="COMMUNE-2026-A42")
        books.save(*(replace(one, state=MandatState.TAKEN_IN_CHARGE) for one in known))
    with pytest.raises(RuleError, match="dematfin transmission retirer PAYE042B"):
        signed(hall)
    done = withdraw.withdraw(hall.app, AGENT, "PAYE042B", "Le comptable l'a.")
    assert [one.flux for one in done.bordereaux] == ["PAYE042", "PAYE042"]
    assert states(hall) == {
        ("COMMUNE-2026-42", 1187): MandatState.SENT,
        ("COMMUNE-2026-42", 1188): MandatState.SENT,
        ("COMMUNE-2026-A42", 1187): MandatState.TAKEN_IN_CHARGE,
    }


def test_a_lost_flow_gives_all_its_mandats_back(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    signed(hall)
    monkeypatch.setattr(hall.tdt, "send", failing(BadAnswer("?")))
    monkeypatch.setattr(hall.tdt, "refuses_twins", False)
    transmit(hall.app)
    hall.clock.advance(days=1)
    stake = lost_flow.absence(hall.app, AGENT, flux(hall).id)
    assert (stake.total, len(stake.mandats)) == (Decimal("45340.33"), 3)
    lost_flow.certify_absent(hall.app, AGENT, flux(hall).id, "Le TdT ne l'a plus.", stake.total)
    assert set(states(hall).values()) == {MandatState.REFUSED_AT_GATE}
    assert all(one.refused for one in hall.all(Bordereau))


def test_an_acquit_that_is_not_clear_is_settled_for_all_its_bordereaux(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    unclear(hall, monkeypatch)
    stake = ascertain.stake(hall.app, AGENT, flux(hall).id)
    assert stake.total == Decimal("45340.33")
    ascertain.find_refused(hall.app, AGENT, flux(hall).id, "Il n'a rien.", stake.total)
    assert set(states(hall).values()) == {MandatState.REFUSED_AT_GATE}
    assert all(one.refused for one in hall.all(Bordereau))


def test_an_acquit_that_is_not_clear_is_accepted_for_all_its_bordereaux(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    unclear(hall, monkeypatch)
    ascertain.find_accepted(hall.app, AGENT, flux(hall).id, "Il a tout.")
    assert flux(hall).acquit is AcquitSummary.ACCEPTED
    assert set(states(hall).values()) == {MandatState.SENT}
    assert not any(one.refused for one in hall.all(Bordereau))


def test_the_same_acquit_twice_changes_nothing_and_another_one_is_told(tmp_path: Path) -> None:
    hall = Hall.beside(tmp_path)
    exported(hall, [payroll(1188)], [REDUCTION])
    signed(hall)
    hall.tdt.no_retour = True
    hall.day()
    hall.day()
    before = states(hall)
    said = hall.tdt.follow("1", "PAYE042").acquit
    assert said
    refused = said.replace(b'<EtatAck V="1"/>', b'<EtatAck V="0"/>', 1)
    assert not _heard(hall, "encore", said).remarks
    (remark,) = _heard(hall, "autre", refused).remarks
    assert remark.startswith("URGENT. Hélios a déjà répondu au flux PAYE042")
    assert states(hall) == before
    assert flux(hall).acquit is AcquitSummary.ACCEPTED


def _heard(hall: Hall, name: str, data: bytes) -> Answer:
    with hall.ledger.transaction() as books:
        kept = hall.app.documents.put(data)
        first = books.find(Answer)[0]
        books.save(replace(first, id=name, name=name, document=kept, state=AnswerState.STORED, remarks=()))
    follow_up(hall.app)
    found: Answer = next(one for one in hall.all(Answer) if one.id == name)
    return found
