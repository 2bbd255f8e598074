"""What is in flight: each mandat once, the oldest first, parts that make the whole."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.figures.in_flight import Awaited, Sent, counted, in_flight
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import ZERO
from dematfin.domain.reception import Answer
from domain.flights import MONDAY, acquit, flux, holdings, mandat

GONE = (FluxState.SENDING, FluxState.TO_VERIFY, FluxState.TRANSMITTED, FluxState.ACKNOWLEDGED)


def sent(flows: tuple[Flux, ...], mandats: tuple[Mandat, ...] = (), answers: tuple[Answer, ...] = ()) -> Sent:
    held = holdings(flows, mandats)
    return Sent(flux=held.flux, bordereaux=held.bordereaux, mandats=held.mandats, answers=answers)


def test_each_flow_says_whose_word_it_awaits_and_since_when() -> None:
    acknowledged = flux(3, FluxState.ACKNOWLEDGED, sent_at=MONDAY - timedelta(days=5))
    flows = (
        flux(1, FluxState.TO_VERIFY, sending_since=MONDAY - timedelta(hours=2)),
        flux(2, sent_at=MONDAY - timedelta(hours=30)),
        acknowledged,
        flux(4, FluxState.SIGNED),
        flux(5, FluxState.ACKNOWLEDGED),
    )
    mandats = (
        mandat(1, 1, MandatState.IN_BORDEREAU, "1.00"),
        mandat(2, 2, amount="2.00"),
        mandat(3, 3, amount="4.00"),
        mandat(4, 4, MandatState.IN_BORDEREAU, "8.00"),
        mandat(5, 5, MandatState.PAID, "16.00"),
        mandat(6, 3, amount="0.50", kind=MandatKind.REDUCTION),
    )
    rows = in_flight(sent(flows, mandats, answers=(acquit(acknowledged, MONDAY - timedelta(days=4)),)), MONDAY)
    assert [(row.nomfic[-1], row.awaited, row.age, row.mandats, row.total) for row in rows] == [
        ("3", Awaited.COMPTABLE, "4 jours", 2, Decimal("3.50")),
        ("2", Awaited.ACQUIT, "30 h", 1, Decimal("2.00")),
        ("1", Awaited.ARRIVAL, "2 h", 1, Decimal("1.00")),
    ]
    assert counted(rows) == (3, 4, Decimal("6.50"))


def test_a_flow_whose_day_is_unknown_comes_first() -> None:
    rows = in_flight(sent((flux(1, sent_at=MONDAY), flux(2))), MONDAY)
    assert [(row.nomfic[-1], row.age) for row in rows] == [("2", "date inconnue"), ("1", "0 min")]


def test_what_came_back_and_left_again_is_counted_in_its_new_flow_only() -> None:
    first = flux(1, FluxState.ACKNOWLEDGED, id="OLD", sent_at=MONDAY)
    second = flux(1, sent_at=MONDAY)
    rows = in_flight(sent((first, second), (mandat(1),)), MONDAY)
    assert [(row.nomfic, row.mandats) for row in rows] == [(second.id, 1)]


@given(
    st.lists(
        st.tuples(st.sampled_from(GONE), st.lists(st.tuples(st.sampled_from(MandatState), st.integers(1, 10**7)))),
        max_size=6,
    )
)
def test_parts_make_the_whole_and_each_unspoken_mandat_is_in_one(
    drawn: list[tuple[FluxState, list[tuple[MandatState, int]]]],
) -> None:
    flows = tuple(
        flux(number, state, sent_at=MONDAY - timedelta(hours=number)) for number, (state, _) in enumerate(drawn, 1)
    )
    mandats: list[Mandat] = []
    for sheet, (_, states) in enumerate(drawn, 1):
        mandats += [
            mandat(100 * sheet + n, sheet, state, str(Decimal(cents) / 100)) for n, (state, cents) in enumerate(states)
        ]
    rows = in_flight(sent(flows, tuple(mandats)), MONDAY)
    parts = [counted(rows, one) for one in Awaited]
    assert counted(rows) == (sum(p[0] for p in parts), sum(p[1] for p in parts), sum((p[2] for p in parts), ZERO))
    acknowledged = {key for one in flows if one.state is FluxState.ACKNOWLEDGED for key in one.bordereaux}
    unspoken = [
        one
        for one in mandats
        if one.state is MandatState.SENT
        or (one.state is MandatState.IN_BORDEREAU and one.bordereau not in acknowledged)
    ]
    assert counted(rows)[1:] == (len(unspoken), sum((one.amount for one in unspoken), ZERO))
    assert [row.since for row in rows] == sorted(row.since for row in rows if row.since)
