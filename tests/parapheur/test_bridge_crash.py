"""The way through a bought i-Parapheur killed at each call, before and after its effect: one folder, one decision."""

from collections import Counter
from pathlib import Path

import pytest

from dematfin.acts import answers
from dematfin.domain.event import Subject
from dematfin.domain.intention import Intention
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.domain.visa.remote import Bridge, RemoteFolder, RemoteState
from dematfin.domain.visa.supporting import Supporting
from examples import AGENT
from fakes.hall import Hall
from parapheur.bridged import DAY, poll, survived

YES, NO, LEFT = "F2026-000001", "F2026-000002", "F2026-000003"
ENDS = {YES: InvoiceState.SERVICE_FAIT, NO: InvoiceState.REFUSED, LEFT: InvoiceState.SENT_BACK}


def play(hall: Hall) -> None:
    """Send three invoices; one is certified, one refused, one leaves while it is there."""
    hall.deposit("120.00", "45.30", "999.99")
    survived(hall, hall.day)
    survived(hall, hall.day)
    keys = {one.invoice_id: one.id for one in hall.all(RemoteFolder)}
    hall.parapheur.annex(keys[YES], "bon.pdf", b"%PDF-1.7 bon")
    hall.parapheur.visa(keys[YES], date_service_fait=DAY)
    hall.parapheur.reject(keys[NO], "[DOUBLON] Déjà reçue.")
    survived(hall, lambda: answers.recycle(hall.app, AGENT, LEFT, "Mauvais service.") if _in_visa(hall) else None)
    for _ in range(2):
        survived(hall, lambda: poll(hall))


def _in_visa(hall: Hall) -> bool:
    return any(one.id == LEFT and one.state is InvoiceState.IN_VISA for one in hall.all(Invoice))


def built(folder: Path) -> Hall:
    hall = Hall.build(folder, bridge=Bridge())
    hall.ledger.axe = hall.axe
    return hall


@pytest.mark.parametrize("moment", ["before", "after"])
def test_30_31_32_wherever_it_dies_the_end_is_the_same(tmp_path: Path, moment: str) -> None:
    whole = built(tmp_path)
    play(whole)
    assert whole.axe.calls > 40
    for call in range(1, whole.axe.calls + 1):
        hall = built(tmp_path)
        hall.axe.at = (call, moment)
        play(hall)
        check(hall, f"killed {moment} call {call}")


def check(hall: Hall, story: str) -> None:
    records, there = hall.all(RemoteFolder), hall.parapheur
    assert {one.id: one.state for one in hall.all(Invoice)} == ENDS, story
    assert sorted(there.created) == sorted(one.id for one in records), story
    assert there.folders == {}, story
    assert [one.state for one in records] == [RemoteState.CLOSED, RemoteState.CLOSED, RemoteState.WITHDRAWN], story
    assert (sorted(there.closed), there.recalled) == ([one.id for one in records[:2]], [records[2].id]), story
    ends = [FolderState.APPROVED, FolderState.REFUSED, FolderState.WITHDRAWN]
    assert [one.state for one in hall.all(VisaFolder)] == ends, story
    assert [one.name for one in hall.all(Supporting)] == ["bon.pdf"], story
    told = Counter((one.invoice_id, one.status) for one in hall.all(Intention))
    assert set(told) == {(YES, "SERVICE_FAIT"), (NO, "REJETEE"), (LEFT, "A_RECYCLER")}, story
    decided = [one.event for one in hall.ledger.history(Subject.FOLDER) if one.event.by == "parapheur"]
    assert sorted(one.subject_id for one in decided) == [YES, NO], story
    for record in records[:2]:
        assert all(one.document.sha256 in hall.documents.kept for one in record.documents), story
        assert record.history is not None, story
        assert record.history.sha256 in hall.documents.kept, story
