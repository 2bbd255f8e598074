"""Documents that Hélios refused, has already, or gets without their mandat."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from dematfin.acts import attachments, consult, late_pieces, mandats
from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import AcquitSummary, FlowPlan, Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece, PieceKind
from dematfin.errors import Forbidden, RoutingError, RuleError, UnknownOutcome
from dematfin.pes.aller import read_aller
from dematfin.steps.follow_up import follow_up
from dematfin.steps.keeping import Given
from dematfin.steps.prepare import prepare
from dematfin.steps.reconcile import reconcile
from dematfin.steps.transmit import transmit
from examples import AGENT, MAIRE, tiers
from fakes.hall import Hall, Killed
from official import OFFICIAL, needs_official

REFUSED = "4012 - PJ illisible"
KNOWN = "1984 - L'identifiant unique de la PJ a déjà été intégré"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall with a signed flow of two mandats and their two invoices."""
    built = Hall.build(tmp_path)
    built.tdt.rejected = {1187, 1188}  # so that the comptable pays nothing of it at once
    built.to_sign("120.00", "45.30")
    built.sign()
    return built


def pieces(hall: Hall) -> list[Piece]:
    return [one for one in hall.all(Piece) if isinstance(one, Piece)]


def refuse(hall: Hall, reason: str = REFUSED) -> Piece:
    """Have the gate refuse the first document; its mandat is there."""
    first = pieces(hall)[0]
    hall.tdt.rejected = set()
    hall.tdt.pieces = {first.id: reason}
    transmit(hall.app)
    follow_up(hall.app)
    hall.tdt.pieces = {}
    return first


def first_mandat(hall: Hall) -> str:
    return str(next(one.id for one in hall.all(Mandat) if one.number == 1187))


def alerted(hall: Hall) -> int:
    """Count what the director is told of refused documents."""
    told = consult.picture(hall.app, AGENT).alerts
    return sum("envoyer-pieces" in one for one in told)


def alone(hall: Hall) -> Flux:
    """Return the flow of documents alone."""
    (flux,) = (one for one in hall.all(Flux) if not one.bordereaux)
    assert isinstance(flux, Flux)
    return flux


def written(hall: Hall, flux: Flux, tmp_path: Path) -> Path:
    path = tmp_path / "seul.xml"
    with hall.app.documents.open(flux.unsigned) as source:
        path.write_bytes(source.read())
    return path


def test_a_refused_document_is_remembered_and_sent_again_alone(hall: Hall, tmp_path: Path) -> None:
    first = refuse(hall)
    known = {one.id: one for one in pieces(hall)}
    assert (known[first.id].refusal, known[first.id].accepted_in) == (REFUSED, "")
    assert [one.accepted_in != "" for one in pieces(hall)] == [False, True]
    assert alerted(hall) == 1
    late_pieces.send(hall.app, AGENT, first_mandat(hall))
    assert alerted(hall) == 0
    flux = alone(hall)
    assert (flux.state, flux.pieces) == (FluxState.READY, (first.id,))
    path = written(hall, flux, tmp_path)
    root = etree.parse(path).getroot()
    assert root.find("PES_DepenseAller") is None
    told = {one.tag: one.get("V") for one in root.find("PES_PJ/PJ/RefCompta")}
    assert told == {"Domaine": "01", "Exercice": "2026", "TypeObjet": "01", "Identifiant": "1187"}
    assert hall.app.writer.problems(path, frozenset()) == ()
    transmit(hall.app)
    assert alone(hall).state is FluxState.TRANSMITTED
    follow_up(hall.app)
    after = alone(hall)
    assert (after.state, after.acquit) == (FluxState.ACKNOWLEDGED, AcquitSummary.ACCEPTED)
    (mended, _) = pieces(hall)
    assert (mended.accepted_in, mended.refused_in, mended.refusal) == (after.id, (), "")


@needs_official
def test_documents_alone_are_valid_against_the_official_schema(hall: Hall, tmp_path: Path) -> None:
    refuse(hall)
    late_pieces.send(hall.app, AGENT, first_mandat(hall))
    where = OFFICIAL / "xsd/pes/v5.17/PES_V2/Rev0/PES_Aller.xsd"
    etree.XMLSchema(etree.parse(where)).assertValid(etree.parse(written(hall, alone(hall), tmp_path)))


def test_nothing_is_sent_twice(hall: Hall) -> None:
    refuse(hall)
    late_pieces.send(hall.app, AGENT, first_mandat(hall))
    with pytest.raises(RuleError, match="rien à envoyer"):
        late_pieces.send(hall.app, AGENT, first_mandat(hall))
    other = next(one.id for one in hall.all(Mandat) if one.number == 1188)
    with pytest.raises(RuleError, match="rien à envoyer"):
        late_pieces.send(hall.app, AGENT, other)


def test_who_may_and_when(hall: Hall) -> None:
    key = first_mandat(hall)
    with pytest.raises(RuleError, match="pas chez le comptable"):
        late_pieces.send(hall.app, AGENT, key)
    transmit(hall.app)
    with pytest.raises(RuleError, match="Attendez son acquit"):
        late_pieces.send(hall.app, AGENT, key)
    with pytest.raises(Forbidden):
        late_pieces.send(hall.app, MAIRE, key)
    assert len(hall.all(Flux)) == 1


def test_a_document_refused_again_is_open_again(hall: Hall) -> None:
    first = refuse(hall)
    late_pieces.send(hall.app, AGENT, first_mandat(hall))
    hall.tdt.pieces = {first.id: REFUSED}
    transmit(hall.app)
    outcome = follow_up(hall.app)
    assert any("envoyer-pieces" in note for note in outcome.notes)
    assert alone(hall).acquit is AcquitSummary.REFUSED
    late_pieces.send(hall.app, AGENT, first_mandat(hall))
    assert len(hall.all(Flux)) == 3


def test_a_lost_deposit_of_documents_alone_waits_as_such(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(hall)
    late_pieces.send(hall.app, AGENT, first_mandat(hall))

    def lost(*_: object) -> str:
        message = "La réponse s'est perdue."
        raise UnknownOutcome(message)

    with monkeypatch.context() as broken:
        broken.setattr(hall.tdt, "send", lost)
        transmit(hall.app)
    assert alone(hall).state is FluxState.TO_VERIFY
    hall.clock.advance(minutes=10)
    reconcile(hall.app)
    assert alone(hall).state is FluxState.READY
    transmit(hall.app)
    assert alone(hall).state is FluxState.TRANSMITTED


def test_an_identifier_that_helios_has_for_something_else_is_never_used_again(hall: Hall) -> None:
    first = refuse(hall, KNOWN)
    old, other, new = pieces(hall)
    assert (old.id, old.replaced_by) == (first.id, new.id)
    assert (new.document, new.carried_in, new.sealed) == (first.document, (), "")
    (mandat,) = (one for one in hall.all(Mandat) if one.number == 1187)
    assert mandat.pieces == (new.id,)
    assert alerted(hall) == 1
    late_pieces.send(hall.app, AGENT, mandat.id)
    assert alone(hall).pieces == (new.id,)
    assert other.id not in alone(hall).pieces


def test_a_double_of_what_another_flow_of_ours_brought_is_there(hall: Hall) -> None:
    """A flow whose acquit said nothing of its documents brought them: sent again, they are told to be known."""
    transmit(hall.app)
    follow_up(hall.app)  # the comptable rejects both mandats, the gate spoke of no PJ
    assert {one.state for one in hall.all(Mandat)} == {MandatState.REJECTED}
    for one in hall.all(Mandat):
        mandats.reissue(hall.app, AGENT, one.id)
    prepare(hall.app)
    hall.sign()
    hall.tdt.pieces = {one.id: KNOWN for one in pieces(hall)}
    transmit(hall.app)
    follow_up(hall.app)
    first, second = sorted(hall.all(Flux), key=lambda one: one.id)
    assert [one.carried_in for one in pieces(hall)] == [(first.id, second.id)] * 2
    assert {one.accepted_in for one in pieces(hall)} == {first.id}
    assert {one.refusal for one in pieces(hall)} == {""}


def test_a_document_on_its_way_is_carried_again(hall: Hall, tmp_path: Path) -> None:
    """Its flow has left, Hélios has not answered: it may still refuse it."""
    transmit(hall.app)
    hall.app.transmitter.returns()
    for one in hall.all(Mandat):
        with hall.ledger.transaction() as books:
            books.save(replace(one, state=MandatState.REJECTED, reason="retour venu avant l'acquit"))
        mandats.reissue(hall.app, AGENT, one.id)
    prepare(hall.app)
    again = max(hall.all(Flux), key=lambda one: one.id)
    assert set(read_aller(written(hall, again, tmp_path)).carried) == {one.id for one in pieces(hall)}


def test_a_document_of_a_flow_that_may_never_leave_is_carried_again(hall: Hall, tmp_path: Path) -> None:
    for one in hall.all(Mandat):
        with hall.ledger.transaction() as books:
            books.save(replace(one, state=MandatState.REJECTED))
        mandats.reissue(hall.app, AGENT, one.id)
    prepare(hall.app)
    again = max(hall.all(Flux), key=lambda one: one.id)
    assert len(read_aller(written(hall, again, tmp_path)).carried) == 2


def test_an_identifier_stands_for_its_bytes_for_ever(hall: Hall) -> None:
    """Somebody puts another file under an identifier that has served: the flow is not built."""
    refuse(hall)
    first, second = pieces(hall)
    assert first.sealed == first.document.sha256
    with hall.ledger.transaction() as books:
        books.save(replace(first, document=second.document))
    with pytest.raises(RuleError, match="a déjà servi à un autre fichier"):
        late_pieces.send(hall.app, AGENT, first_mandat(hall))


@pytest.mark.parametrize(("size", "words"), [(0, "vide"), (60_000_000, "taille_piece")])
def test_an_empty_or_heavy_document_is_told_before_anything_is_built(hall: Hall, size: int, words: str) -> None:
    first = refuse(hall)
    known = next(one for one in pieces(hall) if one.id == first.id)
    with hall.ledger.transaction() as books:
        books.save(replace(known, sealed="", document=replace(known.document, size=size)))
    with pytest.raises(RuleError) as refusal:
        late_pieces.send(hall.app, AGENT, first_mandat(hall))
    assert words in str(refusal.value)
    assert first.name in str(refusal.value)
    assert first.invoice_id in str(refusal.value)


@dataclass
class Spy:
    """A writer that remembers the names of the flows that it writes."""

    writer: Any
    built: list[str] = field(default_factory=list)

    def build(self, plan: FlowPlan, target: Path) -> tuple[str, ...]:
        self.built.append(plan.nomfic)
        told: tuple[str, ...] = self.writer.build(plan, target)
        return told

    def __getattr__(self, name: str) -> Any:
        return getattr(self.writer, name)


def test_killed_anywhere_no_name_of_a_flow_serves_twice(hall: Hall) -> None:
    """A name that a run took from the counter before it died is a hole, never another flow's."""
    first = refuse(hall)
    spy = Spy(hall.app.writer)
    app = replace(hall.app, writer=spy)
    hall.ledger.axe = hall.axe
    for call in (1, 2):
        for moment in ("before", "after"):
            hall.axe.calls, hall.axe.at = 0, (call, moment)
            with pytest.raises(Killed):
                late_pieces.send(app, AGENT, first_mandat(hall))
    hall.axe.at = None
    assert len(set(spy.built)) == len(spy.built) == 2
    kept = [one for one in hall.all(Flux) if not one.bordereaux]
    assert [(one.id, one.pieces) for one in kept] == [(spy.built[-1], (first.id,))]


def test_a_bordereau_of_a_budget_that_is_not_ours_has_no_flow(hall: Hall) -> None:
    (sheet,) = hall.all(Bordereau)
    with hall.ledger.transaction() as books:
        books.save(replace(sheet, siret="21990099900017", flux=""))
    with pytest.raises(RoutingError, match="aucun budget"):
        hall.app.policy.budget("21990099900017")
    outcome = prepare(hall.app)
    assert "21990099900017" in outcome.failures[0].sentence
    assert len(hall.all(Flux)) == 1


@pytest.mark.parametrize(("size", "words"), [(0, "vide"), (60_000_000, "taille_piece")])
def test_such_a_document_keeps_its_invoice_from_being_mandated(tmp_path: Path, size: int, words: str) -> None:
    hall = Hall.build(tmp_path)
    hall.certified("120.00", "45.30")
    one = hall.all(Invoice)[0]
    main = replace(one.content.attachments[0], document=DocumentRef(sha256="0" * 64, size=size))
    with hall.ledger.transaction() as books:
        books.save(replace(one, content=replace(one.content, attachments=(main,))))
    (failure,) = prepare(hall.app).failures
    assert words in failure.sentence
    assert f"{main.name} de la facture {one.id}" in failure.sentence
    assert len(hall.all(Mandat)) == 1


def test_a_name_that_no_flow_can_say_keeps_its_invoice_from_being_mandated(tmp_path: Path) -> None:
    """Nothing is numbered: once the creditor is corrected, the next preparation takes it."""
    hall = Hall.build(tmp_path)
    hall.certified("120.00")
    with hall.ledger.transaction() as books:
        books.save(tiers(name="Иванов"))
    (failure,) = prepare(hall.app).failures
    assert all(word in failure.sentence for word in ("F00231", "Иванов", "tiers importer"))
    assert hall.all(Mandat) == hall.all(Bordereau) == ()
    with hall.ledger.transaction() as books:
        books.save(tiers(name="Ivanov"))
    prepare(hall.app)
    assert len(hall.all(Flux)) == 1


def test_a_good_scan_stands_in_for_the_one_that_helios_could_not_read(hall: Hall, tmp_path: Path) -> None:
    bad = refuse(hall)
    key = first_mandat(hall)
    given = Given(name="facture.pdf", data=b"%PDF-1.7 bien num\xe9ris\xe9e %%EOF", kind=bad.kind)
    good = attachments.attach(hall.app, AGENT, key, given)
    assert attachments.still_to_send(hall.app, AGENT, key) == key
    late_pieces.send(hall.app, AGENT, key)
    flow = read_aller(written(hall, alone(hall), tmp_path))
    assert [one.id for one in flow.documents] == [good.id]
    transmit(hall.app)
    follow_up(hall.app)
    assert alerted(hall) == 0
    with pytest.raises(RuleError, match="rien à envoyer"):
        late_pieces.send(hall.app, AGENT, key)


def test_what_is_frozen_and_has_not_left_takes_no_document(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.to_sign("120.00")
    given = Given(name="bon.pdf", data=b"%PDF-1.7 %%EOF", kind=PieceKind.ANNEXE)
    with pytest.raises(RuleError, match="figé"):
        attachments.attach(hall.app, AGENT, first_mandat(hall), given)
