"""Where the comptable sends no retour, Chorus Pro is the only sign of a payment; a retour has the last word."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dematfin.acts import consult, mandats
from dematfin.domain.mandat.flux import AcquitSummary, Flux
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.reception import Reception
from dematfin.steps.follow_up import follow_up
from dematfin.steps.intake import intake
from dematfin.steps.prepare import prepare
from dematfin.steps.shown_paid import shown_paid
from examples import AGENT
from fakes.hall import Hall

PAID = "MISE_EN_PAIEMENT"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall whose two mandats, 1187 and 1188, are accepted, and whose comptable sends no retour."""
    built = Hall.build(tmp_path)
    built.to_sign("120.00", "45.30")
    built.sign()
    built.tdt.no_retour = True
    built.day()
    assert states(built) == [MandatState.SENT, MandatState.SENT]
    return built


def states(hall: Hall) -> list[MandatState]:
    return [one.state for one in hall.all(Mandat)]


def shows(hall: Hall, *statuses: str, on: date | None = date(2026, 4, 9)) -> None:
    hall.chorus.statuses.update(zip(hall.chorus.statuses, statuses, strict=False))
    intake(hall.app)
    with hall.ledger.transaction() as books:
        books.save(*(replace(one, status_on=on) for one in books.find(Reception)))


def comptable_speaks(hall: Hall, rejected: int) -> None:
    """Have the comptable say at last what he made of each mandat: the one rejected, the other paid."""
    hall.tdt.rejected = {rejected}
    hall.tdt.unread = dict.fromkeys(hall.tdt.received, b"")
    hall.tdt.no_retour = False


def test_a_payment_is_read_where_no_retour_comes(hall: Hall) -> None:
    shows(hall, PAID, "COMPTABILISEE")
    assert shown_paid(hall.app).done == ("M2026-000001",)
    first, second = hall.all(Mandat)
    assert (first.state, first.paid, first.paid_on, first.paid_shown) == (
        MandatState.PAID,
        first.amount,
        date(2026, 4, 9),
        True,
    )
    assert second.state is MandatState.SENT
    assert shown_paid(hall.app).done == ()


def test_what_helios_has_not_taken_is_never_paid(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        (flux,) = books.find(Flux)
        books.save(replace(flux, acquit=AcquitSummary.NONE))
    shows(hall, PAID, PAID)
    assert shown_paid(hall.app).done == ()
    assert sum("le comptable n'a rien dit" in one.sentence for one in consult.gaps(hall.app, AGENT)) == 2


def test_a_budget_that_gets_retours_is_told_by_them(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        _, second = books.find(Mandat)
        books.save(replace(second, state=MandatState.TAKEN_IN_CHARGE, taken_on=date(2026, 4, 1)))
    shows(hall, PAID, PAID)
    assert shown_paid(hall.app).done == ()


@pytest.mark.parametrize("state", [MandatState.PAID, MandatState.REJECTED, MandatState.ON_HOLD])
def test_a_retour_that_tells_no_day_is_a_retour(hall: Hall, state: MandatState) -> None:
    with hall.ledger.transaction() as books:
        _, second = books.find(Mandat)
        books.save(replace(second, state=state))
    shows(hall, PAID, PAID)
    assert shown_paid(hall.app).done == ()


def rejected_then_issued_again(hall: Hall) -> str:
    """Have both rejected, without a day, and issue the first again as far as its new bordereau."""
    with hall.ledger.transaction() as books:
        books.save(*(replace(one, state=MandatState.REJECTED) for one in books.find(Mandat)))
    first = hall.all(Mandat)[0]
    mandats.reissue(hall.app, AGENT, first.id)
    prepare(hall.app)
    return str(first.id)


def test_what_chorus_pro_shows_may_be_of_the_life_before_a_rejection(hall: Hall) -> None:
    key = rejected_then_issued_again(hall)
    with hall.ledger.transaction() as books:
        first, second = books.find(Mandat)
        books.save(replace(first, state=MandatState.SENT), replace(second, state=MandatState.CANCELLED))
        books.save(*(replace(one, acquit=AcquitSummary.ACCEPTED) for one in books.find(Flux)))
    shows(hall, PAID)
    assert hall.all(Mandat)[0].id == key
    assert shown_paid(hall.app).done == ()


def test_a_reissue_is_no_mandat_of_somebody_else(hall: Hall) -> None:
    """A retour need not tell the day of a rejection, and a reissue forgets what was told of the life before it."""
    key = rejected_then_issued_again(hall)
    shows(hall, "MISE_A_DISPOSITION_COMPTABLE")
    found = [one for one in consult.gaps(hall.app, AGENT) if key in one.sentence]
    assert [one.code for one in found] == ["CHORUS-ECART-CONNU"]
    shows(hall, PAID)
    found = [one for one in consult.gaps(hall.app, AGENT) if key in one.sentence]
    assert [one.code for one in found] == ["CHORUS-PAYEE-REJETEE"]


def test_a_mandat_of_two_invoices_waits_for_both(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        first, second = books.find(Mandat)
        books.save(replace(first, shares=(*first.shares, *second.shares)))
    shows(hall, PAID, "MANDATEE")
    assert shown_paid(hall.app).done == ()


def test_a_setting_forbids_it(hall: Hall) -> None:
    shows(hall, PAID, PAID)
    assert shown_paid(replace(hall.app, policy=replace(hall.app.policy, trusts_payments=False))).done == ()


def test_the_comptable_has_the_last_word(hall: Hall) -> None:
    shows(hall, PAID, PAID)
    shown_paid(hall.app)
    assert states(hall) == [MandatState.PAID, MandatState.PAID]
    comptable_speaks(hall, rejected=1188)
    follow_up(hall.app)
    assert states(hall) == [MandatState.PAID, MandatState.REJECTED]
    first, second = hall.all(Mandat)
    assert not first.paid_shown
    assert (second.paid, second.paid_shown) == (0, False)


def test_mandated_is_not_told_again_after_a_reissue(hall: Hall) -> None:
    told = [status for _, status, _ in hall.chorus.told].count("MANDATEE")
    comptable_speaks(hall, rejected=1188)
    hall.day()
    (back,) = [one for one in hall.all(Mandat) if one.state is MandatState.REJECTED]
    mandats.reissue(hall.app, AGENT, back.id)
    hall.day()
    hall.sign()
    hall.day()
    assert states(hall) == [MandatState.PAID, MandatState.PAID]
    assert [status for _, status, _ in hall.chorus.told].count("MANDATEE") == told == 2
