"""Laws of the count on random journals, on events that cannot be counted, and wherever death strikes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Event, Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import MandatState, Share
from dematfin.domain.money import ZERO
from dematfin.domain.tally.happening import What
from dematfin.domain.tally.reached import Reached
from dematfin.domain.tally.stay import STILL, Stay
from dematfin.domain.tally.uncounted import Uncounted
from dematfin.errors import ComeBackLater
from dematfin.steps.tally import tally
from examples import invoice, mandat
from fakes.hall import Hall, Killed
from steps.counted import check_laws, facts, forget, recounted, told

KEYS: Final = ("F2026-000001", "F2026-000002")
MANDATS: Final = ("M2026-000001", "M2026-000002", "M2026-000003")
FLOWS: Final = ("PESALR1_21990042000015_2026_000042_000001", "PESALR1_21990042000015_2026_000042_000002")
SHEET: Final = "COMMUNE-2026-42"
INVOICE: Final = st.tuples(st.just(Subject.INVOICE), st.sampled_from(KEYS), st.sampled_from(list(InvoiceState)))
MANDAT: Final = st.tuples(st.just(Subject.MANDAT), st.sampled_from(MANDATS), st.sampled_from([*MandatState, "écarté"]))
FLUX: Final = st.tuples(st.just(Subject.FLUX), st.sampled_from(FLOWS), st.sampled_from(list(FluxState)))
TOLD: Final = st.tuples(st.one_of(INVOICE, INVOICE, MANDAT, FLUX), st.integers(-1, 3))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Hall:
    """A town whose books are filled anew by each example."""
    return Hall.build(tmp_path_factory.mktemp("town"))


def fill(hall: Hall, story: list[tuple[tuple[Subject, str, str], int]]) -> None:
    """Write two invoices, three mandats (one pays both, one a part), two flows of one bordereau, and their journal."""
    hall.ledger.records, hall.ledger.events = {}, []
    shares = ((KEYS[0],), KEYS, (KEYS[1],))
    made = [
        mandat(
            id=key,
            number=1187 + rank,
            state=MandatState.IN_BORDEREAU,
            bordereau=SHEET,
            shares=tuple(Share(invoice_id=one, amount=ZERO) for one in paid),
        )
        for rank, (key, paid) in enumerate(zip(MANDATS, shares, strict=True))
    ]
    with hall.ledger.transaction() as books:
        books.save(*(invoice(f"F-{key}", key=key) for key in KEYS), *made)
        books.save(sheet(), *(flow(key) for key in FLOWS))
        states: dict[str, str] = {}
        at = hall.clock.now()
        named = f"liquidée : {' '.join(MANDATS)}"
        for (subject, key, state), wait in [((Subject.INVOICE, one, InvoiceState.RECEIVED), 0) for one in KEYS] + story:
            at += timedelta(hours=wait)
            motif = named if subject is Subject.INVOICE else ""
            before = states.get(key, "")
            states[key] = state
            books.record(Event(subject=subject, subject_id=key, before=before, after=state, at=at, by="x", motif=motif))


def sheet() -> Bordereau:
    """No journal speaks of a bordereau whose record is not there."""
    return Bordereau(
        id=SHEET,
        siret="21990042000015",
        exercice=2026,
        number=42,
        emitted_on=date(2026, 3, 2),
        mandats=MANDATS,
        total=ZERO,
        cumul=ZERO,
        flux=FLOWS[-1],
        prepared_by="x",
    )


def flow(key: str) -> Flux:
    unsigned = DocumentRef(sha256="0" * 64, size=1)
    return Flux(id=key, siret="21990042000015", bordereaux=(SHEET,), pieces=(), unsigned=unsigned)


@settings(max_examples=150, deadline=None)
@given(story=st.lists(TOLD, max_size=30), page=st.integers(1, 9))
def test_whatever_happens_pages_tell_what_the_whole_tells(
    town: Hall, story: list[tuple[tuple[Subject, str, str], int]], page: int
) -> None:
    fill(town, story)
    whole = recounted(town, 10_000)
    check_laws(whole[0])
    assert recounted(town, page) == whole
    tally(town.app)
    assert facts(town) == whole


@settings(max_examples=100, deadline=None)
@given(story=st.lists(TOLD, min_size=1, max_size=30), cut=st.integers(1, 29))
def test_what_had_ended_never_changes(town: Hall, story: list[tuple[tuple[Subject, str, str], int]], cut: int) -> None:
    """Figures of a day that has passed stay what they were, whatever the journal tells next."""
    fill(town, story)
    events = town.ledger.events
    town.ledger.events = events[:cut]
    forget(town)
    tally(town.app, 4)
    stays, settlements, happenings = facts(town)
    town.ledger.events = events
    tally(town.app, 4)
    now = facts(town)
    assert {one for one in stays if one.until != STILL} <= set(now[0])
    assert set(settlements) <= set(now[1])
    assert set(happenings) <= set(now[2])
    for one in stays:
        (same,) = [other for other in now[0] if other.id == one.id]
        assert replace(same, until=one.until) == one


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """A town hall with two invoices certified and a bordereau to sign, nothing of it counted."""
    built = Hall.build(tmp_path)
    built.to_sign("120.00", "45.30")
    forget(built)
    return built


def test_the_cut_off_never_claims_more_than_what_was_counted(hall: Hall) -> None:
    axe = hall.axe
    hall.ledger.axe = axe
    hall.clock.advance(days=3)
    axe.calls, axe.at = 0, (2, "before")
    with pytest.raises(Killed):
        tally(hall.app, 5)
    (reached,) = hall.all(Reached)
    assert reached == Reached(sequence=5, at=hall.ledger.events[4].event.at)
    axe.at = None
    tally(hall.app, 5)
    (reached,) = hall.all(Reached)
    assert reached == Reached(sequence=len(hall.ledger.events), at=hall.clock.now())
    hall.clock.advance(days=1)
    tally(hall.app)
    assert hall.all(Reached)[0].at == hall.clock.now()


def deaths(hall: Hall) -> Iterator[tuple[int, str]]:
    pages = len(hall.ledger.events) // 4 + 1
    yield from ((page, moment) for page in range(1, pages + 1) for moment in ("before", "after"))


def test_killed_before_or_after_any_page_nothing_is_lost_or_counted_twice(hall: Hall) -> None:
    whole = recounted(hall, 10_000)
    hall.ledger.axe = hall.axe
    for death in deaths(hall):
        forget(hall)
        hall.axe.calls, hall.axe.at = 0, death
        with pytest.raises(Killed):
            tally(hall.app, 4)
        hall.axe.at = None
        tally(hall.app, 4)
        assert facts(hall) == whole, death


def test_an_event_that_cannot_be_counted_is_named_and_blocks_no_other(hall: Hall) -> None:
    bad = hall.app.event(Subject.MANDAT, "M2026-000404", "", MandatState.PREPARED)
    with hall.ledger.transaction() as books:
        books.record(bad)
    hall.certified("10.00", start=3)  # what comes after it is counted all the same
    outcome = tally(hall.app)
    (put_off,) = hall.all(Uncounted)
    assert put_off.waiting
    assert put_off.about == "mandat M2026-000404"
    assert len(told(hall, What.CAME)) == 3
    assert hall.all(Reached)[0].sequence == len(hall.ledger.events)
    first = outcome if outcome.failures else None
    again = tally(hall.app)
    assert [one.item for one in again.failures] == [f"Événement n° {put_off.sequence} du journal (mandat M2026-000404)"]
    assert "M2026-000404" in again.failures[0].sentence
    assert first is None or "M2026-000404" in first.failures[0].sentence


def test_what_was_put_off_is_counted_as_soon_as_it_can_be(hall: Hall) -> None:
    """Its happenings are as they would have been, and so are its stays while nothing followed."""
    whole = recounted(hall, 10_000)
    forget(hall)
    key = (Invoice, KEYS[1])
    lost = hall.ledger.records.pop(key)
    outcome = tally(hall.app)
    assert outcome.failures
    assert not [one for one in hall.all(Stay) if one.invoice_id == KEYS[1]]
    assert len([one for one in hall.all(Stay) if one.invoice_id == KEYS[0]]) > 3
    hall.ledger.records[key] = lost
    tally(hall.app)
    assert not [one for one in hall.all(Uncounted) if one.waiting]
    assert [one for one in hall.all(Stay) if one.invoice_id == KEYS[1]] == [
        one for one in whole[0] if one.invoice_id == KEYS[1]
    ]
    assert facts(hall)[2] == whole[2]
    assert not tally(hall.app).failures


def test_a_page_of_a_busy_base_is_not_put_off(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        message = "La base de données n'est pas disponible. Relancez plus tard."
        raise ComeBackLater(message)

    monkeypatch.setattr(type(hall.ledger), "following", busy)
    with pytest.raises(ComeBackLater):
        tally(hall.app)
    assert hall.all(Uncounted) == ()
