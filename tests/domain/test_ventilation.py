"""Ventilation and réduction: whatever is shared out or taken back, not a cent appears, vanishes or turns negative."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.liquidation import Basis, liquidate
from dematfin.domain.mandat.mandat import Line, Mandat
from dematfin.domain.mandat.reduction import reduction, remaining
from dematfin.domain.mandat.split import apportion
from dematfin.domain.mandat.ventilation import Asked, ventilated
from dematfin.domain.money import ZERO
from dematfin.errors import RuleError
from examples import account, engagement, invoice, tiers

CENTS = st.integers(1, 5_000_000).map(lambda cents: Decimal(cents) / 100)
WEIGHTS = st.lists(CENTS | st.just(ZERO), min_size=1, max_size=8).filter(any)
TTC = st.integers(100, 5_000_000).map(lambda cents: Decimal(cents) / 100)


def mandat(ttc: str = "120.00", *, recovers_tva: bool = False) -> Mandat:
    basis = Basis(
        invoice=invoice(ttc=ttc),
        engagement=engagement(),
        recovers_tva=recovers_tva,
        tiers=(tiers(),),
        accounts=(account(),),
        pieces=("PJ1",),
    )
    made = liquidate(basis, mandat_id="M2026-000001", exercice=2026, payment_days=30)
    return replace(made, number=1187)


def sums(lines: tuple[Line, ...]) -> tuple[Decimal, Decimal, Decimal]:
    ht = sum((line.amount for line in lines), ZERO)
    tva = sum((line.tva or ZERO for line in lines), ZERO)
    return ht, tva, sum((line.total for line in lines), ZERO)


def shared(subject: Mandat, *asked: Asked) -> tuple[Line, ...]:
    return ventilated(subject, [one.on(subject) for one in asked])


@given(amount=CENTS, weights=WEIGHTS)
def test_parts_make_the_amount_and_none_passes_its_weight(amount: Decimal, weights: list[Decimal]) -> None:
    parts = apportion(amount, weights)
    assert sum(parts) == amount
    assert all(part >= 0 for part in parts)
    exact = [amount * weight / sum(weights) for weight in weights]
    assert all(abs(part - true) < Decimal("0.01") for part, true in zip(parts, exact, strict=True))
    if amount <= sum(weights):
        assert all(part <= weight for part, weight in zip(parts, weights, strict=True))


@given(ttc=TTC, cuts=st.lists(st.integers(1, 9_999), unique=True, max_size=6), recovers_tva=st.booleans())
def test_percentages_leave_ht_tva_and_ttc_as_they_are(ttc: Decimal, cuts: list[int], *, recovers_tva: bool) -> None:
    subject = mandat(str(ttc), recovers_tva=recovers_tva)
    bounds = [0, *sorted(cuts), 10_000]
    percents = [Decimal(high - low) / 100 for low, high in pairwise(bounds)]
    asked = [Asked(nature=f"606{place}", percent=percent) for place, percent in enumerate(percents)]
    try:
        lines = shared(subject, *asked)
    except RuleError as error:
        assert "un centime" in str(error)
        assert any(part == 0 for part in apportion(ttc, percents))
        return
    assert sums(lines) == sums(subject.lines)
    assert all(line.amount >= 0 and (line.tva is None or line.tva >= 0) and line.total > 0 for line in lines)
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert all((line.tva is not None) == recovers_tva for line in lines)


@given(parts=st.lists(CENTS, min_size=1, max_size=6), recovers_tva=st.booleans())
def test_amounts_are_taken_as_they_are_said(parts: list[Decimal], *, recovers_tva: bool) -> None:
    subject = mandat(str(sum(parts, ZERO)), recovers_tva=recovers_tva)
    lines = shared(subject, *(Asked(amount=part) for part in parts))
    assert [line.total for line in lines] == parts
    assert sums(lines) == sums(subject.lines)


@given(ttc=TTC, gap=st.integers(1, 500).map(lambda cents: Decimal(cents) / 100), above=st.booleans())
def test_what_does_not_make_the_whole_is_refused(ttc: Decimal, gap: Decimal, *, above: bool) -> None:
    subject = mandat(str(ttc))
    wrong = ttc + gap if above else max(ZERO, ttc - gap)
    with pytest.raises(RuleError, match=r"M2026-000001.*exactement"):
        shared(subject, Asked(amount=wrong))
    with pytest.raises(RuleError, match="100 %"):
        shared(subject, Asked(percent=Decimal(60)), Asked(percent=Decimal(40) + (gap if above else -gap)))


def test_what_is_not_said_stays_as_it_was() -> None:
    first, second = shared(
        mandat(),
        Asked(nature="60612", fonction="020", percent=Decimal(70)),
        Asked(nature="60622", engagement="bc26 00078", inventaire="2026-14"),
    )
    assert (first.imputation.fonction, second.imputation.fonction) == ("020", "211")
    assert (str(first.amount), str(second.amount)) == ("84.00", "36.00")
    assert (first.engagement, second.engagement) == ("", "21990042000015:BC2600078")
    assert second.inventaire == "2026-14"


@pytest.mark.parametrize(
    "asked",
    [
        (Asked(percent=Decimal(50)), Asked(amount=Decimal(60))),
        (Asked(), Asked()),
        (Asked(percent=Decimal(150)), Asked(percent=Decimal(-50))),
        (Asked(amount=Decimal("120.00")), Asked()),
        (Asked(percent=Decimal(50)), Asked(investment=True)),
    ],
    ids=["percent and amount", "two rests", "negative", "nothing left", "both sections"],
)
def test_and_never_half_understood(asked: tuple[Asked, ...]) -> None:
    with pytest.raises(RuleError, match=r"M2026-000001.*Rien n'est changé"):
        shared(mandat(), *asked)


def taken_in_turn(subject: Mandat, amounts: list[Decimal]) -> list[Mandat]:
    made: list[Mandat] = []
    for order, amount in enumerate(amounts):
        left = subject.amount - sum((one.amount for one in made), ZERO)
        if amount > left:
            with pytest.raises(RuleError, match=r"il en reste|déjà repris en entier"):
                reduction(subject, made, amount, mandat_id=f"R{order}")
        else:
            made.append(reduction(subject, made, amount, mandat_id=f"R{order}"))
    return made


@given(ttc=TTC, amounts=st.lists(CENTS, max_size=6), recovers_tva=st.booleans(), split=st.booleans())
def test_no_more_is_taken_back_than_what_was_ordered(
    ttc: Decimal,
    amounts: list[Decimal],
    *,
    recovers_tva: bool,
    split: bool,
) -> None:
    subject = mandat(str(ttc), recovers_tva=recovers_tva)
    if split:
        parts = (Asked(nature="6061", percent=Decimal(30)), Asked(nature="6062"))
        subject = replace(subject, lines=shared(subject, *parts))
    made = taken_in_turn(subject, amounts)
    left = remaining(subject, made)
    assert all(line.amount >= 0 and (line.tva or ZERO) >= 0 for line in left)
    if any(line.total for line in left):
        made.append(reduction(subject, made, None, mandat_id="LAST"))
    lines = tuple(line for one in made for line in one.lines)
    assert sums(lines) == sums(subject.lines)
    assert all(line.total > 0 and line.amount >= 0 and (line.tva or ZERO) >= 0 for line in lines)
    assert all(one.amount == sum((line.total for line in one.lines), ZERO) for one in made)
    with pytest.raises(RuleError, match=r"il en reste|déjà repris en entier"):
        reduction(subject, made, None, mandat_id="TOO-MUCH")


def test_a_reduction_names_what_it_takes_back() -> None:
    subject = mandat()
    made = reduction(subject, (), Decimal("20.00"), mandat_id="M2026-000002")
    assert made.kind is MandatKind.REDUCTION
    assert made.origin is not None
    assert (made.origin.mandat, made.origin.number, made.origin.exercice) == ("M2026-000001", 1187, 2026)
    assert [(line.origin_line, str(line.total)) for line in made.lines] == [(1, "20.00")]
    assert made.tiers == subject.tiers
    assert (made.shares, made.number, made.bordereau) == ((), 0, "")
