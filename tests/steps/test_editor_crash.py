"""Completing killed at each commit and each document kept; run again, all is made and sent once."""

from pathlib import Path
from typing import Final

import pytest

from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece
from dematfin.steps.prepare import prepare
from fakes.editor import Order, Sheets, bring_in, export, sign_all
from fakes.hall import Hall, Killed, Watched

FIRST: Final[Sheets] = {42: (Order(1187, "120.00"), Order(1188, "45.30")), 43: (Order(1189, "10.00"),)}
AGAIN: Final[Sheets] = {42: (Order(1187, "120.00"),), 43: (Order(1189, "10.00"),)}
PAID: Final = {1187: "F2026-000001", 1188: "F2026-000002"}


def waiting(folder: Path) -> Hall:
    """Return a hall with two refused bordereaux, exported again with a mandat less."""
    hall = Hall.beside(folder)
    hall.certified("120.00", "45.30")
    bring_in(hall, export(FIRST), PAID)
    prepare(hall.app)
    sign_all(hall)
    hall.tdt.refused = {42, 43}
    hall.day()
    hall.day()
    hall.tdt.refused = set()
    bring_in(hall, export(AGAIN, "DEUXIEME"), PAID)
    hall.ledger.axe = hall.axe
    object.__setattr__(hall.app, "documents", Watched(hall.documents, hall.axe, frozenset({"put_file"})))
    object.__setattr__(hall.app, "writer", Watched(hall.app.writer, hall.axe, frozenset({"complete"})))
    hall.axe.calls = 0
    return hall


def test_wherever_it_dies_it_is_made_once(tmp_path: Path) -> None:
    hall = waiting(tmp_path)
    prepare(hall.app)
    total = hall.axe.calls
    assert total >= 4
    for call in range(1, total + 1):
        for moment in ("before", "after"):
            hall = waiting(tmp_path)
            hall.axe.at = (call, moment)
            with pytest.raises(Killed):
                prepare(hall.app)
            hall.axe.at = None
            _check(hall, f"killed {moment} call {call}")


def _check(hall: Hall, story: str) -> None:
    whole = {one.state for one in hall.all(EditorFlow)} == {EditorFlowState.COMPLETED}
    assert len(hall.all(Flux)) == 1 + whole, story  # all of it, or nothing
    assert prepare(hall.app).failures == (), story
    assert prepare(hall.app).done == (), story
    assert {one.state for one in hall.all(EditorFlow)} == {EditorFlowState.COMPLETED}, story
    assert [(one.number, one.sent_before) for one in hall.all(Bordereau)] == [
        (number, ("PESALR2_21990042000015_260302_000001",)) for number in (42, 43)
    ], story
    assert {one.number: one.state for one in hall.all(Mandat)} == {
        1187: MandatState.IN_BORDEREAU,
        1188: MandatState.CANCELLED,
        1189: MandatState.IN_BORDEREAU,
    }, story
    assert len(hall.all(Mandat)) == 3, story
    assert len(hall.all(Piece)) == 2, story
    assert {one.state for one in hall.all(Invoice)} == {InvoiceState.TO_PAY}, story
    assert len(hall.ledger.history(Subject.EDITOR_FLOW)) == 2, story
    sign_all(hall)
    hall.day()
    hall.day()
    assert len(hall.tdt.received) == 2, story
    assert {one.state for one in hall.all(Flux)} == {FluxState.ACKNOWLEDGED}, story
