"""Facts: what Chorus Pro shows is written down whoever did it, in each of our states, whatever our table says."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dematfin.acts import visa_views
from dematfin.domain.invoice.chorus import Passage
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.registers import ServiceRule
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.steps.facts import observe
from dematfin.steps.intake import intake
from examples import VISEUR, content, invoice
from fakes.hall import Hall

KEY = "9100001"
S = InvoiceState
LEADS_TO = {
    "REJETEE": S.REFUSED,
    "SUSPENDUE": S.INTERRUPTED,
    "A_RECYCLER": S.SENT_BACK,
    "EN_COURS_ACHEMINEMENT": S.SENT_BACK,
    "MANDATEE": S.ELSEWHERE,
    "MISE_EN_PAIEMENT": S.ELSEWHERE,
    "SERVICE_FAIT": None,
    "COMPLETEE": None,
    "STATUT_DE_DEMAIN": None,
}
FIRM = {S.TO_PAY, S.ELSEWHERE, S.REFUSED, S.CANCELLED}
"""A mandat has the word, or it is over for us: shown and compared, never followed."""


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


def only(hall: Hall) -> Invoice:
    (found,) = hall.all(Invoice)
    assert isinstance(found, Invoice)
    return found


def folders(hall: Hall) -> dict[str, tuple[str, FolderState]]:
    return {one.id: (one.desk, one.state) for one in hall.all(VisaFolder)}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("status", LEADS_TO)
def test_every_status_is_written_down_in_every_state(hall: Hall, state: InvoiceState, status: str) -> None:
    before = replace(invoice(), state=state)
    with hall.ledger.transaction() as books:
        books.save(before)
        after = observe(hall.app, books, before, status)
    expected = state if state in FIRM else LEADS_TO[status] or state
    assert only(hall) == after
    assert (after.state, after.remote_status) == (expected, status)
    (written,) = hall.ledger.history()
    assert (written.event.by, written.event.before, written.event.after) == ("chorus", state, expected)


def test_the_same_status_again_is_no_fact(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        assert observe(hall.app, books, invoice(), "MISE_A_DISPOSITION") == invoice()
    assert hall.ledger.history() == ()


def test_the_delay_is_interrupted_by_the_first_suspension_only(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.day()
    hall.chorus.statuses[KEY] = "SUSPENDUE"
    hall.day()
    assert only(hall).interrupted_on == date(2026, 3, 2)
    hall.clock.advance(days=5)
    hall.chorus.statuses[KEY] = "COMPLETEE"
    hall.day()
    assert (only(hall).state, only(hall).episode) == (S.IN_VISA, 2)
    hall.clock.advance(days=5)
    hall.chorus.statuses[KEY] = "SUSPENDUE"
    hall.day()
    assert only(hall).interrupted_on == date(2026, 3, 2)


def test_a_suspension_that_others_decided_before_we_came_counts(hall: Hall) -> None:
    suspended = Passage(status="SUSPENDUE", on=date(2026, 2, 24))
    hall.chorus.passages[KEY] = (suspended, Passage(status="COMPLETEE", on=date(2026, 2, 26)))
    hall.chorus.deposit(KEY, content("F-1"), "COMPLETEE")
    hall.day()
    assert (only(hall).state, only(hall).interrupted_on) == (S.IN_VISA, date(2026, 2, 24))
    assert only(hall).notified_on == date(2026, 2, 22)


def test_a_suspension_that_came_and_went_between_two_imports_counts(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.day()
    suspended = Passage(status="SUSPENDUE", on=date(2026, 3, 3))
    hall.chorus.passages[KEY] = (suspended, Passage(status="COMPLETEE", on=date(2026, 3, 4)))
    hall.chorus.statuses[KEY] = "COMPLETEE"
    hall.day()
    assert (only(hall).episode, only(hall).interrupted_on) == (2, date(2026, 3, 3))


def test_recycled_to_another_service_while_in_visa_it_changes_desks(hall: Hall) -> None:
    """The whole trip may happen between two imports: the list shows the same status, the history does not."""
    desks = {code: ServiceRule(name=code) for code in ("SCOLAIRE", "VOIRIE")}
    hall.chorus.rules = (replace(hall.chorus.rules[0], services=desks),)
    hall.chorus.deposit(KEY, content("F-1", service_code="SCOLAIRE"))
    hall.day()
    assert folders(hall) == {"F2026-000001/1": ("SCOLAIRE", FolderState.IN_CIRCUIT)}
    hall.chorus.passages[KEY] = tuple(
        Passage(status=status, on=date(2026, 3, 2)) for status in ("A_RECYCLER", "DEPOSEE", "MISE_A_DISPOSITION")
    )
    hall.chorus.deposit(KEY, content("F-1", service_code="VOIRIE"))
    hall.day()
    assert (only(hall).episode, only(hall).service, only(hall).state) == (2, "VOIRIE", S.IN_VISA)
    assert folders(hall) == {
        "F2026-000001/1": ("SCOLAIRE", FolderState.WITHDRAWN),
        "F2026-000001/2": ("VOIRIE", FolderState.IN_CIRCUIT),
    }
    assert [one.folder.desk for one in visa_views.queue(hall.app, VISEUR)] == ["VOIRIE"]


def test_seen_on_its_way_elsewhere_it_leaves_its_desk_until_it_is_back(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.day()
    hall.chorus.statuses[KEY] = "EN_COURS_ACHEMINEMENT"
    hall.day()
    assert only(hall).state is S.SENT_BACK
    assert folders(hall) == {"F2026-000001/1": ("SCOLAIRE", FolderState.WITHDRAWN)}
    hall.chorus.statuses[KEY] = "MISE_A_DISPOSITION"
    hall.day()
    assert (only(hall).state, only(hall).episode) == (S.IN_VISA, 2)


@pytest.mark.parametrize(
    ("status", "word"), [("REJETEE", "rejetée"), ("SUSPENDUE", "suspendue"), ("A_RECYCLER", "à recycler")]
)
def test_what_is_mandated_stays_so_and_the_difference_stops_its_flow(hall: Hall, status: str, word: str) -> None:
    hall.to_sign("120.00")
    hall.sign()
    hall.chorus.statuses[KEY] = status
    intake(hall.app)
    assert (only(hall).state, only(hall).remote_status) == (S.TO_PAY, status)
    assert [one.event.motif for one in hall.ledger.history() if one.event.by == "chorus"] == [
        f"Chorus Pro la montre « {word} »"
    ]
    hall.day()
    assert hall.tdt.received == {}
    assert [flux.state for flux in hall.all(Flux)] == [FluxState.SIGNED]
    assert len(hall.all(Mandat)) == 1
