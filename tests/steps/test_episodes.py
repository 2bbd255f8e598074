"""An invoice sent back on the portal comes back under the same identifier, and goes through everything again."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import visa_views
from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.invoice.chorus import Passage
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.errors import RuleError, Unreachable
from dematfin.steps.intake import intake
from dematfin.steps.prepare import prepare
from dematfin.steps.tell import tell
from dematfin.steps.transmit import transmit
from examples import VISEUR, content
from fakes.hall import Hall
from reports.words import words

KEY = "9100001"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


def only(hall: Hall) -> Invoice:
    (found,) = hall.all(Invoice)
    assert isinstance(found, Invoice)
    return found


def test_recycled_with_the_right_service_it_goes_to_its_desk(hall: Hall) -> None:
    hall.chorus.deposit(KEY, content("F-1", service_code=""))
    hall.day()
    assert only(hall).state is InvoiceState.TO_CORRECT
    hall.chorus.statuses[KEY] = "A_RECYCLER"
    hall.day()
    assert only(hall).state is InvoiceState.SENT_BACK
    assert hall.chorus.fetched == [KEY]
    hall.chorus.deposit(KEY, content("F-1", service_code="SCOLAIRE"))
    hall.day()
    assert (only(hall).id, only(hall).episode, only(hall).state) == ("F2026-000001", 2, InvoiceState.IN_VISA)
    assert only(hall).findings == ()
    folder = visa_views.queue(hall.app, VISEUR)[0].folder
    assert folder.desk == "SCOLAIRE"


def test_completed_while_it_waited_for_a_visa_it_is_read_again_before_anybody_certifies(hall: Hall) -> None:
    hall.chorus.deposit(KEY, content("F-1", service_code="SCOLAIRE"))
    hall.day()
    hall.chorus.statuses[KEY] = "SUSPENDUE"
    hall.day()
    hall.chorus.deposit(KEY, content("F-1", service_code="VOIRIE"), status="COMPLETEE")
    hall.chorus.rules = (replace(hall.chorus.rules[0], service_required=False),)
    hall.day()
    folders = {folder.id: folder.state for folder in hall.all(VisaFolder)}
    assert folders["F2026-000001/1"] is FolderState.WITHDRAWN
    assert only(hall).content.service_code == "VOIRIE"
    assert {one.folder.id for one in visa_views.queue(hall.app, VISEUR)}.isdisjoint({"F2026-000001/1"})


def test_completed_without_a_new_file_it_is_visaed_again_all_the_same(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.day()
    hall.chorus.statuses[KEY] = "SUSPENDUE"
    hall.day()
    hall.chorus.statuses[KEY] = "COMPLETEE"
    hall.day()
    assert (only(hall).episode, only(hall).state) == (2, InvoiceState.IN_VISA)
    assert hall.chorus.fetched == [KEY, KEY]
    assert [folder.state for folder in hall.all(VisaFolder)] == [FolderState.WITHDRAWN, FolderState.IN_CIRCUIT]


@pytest.mark.parametrize("status", ["SUSPENDUE", "A_RECYCLER", "EN_COURS_ACHEMINEMENT"])
def test_come_back_and_left_again_before_it_could_be_fetched_it_waits_for_its_supplier(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    hall.deposit("120.00")
    hall.day()
    hall.chorus.statuses[KEY] = status
    hall.day()
    left = only(hall)
    hall.chorus.statuses[KEY] = "COMPLETEE"
    with monkeypatch.context() as down:
        down.setattr(hall.chorus, "fetch", unreachable)
        hall.day()
    hall.chorus.statuses[KEY] = status
    hall.day()
    assert (only(hall).state, only(hall).episode) == (left.state, 1)
    hall.chorus.statuses[KEY] = "COMPLETEE"
    hall.day()
    assert (only(hall).state, only(hall).episode) == (InvoiceState.IN_VISA, 2)


@pytest.mark.parametrize("certified", [False, True])
def test_what_was_sent_again_and_could_not_be_read_is_neither_certified_nor_mandated(
    hall: Hall, *, certified: bool
) -> None:
    """The supplier has completed it with a file that nobody can read: the old version is no longer the invoice."""
    hall.deposit("120.00")
    hall.day()
    if certified:
        hall.certify()
        tell(hall.app)
    hall.chorus.deposit(KEY, None, status="COMPLETEE")
    hall.chorus.passages[KEY] = (
        Passage(status="SUSPENDUE", on=date(2026, 3, 2)),
        Passage(status="COMPLETEE", on=date(2026, 3, 3)),
    )
    hall.day()
    if not certified:
        with pytest.raises(RuleError, match=r"F2026-000001.*pas encore lu"):
            hall.certify()
    prepare(hall.app)
    assert hall.all(Mandat) == ()
    hall.chorus.deposits[KEY] = content("F-1", "99.00")
    for _ in range(2):
        hall.day()
        hall.certify()
    assert [str(one.amount) for one in hall.all(Mandat)] == ["99.00"]


def unreachable(remote_id: str, _: Path) -> None:
    message = f"Chorus Pro ne répond pas pour {remote_id}."
    raise Unreachable(message)


def test_put_back_at_our_disposal_without_having_left_it_stays_on_its_desk(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.day()
    hall.chorus.statuses[KEY] = "PRISE_EN_COMPTE_DESTINATAIRE"
    hall.day()
    assert (only(hall).episode, only(hall).state) == (1, InvoiceState.IN_VISA)
    assert [folder.state for folder in hall.all(VisaFolder)] == [FolderState.IN_CIRCUIT]


def test_a_status_set_on_our_side_of_the_portal_brings_nothing_back(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.day()
    hall.chorus.deposit(KEY, content("F-1", "99.00"), status="SERVICE_FAIT")
    hall.day()
    assert hall.chorus.fetched == [KEY]
    assert (only(hall).episode, only(hall).state) == (1, InvoiceState.IN_VISA)


def test_our_own_statuses_bring_nothing_back(hall: Hall) -> None:
    hall.to_sign("120.00")
    hall.sign()
    hall.day()
    hall.day()
    assert hall.chorus.statuses[KEY] == "MANDATEE"
    assert hall.chorus.fetched == [KEY]
    assert only(hall).episode == 1


def test_a_mandat_is_not_changed_by_what_comes_back_after_it(hall: Hall) -> None:
    hall.to_sign("120.00")
    (before,) = hall.all(Mandat)
    hall.chorus.deposit(KEY, content("F-1", "99.00"), status="COMPLETEE")
    intake(hall.app)
    prepare(hall.app)
    assert hall.all(Mandat) == (before,)
    assert str(only(hall).ttc) == "120.00"
    assert only(hall).remote_status == "COMPLETEE"


def test_what_was_refused_is_told_again_once_somebody_has_put_it_right(hall: Hall) -> None:
    hall.to_sign("120.00")
    hall.sign()
    hall.chorus.statuses[KEY] = "SUSPENDUE"
    transmit(hall.app)
    assert hall.tdt.received == {}
    assert [one.state for one in hall.all(Intention) if one.status == "MANDATEE"] == [IntentionState.REFUSED]
    hall.day()
    assert hall.tdt.received == {}
    hall.chorus.statuses[KEY] = "COMPLETEE"
    hall.day()
    assert [flux.state for flux in hall.all(Flux)] == [FluxState.ACKNOWLEDGED]
    assert hall.chorus.told.count((KEY, "MANDATEE", "1187")) == 1


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("REJETEE", InvoiceState.REFUSED),
        ("SUSPENDUE", InvoiceState.INTERRUPTED),
        ("A_RECYCLER", InvoiceState.SENT_BACK),
        ("MANDATEE", InvoiceState.ELSEWHERE),
    ],
)
def test_an_invoice_that_chorus_pro_stops_is_not_mandated(hall: Hall, status: str, state: InvoiceState) -> None:
    hall.deposit("120.00", "45.30")
    hall.day()
    hall.chorus.statuses[KEY] = status
    hall.certify()
    hall.day()
    assert [one.invoice_ids for one in hall.all(Mandat)] == [("F2026-000002",)]
    stopped = {one.id: one for one in hall.all(Invoice)}["F2026-000001"]
    assert (stopped.state, stopped.remote_status) == (state, status)


def certified_untold(hall: Hall) -> None:
    """Have an invoice certified while Chorus Pro cannot be told."""
    hall.certified("120.00")
    assert only(hall).state is InvoiceState.SERVICE_FAIT


def test_certified_and_back_without_being_seen_away_it_is_certified_anew(hall: Hall) -> None:
    certified_untold(hall)
    hall.chorus.statuses[KEY] = "COMPLETEE"
    hall.chorus.passages[KEY] = (
        Passage(status="SUSPENDUE", on=date(2026, 3, 2)),
        Passage(status="COMPLETEE", on=date(2026, 3, 3)),
    )
    intake(hall.app)
    assert (only(hall).episode, only(hall).state) == (2, InvoiceState.RECEIVED)
    hall.day()
    assert only(hall).state is InvoiceState.IN_VISA
    assert hall.chorus.told == []


def test_what_was_certified_before_it_came_back_keeps_the_slip_of_what_was_seen(hall: Hall) -> None:
    certified_untold(hall)
    hall.chorus.deposit(KEY, content("F-1", "90.00"), status="COMPLETEE")
    hall.chorus.passages[KEY] = (
        Passage(status="SUSPENDUE", on=date(2026, 3, 2)),
        Passage(status="COMPLETEE", on=date(2026, 3, 3)),
    )
    intake(hall.app)
    hall.day()
    before, now = hall.all(VisaFolder)
    assert only(hall).ttc == Decimal("90.00")
    assert now.slip is None
    assert "Service fait certifié 120,00 €" in words(hall.documents.kept[before.slip.sha256])


def test_certified_and_written_in_another_version_it_stays_certified(hall: Hall) -> None:
    certified_untold(hall)
    hall.chorus.statuses[KEY] = "PRISE_EN_COMPTE_DESTINATAIRE"
    before = hall.chorus.deposits[KEY]
    assert before is not None
    hall.chorus.deposits[KEY] = replace(before, delivered_on=None)
    intake(hall.app)
    assert (only(hall).episode, only(hall).state) == (1, InvoiceState.SERVICE_FAIT)


def test_an_interruption_is_of_the_day_that_the_platform_says_not_of_the_day_when_we_saw_it(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.day()
    hall.chorus.statuses[KEY] = "SUSPENDUE"
    hall.day()
    assert only(hall).interrupted_on == hall.clock.today()
    suspended = date(2026, 2, 26)
    assert suspended < hall.clock.today()
    hall.chorus.statuses[KEY] = "COMPLETEE"
    hall.chorus.passages[KEY] = (Passage(status="SUSPENDUE", on=suspended), Passage(status="COMPLETEE", on=suspended))
    hall.day()
    assert (only(hall).episode, only(hall).interrupted_on) == (2, suspended)
