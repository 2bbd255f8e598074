"""No mandat is put in a bordereau before it carries what it must; what was given once is not asked for again."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dematfin.acts import attachments, mandats
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import normalised
from dematfin.domain.mandat.justify import PieceRules
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece, PieceKind
from dematfin.domain.mandat.rubriques import Case, Rubrique
from dematfin.errors import DocumentError, Forbidden, RuleError, TooLarge, UnknownRecord
from dematfin.steps.keeping import Given
from dematfin.steps.prepare import prepare
from examples import ADMIN, AGENT, IBAN, SUPPLIER, VISEUR, account, assignment, content, engagement
from fakes.hall import Hall

CONTRACT = Given(name="acte-engagement.pdf", data=b"%PDF-1.7 acte", kind=PieceKind.CONTRAT)
RIB = Given(name="rib.pdf", data=b"%PDF-1.7 rib", kind=PieceKind.RIB)
NOTIFICATION = Given(name="notification.png", data=b"\x89PNG\r\n\x1a\n", kind=PieceKind.NOTIFICATION)


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return opened(tmp_path)


def opened(folder: Path, **rules: object) -> Hall:
    hall = Hall.build(folder, pieces=PieceRules(**rules))  # type: ignore[arg-type]
    with hall.ledger.transaction() as books:
        books.save(engagement("M-17", marche="2025-17"))
    return hall


def bill(hall: Hall, order: int = 1, engagement: str = "M-17", **changes: Any) -> None:
    hall.chorus.deposit(f"91{order:05d}", content(f"F-{order}", engagement=engagement, **changes))
    hall.day()
    hall.certify()


def state(hall: Hall) -> list[MandatState]:
    return [one.state for one in hall.all(Mandat)]


def test_the_first_payment_of_a_marche_waits_for_its_contract(hall: Hall) -> None:
    bill(hall)
    notes = prepare(hall.app).notes
    assert any("M2026-000001 (facture F2026-000001) : il manque le marché" in note for note in notes)
    assert state(hall) == [MandatState.PREPARED]
    assert [one.code for one in attachments.missing_pieces(hall.app, AGENT)] == ["PJ-CONTRAT-412", "PJ-NOTIFICATION"]
    kept = attachments.attach_to_marche(hall.app, AGENT, "2025/17", CONTRACT)
    prepare(hall.app)
    assert state(hall) == [MandatState.IN_BORDEREAU]
    assert kept.id in hall.all(Mandat)[0].pieces
    assert attachments.missing_pieces(hall.app, AGENT) == ()


def test_what_was_given_once_for_a_marche_goes_with_each_of_its_mandats_under_one_id(hall: Hall) -> None:
    kept = attachments.attach_to_marche(hall.app, AGENT, "2025-17", CONTRACT)
    assert attachments.attach_to_marche(hall.app, AGENT, "2025-17", CONTRACT) == kept
    bill(hall, 1)
    bill(hall, 2)
    prepare(hall.app)
    assert [kept.id in one.pieces for one in hall.all(Mandat)] == [True, True]
    assert len([one for one in hall.all(Piece) if one.kind is PieceKind.CONTRAT]) == 1


def test_a_marche_begun_before_dematfin_has_given_its_contract(tmp_path: Path) -> None:
    hall = opened(tmp_path, under_way=frozenset({normalised("2025-17")}))
    bill(hall)
    assert prepare(hall.app).notes == ()
    assert state(hall) == [MandatState.IN_BORDEREAU]


def test_a_dispense_is_written_in_the_journal_of_its_mandat(tmp_path: Path) -> None:
    waived = frozenset({"412:CONTRAT", "412:NOTIFICATION"})
    hall = opened(tmp_path, waived=waived, convention="Convention du 12/01/2026")
    bill(hall)
    prepare(hall.app)
    motifs = [one.event.motif for one in hall.ledger.history(Subject.MANDAT, ["M2026-000001"])]
    assert sum("Convention du 12/01/2026" in motif for motif in motifs) == len(waived)


def test_strict_asks_for_what_was_not_verified_too(tmp_path: Path) -> None:
    hall = opened(tmp_path, strict=True)
    attachments.attach_to_marche(hall.app, AGENT, "2025-17", CONTRACT)
    bill(hall)
    prepare(hall.app)
    assert state(hall) == [MandatState.PREPARED]
    attachments.attach(hall.app, AGENT, "M2026-000001", NOTIFICATION)
    prepare(hall.app)
    assert state(hall) == [MandatState.IN_BORDEREAU]


def test_a_mandat_without_a_marche_needs_its_invoice_only(hall: Hall) -> None:
    bill(hall, engagement="BC26-00077")
    assert prepare(hall.app).notes == ()
    assert state(hall) == [MandatState.IN_BORDEREAU]
    assert {one.kind for one in hall.all(Piece)} == {PieceKind.FACTURE}


def test_a_changed_account_that_the_invoice_does_not_write_needs_its_rib(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        books.save(replace(account(), trusted=False, calls=assignment().calls))
    supplier = replace(content().supplier, iban="")
    bill(hall, engagement="BC26-00077", supplier=supplier)
    assert any("il manque le RIB" in note for note in prepare(hall.app).notes)
    attachments.attach_to_tiers(hall.app, AGENT, "F00231", RIB)
    prepare(hall.app)
    assert state(hall) == [MandatState.IN_BORDEREAU]
    assert hall.all(Mandat)[0].tiers.account.iban == IBAN


def test_a_sub_heading_is_chosen_and_its_documents_are_asked_for(hall: Hall) -> None:
    bill(hall, engagement="BC26-00077")
    with hall.ledger.transaction() as books:
        books.save(engagement("BC26-00077"))
    hall.app = replace(hall.app, policy=replace(hall.app.policy, pieces=PieceRules(strict=True)))
    bill(hall, 2)
    prepare(hall.app)
    held = next(one for one in hall.all(Mandat) if one.state is MandatState.PREPARED)
    attachments.choose_rubrique(hall.app, AGENT, held.id, Rubrique.WRITTEN, (Case.BALANCE,))
    codes = {one.code for one in attachments.missing_pieces(hall.app, AGENT)}
    assert {"PJ-SOLDE-DECOMPTE", "PJ-SOLDE-RECEPTION"} <= codes
    frozen = next(one for one in hall.all(Mandat) if one.state is MandatState.IN_BORDEREAU)
    with pytest.raises(RuleError, match="figé"):
        attachments.choose_rubrique(hall.app, AGENT, frozen.id, Rubrique.SIMPLE)


def test_a_document_is_taken_back_before_a_bordereau_carries_it_and_not_after(hall: Hall) -> None:
    bill(hall)
    prepare(hall.app)
    wrong = attachments.attach(hall.app, AGENT, "F2026-000001", RIB)
    assert wrong in attachments.pieces(hall.app, AGENT, "M2026-000001")
    attachments.take_back(hall.app, AGENT, wrong.id)
    assert wrong.id not in {one.id for one in attachments.pieces(hall.app, AGENT, "M2026-000001")}
    with pytest.raises(RuleError, match="déjà retirée"):
        attachments.take_back(hall.app, AGENT, wrong.id)
    kept = attachments.attach_to_marche(hall.app, AGENT, "2025-17", CONTRACT)
    prepare(hall.app)
    with pytest.raises(RuleError, match="déjà dans un bordereau"):
        attachments.take_back(hall.app, AGENT, kept.id)
    with pytest.raises(RuleError, match="figé"):
        attachments.attach(hall.app, AGENT, "M2026-000001", RIB)
    with pytest.raises(RuleError, match="figé"):
        attachments.attach(hall.app, AGENT, "F2026-000001", RIB)


def test_what_comes_with_an_invoice_says_what_it_is(hall: Hall) -> None:
    bill(hall, engagement="BC26-00077")
    prepare(hall.app)
    came = next(one for one in hall.all(Piece) if one.invoice_id)
    with pytest.raises(RuleError, match="venue avec sa facture"):
        attachments.take_back(hall.app, AGENT, came.id)


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"MZ\x90 program", DocumentError), (b"", DocumentError), (b"%PDF-" + bytes(20_000_001), TooLarge)],
)
def test_a_hostile_file_is_not_attached(hall: Hall, data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error, match="passwd"):
        attachments.attach_to_marche(hall.app, AGENT, "2025-17", replace(CONTRACT, name="../../etc/passwd", data=data))
    assert hall.all(Piece) == ()


def test_only_who_prepares_attaches_and_only_to_what_exists(hall: Hall) -> None:
    for who in (VISEUR, ADMIN):
        with pytest.raises(Forbidden):
            attachments.attach_to_marche(hall.app, who, "2025-17", CONTRACT)
    with pytest.raises(UnknownRecord, match="ni un mandat"):
        attachments.attach(hall.app, AGENT, "X-1", CONTRACT)
    with pytest.raises(UnknownRecord):
        attachments.attach_to_tiers(hall.app, AGENT, SUPPLIER, CONTRACT)
    with pytest.raises(RuleError, match="donnez son numéro"):
        attachments.attach_to_marche(hall.app, AGENT, " - ", CONTRACT)


def test_a_mandat_that_comes_back_leaves_with_what_was_given_meanwhile(hall: Hall) -> None:
    bill(hall, engagement="BC26-00077")
    hall.day()
    hall.sign()
    hall.tdt.refused = {42}
    hall.day()
    hall.tdt.refused = set()
    added = attachments.attach(hall.app, AGENT, "M2026-000001", RIB)
    mandats.resume(hall.app, AGENT, "COMMUNE-2026-42")
    prepare(hall.app)
    assert state(hall) == [MandatState.IN_BORDEREAU]
    assert added.id in hall.all(Mandat)[0].pieces
