"""A flow that the finance software exports signed is checked, never touched, and leaves as it came."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dematfin.acts import editor_drop
from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.event import Subject
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.parties.waiver import Waiver
from dematfin.ports.signature import SignatureFact, SignatureReport
from dematfin.steps.late_pieces import send_late
from dematfin.steps.outcome import Outcome
from dematfin.steps.prepare import prepare
from examples import AGENT, VISEUR
from fakes.editor import NOMFIC, Order, Sheets, bring_in, export
from fakes.hall import Hall, flux
from fakes.signature import FakeCheck

ORDERS: Sheets = {42: (Order(1187, "120.00", piece=b"%PDF-1.4 devis"),)}
SIGNED = export(ORDERS, signed=True)
BOTH = frozenset({Role.AGENT, Role.VISEUR, Role.ORDONNATEUR})


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    hall = Hall.beside(tmp_path)
    hall.certified("120.00")
    return hall


def carried(hall: Hall, data: bytes = SIGNED, **changes: str) -> Outcome:
    bring_in(hall, data, {1187: "F2026-000001"}, signed=True, **changes)
    return prepare(hall.app)


def test_it_is_signed_at_once_by_whom_its_certificate_names(hall: Hall) -> None:
    assert carried(hall).failures == ()
    only = flux(hall)
    assert (only.id, only.state, only.signed_by, only.on_paper) == (NOMFIC, FluxState.SIGNED, "maire", False)
    assert only.signed == only.unsigned
    assert hall.documents.kept[only.unsigned.sha256] == SIGNED
    (event,) = [one.event for one in hall.ledger.history(Subject.FLUX)]
    assert "arrivé signé par MAIRE Jeanne" in event.motif


def test_it_leaves_as_it_came_and_what_it_lacks_follows_it(hall: Hall) -> None:
    outcome = carried(hall)
    assert "Il y manque F-1.pdf" in outcome.notes[0]
    assert "bordereau envoyer-pieces" in outcome.notes[0]
    hall.day()
    hall.day()
    assert list(hall.tdt.received.values()) == [SIGNED]
    (mandat,) = hall.all(Mandat)
    assert mandat.state is MandatState.PAID
    (piece,) = hall.all(Piece)
    assert (mandat.pieces, piece.carried_in) == ((piece.id,), ())
    send_late(hall.app, mandat.id)
    (late,) = (one for one in hall.all(Flux) if not one.bordereaux)
    assert late.pieces == (piece.id,)


def fact(signer: str) -> SignatureFact:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return SignatureFact(target="B1", signer=signer, signed_at=at, fingerprint=signer * 8)


CHAIN = Finding(code="SIG-CHAINE", severity=Severity.WARNING, sentence="Chaîne non vérifiée.")
NOT_HIS = Finding(
    code="SIG-PERSONNE", severity=Severity.WARNING, sentence="Le certificat n'est pas celui du signataire attendu."
)
PARTLY = Finding(code="SIG-COUVERTURE", severity=Severity.BLOCKING, sentence="Bordereau 43 : il n'est pas signé.")


@pytest.mark.parametrize(
    ("report", "why"),
    [
        (SignatureReport(signatures=(fact("A"),), findings=(PARTLY,)), "Bordereau 43 : il n'est pas signé."),
        (SignatureReport(signatures=(), findings=()), "ne portent pas une signature qui tient"),
        (SignatureReport(signatures=(fact("A"),), findings=(), refused=(fact("A"),)), "signature qui tient"),
        (SignatureReport(signatures=(fact("A"), fact("B")), findings=()), "personnes différentes"),
        (SignatureReport(signatures=(fact("A"),), findings=(CHAIN,)), "aucune autorité configurée"),
        (SignatureReport(signatures=(fact("MAIRE Jeanne"),), findings=(NOT_HIS,)), "pas celui du signataire attendu"),
    ],
)
def test_one_that_is_badly_signed_stays_open(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, report: SignatureReport, why: str
) -> None:
    monkeypatch.setattr(type(hall.app.signatures), "examine", lambda *_: report)
    outcome = carried(hall)
    assert why in outcome.failures[0].sentence
    assert not hall.all(Flux)
    assert [one.state for one in hall.all(EditorFlow)] == [EditorFlowState.OPEN]


def signed_by(hall: Hall, name: str) -> None:
    hall.app = replace(hall.app, signatures=FakeCheck(hall.clock.now, name))


@pytest.mark.parametrize("name", ["Paul Viseur", "Paul Inconnu"])
def test_whoever_signed_it_must_be_one_who_signs(hall: Hall, name: str) -> None:
    signed_by(hall, name)
    assert "aucune personne de ce nom n'a le rôle ordonnateur" in carried(hall).failures[0].sentence
    assert not hall.all(Flux)


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("who", [replace(VISEUR, roles=BOTH), replace(AGENT, roles=BOTH)])
def test_whoever_certified_or_imported_it_has_not_signed_it(hall: Hall, who: Person, small: bool) -> None:  # noqa: FBT001
    hall.app = replace(hall.app, policy=replace(hall.app.policy, small=small))
    signed_by(hall, who.name)
    with hall.ledger.transaction() as books:
        books.save(who)
    outcome = carried(hall)
    if small:
        assert "exception « petite commune »" in [one.event.motif for one in hall.ledger.history(Subject.FLUX)][-1]
        assert [one.person for one in hall.all(Waiver)] == [who.id]
    else:
        assert "une autre personne doit signer" in outcome.failures[0].sentence
        assert not hall.all(Flux)


def test_a_known_certificate_needs_no_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = Hall.beside(tmp_path, signatory_known=True)
    hall.certified("120.00")
    report = SignatureReport(signatures=(fact("A"),), findings=(CHAIN,))
    monkeypatch.setattr(type(hall.app.signatures), "examine", lambda *_: report)
    assert carried(hall).failures == ()


def test_its_name_cannot_be_changed(hall: Hall) -> None:
    bring_in(hall, export({41: (Order(1100, "5.00"),)}), {})
    prepare(hall.app)
    outcome = carried(hall)
    assert "un nom ne sert qu'une fois" in outcome.failures[0].sentence
    editor_drop.drop(hall.app, AGENT, "E2026-000002", "exporté sous un autre nom")
    data = SIGNED.replace(NOMFIC.encode(), b"flux du 2 mars")
    assert "et il est signé" in carried(hall, data).failures[-1].sentence


def test_a_finding_of_helios_stops_it_too(hall: Hall) -> None:
    outcome = carried(hall, SIGNED.replace(b'<NbrPce V="1"/>', b'<NbrPce V="3"/>'))
    assert "annonce 3 mandats" in outcome.failures[0].sentence
    assert not hall.all(Mandat)
