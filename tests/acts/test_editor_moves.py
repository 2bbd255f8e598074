"""An invoice that an editor's mandat pays stands as one that ours pays; a doubt about that mandat keeps it here."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import hand_over, holds, sign, visa_moves
from dematfin.domain.figures.coherence import gaps
from dematfin.domain.finding import Severity
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.labels import FLUX
from dematfin.domain.mandat.answers import PieceState, RetourPiece
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.errors import DematfinError, RuleError
from dematfin.steps.outcome import Tally
from dematfin.steps.strays import stray
from examples import AGENT, MAIRE, VISEUR
from fakes.exported import Paying, exported, payroll
from fakes.hall import Hall, flux


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    hall = Hall.beside(tmp_path)
    hall.certified("120.00")
    (invoice,) = hall.all(Invoice)
    exported(hall, [Paying(number=1187, invoice=invoice.id), payroll(1188)])
    return hall


def test_its_invoice_is_not_taken_up_nor_its_visa_taken_back(hall: Hall) -> None:
    (invoice,) = hall.all(Invoice)
    assert invoice.state is InvoiceState.TO_PAY
    before = dict(hall.ledger.records)
    for act in (
        lambda: holds.resume(hall.app, AGENT, invoice.id, "Erreur."),
        lambda: holds.set_aside(hall.app, AGENT, invoice.id, "Erreur."),
        lambda: visa_moves.undo(hall.app, VISEUR, invoice.id),
    ):
        with pytest.raises(DematfinError):
            act()
    assert hall.ledger.records == before


def test_chorus_pro_is_compared_with_its_mandat(hall: Hall) -> None:
    """Somebody else's mandat is at the comptable's while this one waits for its signature."""
    (invoice,), mandats = hall.all(Invoice), hall.all(Mandat)
    shown = replace(invoice, remote_status="MISE_EN_PAIEMENT")
    (found,) = gaps(shown, [one for one in mandats if one.invoice_ids], hall.clock.today())
    assert found.severity is Severity.BLOCKING


def test_what_the_comptable_has_already_is_neither_signed_nor_taken_out(hall: Hall) -> None:
    """It was rejected in bordereau 41, mandated again in 42: and the comptable does not say it rejected any more."""
    (sheet,) = hall.all(Bordereau)
    former = replace(sheet, id="COMMUNE-2026-41", number=41, flux="PAYE041", mandats=sheet.mandats[:1])
    piece = RetourPiece(
        exercice=2026,
        bordereau_kind="01",
        bordereau=41,
        number=1187,
        state=PieceState.TAKEN_IN_CHARGE,
        amount=Decimal("120.00"),
    )
    with hall.ledger.transaction() as books:
        books.save(former)
        (alarm,) = stray(hall.app, books, former, piece, Tally("suivi"))
    assert "abandonnez son import" in alarm
    assert sheet in hall.all(Bordereau)
    with pytest.raises(RuleError, match=r"Rien ne part avant.*abandonnez l'import E2026-000001"):
        sign.sign(hall.app, MAIRE, flux(hall).id, sheet.total)


def test_the_name_that_its_editor_gave_a_flow_names_no_place(tmp_path: Path) -> None:
    hall = Hall.beside(tmp_path)
    exported(hall, [payroll()], nomfic="../../PAYE 03/..")
    out = tmp_path / "ici"
    written = hand_over.export(hall.app, AGENT, "COMMUNE-2026-42", out)
    assert {written.flow.parent, written.notice.parent} == {out}
    assert written.flow.name == "______PAYE_03___.xml"
    assert FLUX[flux(hall).state] == FLUX[FluxState.SIGNING]
    hand_over.recall(hall.app, AGENT, "COMMUNE-2026-42")
    assert {one.state for one in hall.all(Mandat)} == {MandatState.IN_BORDEREAU}
