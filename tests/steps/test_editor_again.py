"""What comes back is corrected in the finance software, and taken up again from its next export."""

from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.acts import editor_drop, editor_pieces
from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece, PieceKind
from dematfin.errors import Forbidden, RuleError, UnknownRecord
from dematfin.pes.aller import read_aller
from dematfin.steps.keeping import Given
from dematfin.steps.outcome import Outcome
from dematfin.steps.prepare import prepare
from examples import AGENT, VISEUR
from fakes.editor import NOMFIC, Order, Sheets, bring_in, export, sign_all
from fakes.hall import Hall

FIRST, SECOND = Order(1187, "120.00"), Order(1188, "45.30")
PAID = {1187: "F2026-000001", 1188: "F2026-000002"}
PDF = b"%PDF-1.4 un document"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Two certified invoices, mandated by the finance software in bordereau 42, whose flow waits for a signature."""
    hall = Hall.beside(tmp_path)
    hall.certified("120.00", "45.30")
    assert taken(hall, {42: (FIRST, SECOND)}).failures == ()
    return hall


def taken(hall: Hall, sheets: Sheets, nomfic: str = NOMFIC, paid: dict[int, str] | None = None) -> Outcome:
    """Import an export, and prepare."""
    bring_in(hall, export(sheets, nomfic), PAID if paid is None else paid)
    return prepare(hall.app)


def sent(hall: Hall) -> None:
    """Have all that waits signed, sent and answered."""
    sign_all(hall)
    hall.day()
    hall.day()


def refused(hall: Hall) -> None:
    hall.tdt.refused = {42}
    sent(hall)
    hall.tdt.refused = set()
    assert {one.state for one in hall.all(Mandat)} == {MandatState.REFUSED_AT_GATE}


def sheet(hall: Hall, key: str = "COMMUNE-2026-42") -> Bordereau:
    with hall.ledger.reading() as books:
        return books.get(Bordereau, key)


def mandats(hall: Hall) -> dict[int, Mandat]:
    """Return the mandats that are not cancelled, by number."""
    return {one.number: one for one in hall.all(Mandat) if one.state is not MandatState.CANCELLED}


def states(hall: Hall) -> list[InvoiceState]:
    return [one.state for one in hall.all(Invoice)]


def test_a_refused_bordereau_is_taken_up_again_under_its_numbers(hall: Hall) -> None:
    refused(hall)
    before = mandats(hall)
    assert taken(hall, {42: (FIRST, SECOND)}, "DEUXIEME").failures == ()
    assert {key: one.id for key, one in mandats(hall).items()} == {key: one.id for key, one in before.items()}
    assert {(one.state, one.reason) for one in mandats(hall).values()} == {(MandatState.IN_BORDEREAU, "")}
    again = sheet(hall)
    assert (again.flux, again.sent_before, again.refused) == ("DEUXIEME", (NOMFIC,), False)
    sent(hall)
    assert {one.state for one in hall.all(Mandat)} == {MandatState.PAID}
    (second,) = (one for one in hall.all(Flux) if one.id == "DEUXIEME")
    assert second.replaces == NOMFIC
    assert len(hall.tdt.received) == 2


def test_documents_that_were_accepted_with_a_refused_bordereau_are_only_referred_to(hall: Hall) -> None:
    hall.tdt.pieces = {}
    refused(hall)
    taken(hall, {42: (FIRST, SECOND)}, "DEUXIEME")
    (second,) = (one for one in hall.all(Flux) if one.id == "DEUXIEME")
    assert {one.carried_in for one in hall.all(Piece)} == {(NOMFIC,)}
    assert b"PES_PJ" not in hall.documents.kept[second.unsigned.sha256]
    assert hall.documents.kept[second.unsigned.sha256].count(b"<PJRef>") == 2


def test_what_its_new_export_lacks_is_cancelled_and_may_be_paid_by_another(hall: Hall) -> None:
    refused(hall)
    taken(hall, {42: (SECOND,)}, "DEUXIEME")
    (gone,) = (one for one in hall.all(Mandat) if one.state is MandatState.CANCELLED)
    assert (gone.number, gone.reason) == (1187, "absent du nouvel export du bordereau COMMUNE-2026-42")
    assert sheet(hall).mandats == (mandats(hall)[1188].id,)
    assert states(hall) == [InvoiceState.TO_PAY] * 2  # Chorus Pro shows both as mandated, that stays so
    assert taken(hall, {43: (Order(1190, "120.00"),)}, "TROISIEME", {1190: "F2026-000001"}).failures == ()
    assert mandats(hall)[1190].invoice_ids == ("F2026-000001",)


def test_what_it_has_more_is_new(hall: Hall) -> None:
    refused(hall)
    taken(hall, {42: (FIRST, SECOND, Order(1189, "10.00"))}, "DEUXIEME")
    assert sorted(mandats(hall)) == [1187, 1188, 1189]
    assert len(sheet(hall).mandats) == 3


def test_a_mandat_that_pays_another_invoice_now_frees_the_one_before(hall: Hall) -> None:
    editor_drop.drop(hall.app, AGENT, "E2026-000001", "mauvaise facture")
    hall.deposit("120.00", start=3)
    hall.day()
    hall.certify()
    taken(hall, {42: (FIRST, SECOND)}, "DEUXIEME", {1187: "F2026-000003", 1188: "F2026-000002"})
    assert mandats(hall)[1187].invoice_ids == ("F2026-000003",)
    assert states(hall) == [InvoiceState.SERVICE_FAIT, InvoiceState.TO_PAY, InvoiceState.TO_PAY]


def test_a_rejected_mandat_comes_again_in_another_bordereau_under_its_number(hall: Hall) -> None:
    hall.tdt.rejected = {1187}
    sent(hall)
    former = mandats(hall)[1187]
    assert former.state is MandatState.REJECTED
    keep = replace(former, burnt=())
    with hall.ledger.transaction() as books:
        books.save(keep)
    assert taken(hall, {43: (FIRST,)}, "DEUXIEME").failures == ()
    again = mandats(hall)[1187]
    assert (again.id, again.bordereau, again.state) == (former.id, "COMMUNE-2026-43", MandatState.IN_BORDEREAU)
    assert (again.reason, again.reasons, again.rejected_on) == ("", (), None)
    sent(hall)
    assert {one.state for one in hall.all(Mandat)} == {MandatState.PAID}


def test_a_burnt_number_is_not_taken_again(hall: Hall) -> None:
    hall.tdt.rejected = {1187}
    sent(hall)
    with hall.ledger.transaction() as books:
        books.save(replace(mandats(hall)[1187], burnt=(1187,)))
    outcome = taken(hall, {43: (FIRST,)}, "DEUXIEME")
    assert "Réémettez-le sous un autre" in outcome.failures[0].sentence


def test_a_rejected_mandat_whose_invoice_another_pays_is_cancelled(hall: Hall) -> None:
    hall.tdt.rejected = {1187}
    sent(hall)
    assert taken(hall, {43: (Order(1190, "120.00"),)}, "DEUXIEME", {1190: "F2026-000001"}).failures == ()
    (gone,) = (one for one in hall.all(Mandat) if one.state is MandatState.CANCELLED)
    assert (gone.number, gone.reason) == (1187, "remplacé par le mandat n° 1190")
    assert states(hall) == [InvoiceState.TO_PAY] * 2
    sent(hall)
    assert mandats(hall)[1190].state is MandatState.PAID


def test_one_that_was_paid_in_part_is_for_the_comptable(hall: Hall) -> None:
    hall.tdt.rejected = {1187}
    sent(hall)
    former = mandats(hall)[1187]
    with hall.ledger.transaction() as books:
        books.save(replace(former, paid=former.amount / 2))
    for number in (1187, 1190):
        order = Order(number, "120.00")
        outcome = taken(hall, {43: (order,)}, f"X{number}", {number: "F2026-000001"})
        assert "versés" in outcome.failures[-1].sentence
        editor_drop.drop(hall.app, AGENT, hall.all(EditorFlow)[-1].id, "voir le comptable")
    assert mandats(hall)[1187].state is MandatState.REJECTED


def test_a_dropped_import_waits_to_be_imported_again(hall: Hall) -> None:
    dropped = editor_drop.drop(hall.app, AGENT, "E2026-000001", "un compte est faux")
    assert (dropped.state, dropped.reason) == (EditorFlowState.DROPPED, "un compte est faux")
    assert {one.state for one in hall.all(Mandat)} == {MandatState.PREPARED}
    assert sheet(hall).refused
    assert prepare(hall.app).done == ()
    assert taken(hall, {42: (FIRST, SECOND)}).failures == ()
    again = sheet(hall)
    assert again.sent_before == ()  # the first never left
    assert again.flux != NOMFIC
    sent(hall)
    assert {one.state for one in hall.all(Mandat)} == {MandatState.PAID}
    assert len(hall.tdt.received) == 1


def test_what_was_signed_may_still_be_dropped(hall: Hall) -> None:
    sign_all(hall)
    editor_drop.drop(hall.app, AGENT, "E2026-000001", "un compte est faux")
    hall.day()
    assert not hall.tdt.received


@pytest.mark.parametrize(
    ("state", "why"), [(FluxState.SIGNING, "bordereau rappeler COMMUNE-2026-42"), (FluxState.SENDING, "avant l'envoi")]
)
def test_what_is_away_is_not_dropped(hall: Hall, state: FluxState, why: str) -> None:
    (flux,) = hall.all(Flux)
    with hall.ledger.transaction() as books:
        books.save(replace(flux, state=state))
    with pytest.raises(RuleError, match=why):
        editor_drop.drop(hall.app, AGENT, "E2026-000001", "trop tard")
    (flow,) = hall.all(EditorFlow)
    assert flow.state is EditorFlowState.COMPLETED


def test_what_the_comptable_knows_is_not_dropped(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        books.save(replace(mandats(hall)[1187], state=MandatState.TAKEN_IN_CHARGE))
    with pytest.raises(RuleError, match="connaît déjà le mandat n° 1187"):
        editor_drop.drop(hall.app, AGENT, "E2026-000001", "trop tard")


def test_an_agent_alone_drops_with_a_reason(hall: Hall) -> None:
    with pytest.raises(Forbidden):
        editor_drop.drop(hall.app, VISEUR, "E2026-000001", "non")
    with pytest.raises(RuleError, match="motif"):
        editor_drop.drop(hall.app, AGENT, "E2026-000001", " ")


def test_documents_are_given_to_a_mandat_of_an_import_and_follow_it(hall: Hall, tmp_path: Path) -> None:
    flow = bring_in(hall, export({43: (Order(1200, "900.00"),)}, "PAIE"), {})
    given = Given(name="etat.pdf", data=PDF, kind=PieceKind.ETAT_LIQUIDATIF)
    (piece,) = editor_pieces.attach(hall.app, AGENT, flow.id, "1200", [given])
    assert piece.kept_for == f"import:{flow.id}:01-43-1200-1"
    assert editor_pieces.attach(hall.app, AGENT, flow.id, "01-43-1200-1", [given]) == (piece,)
    prepare(hall.app)
    made = mandats(hall)[1200]
    assert made.pieces == (piece.id,)
    (now,) = (one for one in hall.all(Piece) if one.id == piece.id)
    assert (now.kept_for, now.carried_in) == (f"mandat:{made.id}", ("PAIE",))
    editor_drop.drop(hall.app, AGENT, flow.id, "montant faux")
    taken(hall, {43: (Order(1200, "950.00"),)}, "PAIE2", {})
    assert mandats(hall)[1200].pieces == (piece.id,)
    (last,) = (one for one in hall.all(Flux) if one.id == "PAIE2")
    path = tmp_path / "lu.xml"
    path.write_bytes(hall.documents.kept[last.unsigned.sha256])
    assert read_aller(path).bordereaux[0].mandats[0].references == (piece.id,)


def test_documents_are_given_to_a_mandat_that_is_there(hall: Hall) -> None:
    given = Given(name="etat.pdf", data=PDF, kind=PieceKind.ETAT_LIQUIDATIF)
    with pytest.raises(RuleError, match="pieces joindre"):
        editor_pieces.attach(hall.app, AGENT, "E2026-000001", "1187", [given])
    flow = bring_in(hall, export({43: (Order(1200, "900.00"),)}, "PAIE"), {})
    with pytest.raises(UnknownRecord, match="n'a pas de mandat « 7 »"):
        editor_pieces.attach(hall.app, AGENT, flow.id, "7", [given])
    assert not [one for one in hall.all(Piece) if one.kept_for]
