"""A document kept for several mandats is carried by each flow until Hélios has accepted it: no order loses it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.acts import aside, attachments, consult, late_pieces
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.deposit import Phase
from dematfin.domain.mandat.flux import AcquitSummary, Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece, PieceKind
from dematfin.errors import Refused
from dematfin.pes.aller import read_aller
from dematfin.ports.transmitter import Progress
from dematfin.steps.follow_up import follow_up
from dematfin.steps.keeping import Given
from dematfin.steps.prepare import prepare
from dematfin.steps.transmit import transmit
from examples import AGENT, MAIRE
from fakes.hall import Hall

KNOWN = "1984 - L'identifiant unique de la PJ a déjà été intégré"
RIB = Given(name="rib.pdf", data=b"%PDF-1.7 rib", kind=PieceKind.RIB)


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall whose creditor has a RIB, kept for each of its mandats; bordereau 42 is to be signed."""
    built = Hall.build(tmp_path)
    built.tdt.rejected = {1187, 1188}  # so that the comptable pays nothing at once
    built.tdt.pieces = {}
    attachments.attach_to_tiers(built.app, AGENT, "F00231", RIB)
    bill(built, 1)
    return built


def bill(hall: Hall, order: int) -> Flux:
    """Have an invoice mandated in a bordereau of its own; return its flow."""
    hall.deposit("120.00", start=order)
    hall.day()
    hall.certify()
    prepare(hall.app)
    return latest(hall)


def latest(hall: Hall) -> Flux:
    found: Flux = max(hall.all(Flux), key=lambda one: one.id.rpartition("_")[2])
    return found


def rib(hall: Hall) -> Piece:
    found: Piece = next(one for one in hall.all(Piece) if one.kept_for and not one.replaced_by)
    return found


def carried(hall: Hall, flux: Flux, tmp_path: Path) -> tuple[str, ...]:
    path = tmp_path / "lu.xml"
    with hall.app.documents.open(flux.unsigned) as source:
        path.write_bytes(source.read())
    return read_aller(path).carried


def dropped(hall: Hall, first: Flux) -> None:
    """Take the only mandat of the first flow out of it: nothing of it ever leaves."""
    aside.set_aside(hall.app, MAIRE, first.bordereaux[0], "1187", "prix à vérifier")


def refused_by_the_tdt(hall: Hall, _: Flux) -> None:
    hall.sign()
    send = hall.tdt.send
    hall.tdt.send = _refuse  # type: ignore[method-assign, assignment]
    transmit(hall.app)
    hall.tdt.send = send  # type: ignore[method-assign]


def _refuse(*_: object) -> str:
    message = "Le TdT refuse ce flux."
    raise Refused(message)


def unanswered(hall: Hall, _: Flux) -> None:
    hall.sign()
    transmit(hall.app)


def refused_at_the_gate(hall: Hall, _: Flux) -> None:
    """The whole of it, and the acquit says nothing of its documents."""
    hall.tdt.pieces, hall.tdt.refused = None, {42}
    unanswered(hall, _)
    follow_up(hall.app)
    hall.tdt.pieces, hall.tdt.refused = {}, set()


FATES: dict[Callable[[Hall, Flux], None], FluxState] = {
    dropped: FluxState.DROPPED,
    refused_by_the_tdt: FluxState.REFUSED_BY_TDT,
    refused_at_the_gate: FluxState.ACKNOWLEDGED,
    unanswered: FluxState.TRANSMITTED,
}


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("before", [True, False])
def test_the_second_flow_never_counts_on_the_first(
    hall: Hall,
    tmp_path: Path,
    fate: Callable[[Hall, Flux], None],
    before: bool,  # noqa: FBT001
) -> None:
    """Whether it is built before or after the first one has failed, or before anybody knows."""
    first = latest(hall)
    second = bill(hall, 2) if before else None
    fate(hall, first)
    assert next(one for one in hall.all(Flux) if one.id == first.id).state is FATES[fate]
    second = second or bill(hall, 2)
    assert first.id != second.id
    assert rib(hall).accepted_in or rib(hall).id in carried(hall, second, tmp_path)


def test_a_second_flow_built_while_nobody_knows_of_the_first_carries_it(
    hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one is refused later, when the second one has left."""
    first = latest(hall)
    with monkeypatch.context() as silent:
        silent.setattr(hall.tdt, "follow", lambda *_: Progress(phase=Phase.WAITING))
        silent.setattr(hall.tdt, "returns", tuple)
        unanswered(hall, first)
        second = bill(hall, 2)
        assert next(one for one in hall.all(Flux) if one.id == first.id).state is FluxState.TRANSMITTED
    assert rib(hall).id in carried(hall, second, tmp_path)


def test_two_bordereaux_in_a_row_both_carry_it_and_the_double_is_settled_alone(hall: Hall, tmp_path: Path) -> None:
    first, second = latest(hall), bill(hall, 2)
    key = rib(hall).id
    assert all(key in carried(hall, flux, tmp_path) for flux in (first, second))
    assert rib(hall).carried_in == (first.id, second.id)
    hall.sign()
    transmit(hall.app)
    hall.tdt.pieces = {key: KNOWN}  # by the flow that is answered second; the first one is told the same in this town
    follow_up(hall.app)
    assert rib(hall).accepted_in in {first.id, second.id}
    assert (rib(hall).id, rib(hall).refusal) == (key, "")
    assert all("envoyer-pieces" not in one for one in consult.picture(hall.app, AGENT).alerts)


def test_once_accepted_it_is_only_referred_to(hall: Hall, tmp_path: Path) -> None:
    hall.sign()
    transmit(hall.app)
    follow_up(hall.app)
    second = bill(hall, 2)
    assert rib(hall).accepted_in
    assert rib(hall).id in second.pieces
    assert rib(hall).id not in carried(hall, second, tmp_path)


def test_a_reference_that_leads_to_nothing_stops_the_flow_before_it_is_signed(hall: Hall) -> None:
    (mandat,), (sheet,) = hall.all(Mandat), hall.all(Bordereau)
    with hall.ledger.transaction() as books:
        books.save(replace(mandat, pieces=(*mandat.pieces, "219900420000152026DEPENSE99999999")))
        books.save(replace(sheet, flux=""))
    (failure,) = prepare(hall.app).failures
    assert "219900420000152026DEPENSE99999999" in failure.sentence
    assert "1187" in failure.sentence
    assert len(hall.all(Flux)) == 1


def test_a_document_that_has_a_new_identifier_is_never_offered_under_the_old_one(hall: Hall, tmp_path: Path) -> None:
    """Neither to its mandat, nor to the next one of its creditor, nor to whoever gives the same file again."""
    hall.sign()
    old = rib(hall).id
    hall.tdt.rejected, hall.tdt.pieces = set(), {old: KNOWN}
    transmit(hall.app)
    follow_up(hall.app)
    hall.tdt.pieces = {}
    new = rib(hall).id
    assert new != old
    assert attachments.attach_to_tiers(hall.app, AGENT, "F00231", RIB).id == new
    second = bill(hall, 2)
    assert (new in second.pieces, old in second.pieces) == (True, False)
    assert new in carried(hall, second, tmp_path)
    assert told(hall) == 0


def test_a_refused_document_is_told_until_a_flow_really_brings_it(hall: Hall) -> None:
    """A flow that carries it again and is refused as a whole brings nothing."""
    hall.sign()
    hall.tdt.rejected, hall.tdt.pieces = set(), {rib(hall).id: "4012 - PJ illisible"}
    transmit(hall.app)
    follow_up(hall.app)
    assert told(hall) == 1
    second = bill(hall, 2)
    assert told(hall) == 0
    refused_by_the_tdt(hall, second)
    assert told(hall) == 1
    late_pieces.send(hall.app, AGENT, hall.all(Mandat)[0].id)
    assert told(hall) == 0


def told(hall: Hall) -> int:
    return sum("envoyer-pieces" in one for one in consult.picture(hall.app, AGENT).alerts)


def test_an_acquit_that_calls_it_known_while_a_deposit_is_in_doubt_gives_it_no_new_name(hall: Hall) -> None:
    first, second = latest(hall), bill(hall, 2)
    hall.sign()
    with hall.ledger.transaction() as books:
        books.save(replace(books.get(Flux, first.id), state=FluxState.TO_VERIFY, arrived=True))
    key = rib(hall).id
    transmit(hall.app)
    hall.tdt.pieces = {key: KNOWN}
    follow_up(hall.app)
    assert rib(hall).accepted_in == first.id
    after = next(one for one in hall.all(Flux) if one.id == second.id)
    assert after.acquit is AcquitSummary.PARTLY
