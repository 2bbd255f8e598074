"""An editor's flow of which all is decided becomes a flow to sign, once, as its editor wrote it."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.editor.pairing import Pairing, PairingState
from dematfin.domain.editor.rules import EditorRules
from dematfin.domain.event import Subject
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.kind import BordereauKind, MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece
from dematfin.pes.aller import read_aller
from dematfin.steps import complete, editor_plan
from dematfin.steps.outcome import Outcome
from dematfin.steps.pieces import pieces_of
from dematfin.steps.prepare import prepare
from fakes.editor import NOMFIC, Order, Sheets, bring_in, export, sign_all
from fakes.hall import Hall, flux

TWO: Sheets = {42: (Order(1187, "120.00"), Order(1188, "45.30"))}
PAID = {1187: "F2026-000001", 1188: "F2026-000002"}


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Two certified invoices, which the finance software mandates."""
    hall = Hall.beside(tmp_path)
    hall.certified("120.00", "45.30")
    return hall


def prepared(hall: Hall) -> Outcome:
    return prepare(hall.app)


def only(hall: Hall) -> EditorFlow:
    (flow,) = hall.all(EditorFlow)
    assert isinstance(flow, EditorFlow)
    return flow


def test_its_bordereau_its_mandats_and_its_flow_are_made_as_they_are_written(hall: Hall, tmp_path: Path) -> None:
    bring_in(hall, export(TWO), PAID)
    assert prepared(hall).failures == ()
    (bordereau,) = hall.all(Bordereau)
    assert (bordereau.id, bordereau.number, bordereau.total) == ("COMMUNE-2026-42", 42, Decimal("165.30"))
    assert (bordereau.editor, bordereau.prepared_by, bordereau.flux) == (True, "agent", NOMFIC)
    made = hall.all(Mandat)
    assert [(one.number, one.amount, one.state) for one in made] == [
        (1187, Decimal("120.00"), MandatState.IN_BORDEREAU),
        (1188, Decimal("45.30"), MandatState.IN_BORDEREAU),
    ]
    assert all(one.editor and one.codes == ("01", "01") for one in made)
    assert [one.invoice_ids for one in made] == [("F2026-000001",), ("F2026-000002",)]
    assert {one.state for one in hall.all(Invoice)} == {InvoiceState.TO_PAY}
    assert (flux(hall).state, flux(hall).editor_flow) == (FluxState.BUILT, "E2026-000001")
    assert (only(hall).state, only(hall).flux) == (EditorFlowState.COMPLETED, NOMFIC)
    left = read_aller(_file(hall, tmp_path, flux(hall)))
    assert [one.references for one in left.bordereaux[0].mandats] == [made[0].pieces, made[1].pieces]
    assert set(left.carried) == {one.id for one in hall.all(Piece)}
    assert all("DEMATFIN" in one.id and one.carried_in == (NOMFIC,) for one in hall.all(Piece))


def _file(hall: Hall, folder: Path, one: Flux) -> Path:
    path = folder / "lu.xml"
    path.write_bytes(hall.documents.kept[one.unsigned.sha256])
    return path


def test_it_is_made_once(hall: Hall) -> None:
    bring_in(hall, export(TWO), PAID)
    prepared(hall)
    before = dict(hall.ledger.records)
    again = prepared(hall)
    assert (again.done, again.failures, hall.ledger.records) == ((), (), before)


def test_who_imported_it_has_prepared_it(hall: Hall) -> None:
    bring_in(hall, export(TWO), PAID)
    prepared(hall)
    keys = ("COMMUNE-2026-42", *(one.id for one in hall.all(Mandat)))
    assert {one.event.by for one in hall.ledger.history(keys=keys)} == {"agent"}


def test_what_is_not_decided_waits_and_is_told(hall: Hall) -> None:
    flow = bring_in(hall, export(TWO), PAID)
    with hall.ledger.transaction() as books:
        first = books.find(Pairing, editor_flow=flow.id)[0]
        books.save(replace(first, state=PairingState.TO_DECIDE, invoice_id=""))
    outcome = prepared(hall)
    assert not hall.all(Bordereau)
    (note,) = outcome.notes
    assert "1 à rapprocher, mandats n° 1187" in note
    assert "bordereau revoir E2026-000001" in note


def test_what_holds_it_back_is_told(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    bring_in(hall, export(TWO), PAID)
    held = Finding(code="X", severity=Severity.BLOCKING, sentence="La facture F2026-000001 n'est pas visée.")
    monkeypatch.setattr(editor_plan, "held_back", lambda *_: (held,))
    outcome = prepared(hall)
    assert not hall.all(Bordereau)
    assert held.sentence in outcome.notes[0]


def test_a_change_while_it_is_written_keeps_nothing(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    bring_in(hall, export(TWO), PAID)
    good = complete._check_good

    def meanwhile(*given: object) -> None:
        good(*given)  # type: ignore[arg-type]
        with hall.ledger.transaction() as books:
            invoice = books.get(Invoice, "F2026-000001")
            books.save(replace(invoice, admitted=Decimal("100.00")))

    monkeypatch.setattr(complete, "_check_good", meanwhile)
    outcome = prepared(hall)
    assert "a changé pendant" in outcome.failures[0].sentence
    assert not hall.all(Bordereau)
    assert not hall.all(Flux)
    assert only(hall).state is EditorFlowState.OPEN


def test_what_changes_more_than_it_may_is_not_kept(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    bring_in(hall, export(TWO), PAID)
    monkeypatch.setattr(type(hall.app.reader), "changes", lambda *_: ("Le montant du mandat 1187 a changé.",))
    outcome = prepared(hall)
    assert "Le montant du mandat 1187 a changé." in outcome.failures[0].sentence
    assert not hall.all(Flux)


def test_a_flow_that_helios_would_refuse_is_not_kept(hall: Hall) -> None:
    data = export(TWO).replace(b'<NbrPce V="2"/>', b'<NbrPce V="3"/>')
    bring_in(hall, data, PAID)
    outcome = prepared(hall)
    assert "annonce 3 mandats" in outcome.failures[0].sentence
    assert not hall.all(Bordereau)


def test_too_heavy_it_is_to_be_exported_in_two(tmp_path: Path) -> None:
    hall = Hall.beside(tmp_path, flow_limit=500)
    hall.certified("120.00")
    bring_in(hall, export({42: (Order(1187, "120.00"),)}), {1187: "F2026-000001"})
    outcome = prepared(hall)
    assert "en deux flux" in outcome.failures[0].sentence
    assert not hall.all(Flux)


def test_a_document_that_its_editor_carries_is_not_added_again(hall: Hall, tmp_path: Path) -> None:
    (first, _) = hall.all(Invoice)
    same = hall.documents.kept[first.content.attachments[0].document.sha256]
    bring_in(hall, export({42: (Order(1187, "120.00", piece=same), Order(1188, "45.30"))}), PAID)
    prepared(hall)
    left = read_aller(_file(hall, tmp_path, flux(hall)))
    assert left.bordereaux[0].mandats[0].references == ("EDITEUR1187",)
    assert len(left.carried) == 2


def test_a_document_that_helios_has_is_only_referred_to(hall: Hall, tmp_path: Path) -> None:
    bring_in(hall, export(TWO), PAID)
    with hall.ledger.transaction() as books:
        invoice = books.get(Invoice, "F2026-000001")
        known = pieces_of(hall.app, books, invoice, 2026)
        books.save(*(replace(one, accepted_in="AUTREFOIS") for one in known))
    prepared(hall)
    left = read_aller(_file(hall, tmp_path, flux(hall)))
    assert left.bordereaux[0].mandats[0].references == tuple(one.id for one in known)
    assert not {one.id for one in known} & {*left.carried}


def test_a_name_that_was_used_is_renewed_and_told(hall: Hall) -> None:
    bring_in(hall, export({42: TWO[42][:1]}), PAID)
    prepared(hall)
    bring_in(hall, export({43: TWO[42][1:]}), PAID)
    outcome = prepared(hall)
    assert {one.id for one in hall.all(Flux)} == {NOMFIC, "PESALR1_21990042000015_2026_000043_000001"}
    assert "ne reconnaîtra pas son acquit" in outcome.notes[0]


def test_a_name_is_renewed_where_the_configuration_wants_it(tmp_path: Path) -> None:
    hall = Hall.beside(tmp_path, editor=EditorRules(keeps_nomfic=False))
    hall.certified("120.00", "45.30")
    bring_in(hall, export(TWO), PAID)
    prepared(hall)
    assert flux(hall).id == read_aller(_file(hall, tmp_path, flux(hall))).nomfic != NOMFIC


def test_an_identifier_of_ours_in_its_flow_is_refused(hall: Hall) -> None:
    data = export({42: (Order(1187, "120.00", piece=b"%PDF-1.4 x"), Order(1188, "45.30"))})
    bring_in(hall, data.replace(b"EDITEUR1187", b"219900420000152026DEMATFIN00000001"), PAID)
    outcome = prepared(hall)
    assert "emploie déjà l'identifiant" in outcome.failures[0].sentence


def test_an_invoice_is_not_ordered_by_two_living_mandats(hall: Hall) -> None:
    bring_in(hall, export({42: (Order(1187, "120.00"),)}), PAID)
    prepared(hall)
    bring_in(hall, export({43: (Order(1190, "60.00"),)}, "AUTRE"), {1190: "F2026-000001"})
    outcome = prepared(hall)
    assert "la facture F2026-000001 est déjà mandatée par M2026-000001 (n° 1187)" in outcome.notes[-1]
    assert len(hall.all(Bordereau)) == 1


def test_the_same_bordereau_is_not_taken_twice(hall: Hall) -> None:
    bring_in(hall, export(TWO), PAID)
    prepared(hall)
    bring_in(hall, export(TWO, "AUTRE"), {})
    outcome = prepared(hall)
    assert "est déjà ici" in outcome.failures[0].sentence
    assert len(hall.all(Mandat)) == 2


def test_a_living_bordereau_takes_in_no_other_mandat(hall: Hall) -> None:
    bring_in(hall, export(TWO), PAID)
    prepared(hall)
    before = hall.all(Bordereau)
    bring_in(hall, export({42: (Order(1200, "10.00"),)}, "AUTRE"), {})
    outcome = prepared(hall)
    assert "Le bordereau COMMUNE-2026-42 est déjà ici, dans le flux" in outcome.failures[0].sentence
    assert hall.all(Bordereau) == before


def test_several_bordereaux_of_one_flow_go_their_whole_way(hall: Hall) -> None:
    back = (Order(9, "20.00", {"origin": 1100}),)
    orders: Sheets = {42: TWO[42][:1], (BordereauKind.REDUCTION, 7): back, 43: TWO[42][1:]}
    bring_in(hall, export(orders), PAID)
    assert prepared(hall).failures == ()
    assert flux(hall).bordereaux == ("COMMUNE-2026-42", "COMMUNE-2026-A7", "COMMUNE-2026-43")
    assert sign_all(hall) == 1
    hall.day()
    hall.day()
    assert flux(hall).state is FluxState.ACKNOWLEDGED
    assert {one.number: one.state for one in hall.all(Mandat)} == {
        9: MandatState.TAKEN_IN_CHARGE,
        1187: MandatState.PAID,
        1188: MandatState.PAID,
    }
    told = [(key, status) for key, status, _ in hall.chorus.told if status == "MANDATEE"]
    assert told == [("9100001", "MANDATEE"), ("9100002", "MANDATEE")]
    assert {one.kind for one in hall.all(Mandat)} == {MandatKind.ORDINARY, MandatKind.REDUCTION}
    assert len(hall.tdt.received) == 1


def test_it_keeps_what_it_is_told_in_the_journal(hall: Hall) -> None:
    bring_in(hall, export(TWO), PAID)
    prepared(hall)
    (event,) = [one.event for one in hall.ledger.history(Subject.EDITOR_FLOW)]
    assert (event.before, event.after) == ("OPEN", "COMPLETED")
    invoices = [one.event for one in hall.ledger.history(Subject.INVOICE, ("F2026-000001",))]
    assert "mandat n° 1187" in invoices[-1].motif
