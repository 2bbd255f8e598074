"""Whatever a town has lived, and whenever it purges: nothing goes too soon, nor while something kept names it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dematfin.acts import eliminations
from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState, Share
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.retention.elimination import Eliminated, Hold
from dematfin.domain.retention.written import Sheet
from dematfin.errors import RuleError
from dematfin.reports.letter import PdfLetters
from dematfin.steps.eliminate import eliminate
from examples import AGENT, invoice, mandat
from fakes.hall import Hall
from steps.test_elimination import DIRECTOR, VISA

POOL = [f"document {number}".encode() for number in range(6)]
"""Few, so that dossiers share them."""
ENDED = {InvoiceState.REFUSED, InvoiceState.CANCELLED, InvoiceState.ELSEWHERE}


@dataclass(frozen=True)
class Lived:
    """What became of one invoice: its documents by their place in the pool, its mandat if it has one."""

    documents: tuple[int, ...]
    state: InvoiceState
    notified: int
    marche: str
    mandat: MandatState | None
    paid: int
    held: bool
    in_a_flow: tuple[int, ...]
    flow_state: FluxState


YEARS = st.integers(2014, 2028)
PLACES = st.lists(st.integers(0, len(POOL) - 1), max_size=3).map(tuple)
LIVED = st.builds(
    Lived,
    documents=PLACES,
    state=st.sampled_from([InvoiceState.TO_PAY, InvoiceState.REFUSED, InvoiceState.IN_VISA, InvoiceState.ELSEWHERE]),
    notified=YEARS,
    marche=st.sampled_from(["", "", "M1", "m 1"]),
    mandat=st.sampled_from([None, MandatState.PAID, MandatState.PAID, MandatState.ON_HOLD, MandatState.CANCELLED]),
    paid=YEARS,
    held=st.booleans(),
    in_a_flow=PLACES,
    flow_state=st.sampled_from([FluxState.ACKNOWLEDGED, FluxState.ACKNOWLEDGED, FluxState.TRANSMITTED]),
)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Hall:
    built = Hall.build(tmp_path_factory.mktemp("mairie"))
    built.app = replace(built.app, letters=Unprinted())
    return built


class Unprinted(PdfLetters):
    """The page to be signed is not what these laws are about, and takes long to draw."""

    def elimination(self, words: Sheet) -> bytes:
        return b"page"


@settings(max_examples=80)
@given(lives=st.lists(LIVED, min_size=1, max_size=5), year=st.integers(2026, 2042), asked=st.booleans())
def test_nothing_goes_too_soon_without_visa_or_while_named(
    hall: Hall, lives: list[Lived], year: int, *, asked: bool
) -> None:
    refs = settle(hall, lives)
    hall.clock.instant = datetime(year, 7, 1, 9, tzinfo=UTC)
    try:
        made = eliminations.prepare(hall.app, AGENT)
    except RuleError:
        made = None
    assert all(ref.sha256 in hall.documents.kept for ref in refs), "to prepare takes nothing away"
    if made and asked:
        eliminations.execute(hall.app, DIRECTOR, made.id, VISA, hall.clock.today())
    gone = {place for place, ref in enumerate(refs) if ref.sha256 not in hall.documents.kept}
    assert asked or not gone
    for place in gone:
        for why in reasons_to_keep(lives, place, year):
            pytest.fail(f"document {place} went in {year}: {why}")
    kept_for_nothing = named_by(lives) - gone - {p for p in range(len(POOL)) if any(reasons_to_keep(lives, p, year))}
    assert not (made and asked and kept_for_nothing), "what nothing keeps goes"
    noted = {one.id for one in hall.all(Eliminated) if one.removed and not one.kept_for}
    assert noted == {refs[place].sha256 for place in gone}


def settle(hall: Hall, lives: list[Lived]) -> list[DocumentRef]:
    """Begin a town anew with these lives."""
    hall.ledger.records.clear()
    hall.ledger.events.clear()
    hall.documents.kept.clear()
    refs = [hall.documents.put(one) for one in POOL]
    with hall.ledger.transaction() as books:
        for rank, one in enumerate(lives, start=1):
            key = f"F2026-{rank:06d}"
            base = invoice(f"N{rank}", key=key)
            files = tuple(
                replace(base.content.attachments[0], main=False, document=refs[place]) for place in one.documents
            )
            notified = date(one.notified, 3, 1)
            books.save(
                replace(
                    base,
                    content=replace(base.content, attachments=files, issued_on=notified),
                    state=one.state,
                    marche=one.marche,
                    notified_on=notified,
                    issued_on=notified,
                )
            )
            if one.held:
                books.save(Hold(id=key, motif="procès", placed_by="agent", placed_at=hall.clock.now()))
            if one.mandat:
                books.save(*_paid(rank, one, refs))
    return refs


def _paid(rank: int, one: Lived, refs: list[DocumentRef]) -> Iterator[Mandat | Piece | Flux]:
    key = f"M2026-{rank:06d}"
    pieces = tuple(f"PJ{rank}{place}" for place in one.in_a_flow)
    made = mandat(
        id=key,
        exercice=one.paid,
        state=one.mandat,
        paid_on=date(one.paid, 5, 1),
        shares=(Share(invoice_id=f"F2026-{rank:06d}", amount=mandat().amount),),
        pieces=pieces,
        bordereau="",
    )
    yield made
    for place in one.in_a_flow[:1]:
        yield Flux(
            id=f"FLUX{rank}",
            siret=made.siret,
            state=one.flow_state,
            bordereaux=(),
            pieces=pieces,
            unsigned=refs[place],
            sent_at=datetime(one.paid, 4, 1, tzinfo=UTC),
        )
    for piece, place in zip(pieces, one.in_a_flow, strict=True):
        yield Piece(id=piece, invoice_id="", name="a", media_type="", description="", document=refs[place])


def named_by(lives: list[Lived]) -> set[int]:
    return {place for one in lives for place in (*one.documents, *(one.in_a_flow if one.mandat else ()))}


def reasons_to_keep(lives: list[Lived], place: int, year: int) -> Iterator[str]:
    """Say, from what was lived alone, why a document must be there in a year."""
    for one in lives:
        if place in one.documents or (one.mandat and place in one.in_a_flow):
            together = [other for other in lives if one.marche and other.marche]
            yield from (why for life in (one, *together) if (why := _not_over(life, year, place)))
            if one.held:
                yield "held"


def _not_over(one: Lived, year: int, place: int) -> str:
    live = one.mandat not in {None, MandatState.CANCELLED}
    if one.mandat is MandatState.ON_HOLD:
        return "its mandat is on hold"
    if one.mandat and place in one.in_a_flow[:1] and one.flow_state is FluxState.TRANSMITTED:
        return "its flow is under way"
    if not live and one.state not in ENDED:
        return "its invoice is not ended"
    if one.marche and one.state is InvoiceState.IN_VISA:
        return "its marché is under way"
    days = [one.paid] if live else []
    days += [one.notified] if one.marche or not live else []
    last = max(days)
    return "" if year > last + 10 else "too young"


def test_a_list_without_its_visa_is_not_executed(hall: Hall, tmp_path: Path) -> None:
    refs = settle(hall, [Lived((0,), InvoiceState.REFUSED, 2014, "", None, 2014, False, (), FluxState.ACKNOWLEDGED)])
    hall.clock.instant = datetime(2026, 7, 1, 9, tzinfo=UTC)
    made = eliminations.prepare(hall.app, AGENT)
    with pytest.raises(RuleError):
        eliminate(hall.app, made.id)
    assert refs[0].sha256 in hall.documents.kept
    assert hall.all(Invoice)
