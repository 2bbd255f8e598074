"""The laws of matching, on towns whose mandats bear the noise of clerks and programs."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dematfin.domain.editor.matching import Match, match
from dematfin.domain.editor.pairing import PairingState
from dematfin.domain.editor.rules import EditorRules
from dematfin.domain.mandat.kind import BordereauKind
from domain.editors import Town, town

small = st.builds(town, st.integers(0, 10**6), mandats=st.just(60), invoices=st.just(45), traps=st.integers(1, 6))
"""A few firms, so that one supplier sends many invoices; traps as frequent as they may be."""


def matched(one: Town) -> tuple[Match, ...]:
    return match([case.claim for case in one.cases], one.candidates, EditorRules())


@cache
def large(seed: int) -> tuple[Town, tuple[Match, ...]]:
    one = town(seed, traps=3)
    return one, matched(one)


@pytest.mark.parametrize("seed", range(3))
def test_two_thousand_mandats_hold_no_wrong_match(seed: int) -> None:
    one, found = large(seed)
    wrong = [
        (case.trap, case.claim.number, each.invoice_id, each.rule)
        for case, each in zip(one.cases, found, strict=True)
        if (each.state is PairingState.CERTAIN and not (case.certain and each.invoice_id in case.right))
        or (each.state is PairingState.WITHOUT and case.pays)
    ]
    assert not wrong
    assert len(one.cases) == 2_000


def test_a_town_meets_every_trap_and_most_of_its_mandats_need_nobody() -> None:
    one, found = large(0)
    traps = Counter(case.trap for case in one.cases)
    assert {"unheld", "split", "netted", "retained", "factor", "engagement", "réduction", "entered twice"} <= set(traps)
    by_hand = sum(each.state is PairingState.TO_DECIDE for each in found)
    assert by_hand < len(found) * 0.3
    asked = [(case, each) for case, each in zip(one.cases, found, strict=True) if case.right and each.proposals]
    right = sum(each.proposals[0].invoice_id in case.right for case, each in asked)
    assert right > len(asked) * 0.9


@given(small)
@settings(max_examples=40)
def test_what_is_certain_agrees_and_makes_each_amount_to_the_cent(one: Town) -> None:
    held = {each.invoice_id: each for each in one.candidates}
    asked: defaultdict[str, list[Decimal]] = defaultdict(list)
    for case, each in zip(one.cases, matched(one), strict=True):
        if each.state is PairingState.CERTAIN:
            claim, invoice = case.claim, held[each.invoice_id]
            asked[each.invoice_id].append(-claim.amount if claim.kind is BordereauKind.REDUCTION else claim.amount)
            assert claim.siren == invoice.siren
            assert invoice.free
            assert claim.starts_on is None or claim.starts_on >= invoice.issued_on
    assert {key: sum(amounts) for key, amounts in asked.items()} == {key: held[key].amount for key in asked}
    assert all(all(amounts) for amounts in asked.values())


@given(small)
@settings(max_examples=40)
def test_proposals_are_few_ordered_and_each_has_its_reasons(one: Town) -> None:
    held = {each.invoice_id: each for each in one.candidates}
    for each in matched(one):
        scores = [proposal.score for proposal in each.proposals]
        assert scores == sorted(scores, reverse=True)
        assert len(scores) <= 5
        assert len({proposal.invoice_id for proposal in each.proposals}) == len(scores)
        for proposal in each.proposals:
            assert 0 <= proposal.score <= 100
            assert all(proposal.reasons)
            free = held[proposal.invoice_id].free
            assert free is (proposal.score > 0)
            assert free is ("déjà mandatée" not in proposal.reasons)
        assert bool(each.invoice_id) is (each.state is PairingState.CERTAIN)
        assert bool(each.rule) is (each.state is PairingState.WITHOUT)


@given(small, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_neither_the_order_of_invoices_nor_that_of_claims_matters(one: Town, rng: Random) -> None:
    cases, candidates = list(one.cases), list(one.candidates)
    rng.shuffle(cases)
    rng.shuffle(candidates)
    before = {case.claim.key: each for case, each in zip(one.cases, matched(one), strict=True)}
    after = matched(Town(cases=tuple(cases), candidates=tuple(candidates)))
    assert {case.claim.key: each for case, each in zip(cases, after, strict=True)} == before


def glued(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@given(small, st.sampled_from([True, False]), st.sampled_from([str.strip, glued, str.lower]))
@settings(max_examples=30)
def test_a_twin_of_an_invoice_takes_its_certainty_away(one: Town, free: object, write: Callable[[str], str]) -> None:
    found = [each.invoice_id for each in matched(one) if each.state is PairingState.CERTAIN]
    certain = [each for each in one.candidates if each.invoice_id in found]
    twins = [
        replace(each, invoice_id=f"{each.invoice_id}T", number=write(each.number), free=bool(free)) for each in certain
    ]
    again = matched(Town(cases=one.cases, candidates=(*one.candidates, *twins)))
    assert not [each for each in again if each.state is PairingState.CERTAIN and each.invoice_id in found]


@given(small)
@settings(max_examples=30)
def test_no_split_is_certain_once_a_part_is_missing_or_is_one_cent_off(one: Town) -> None:
    parts = [case for case in one.cases if case.trap == "split"]
    rest = tuple(case for case in one.cases if case.trap != "split")
    split = {key for case in parts for key in case.right}
    cent_off = [replace(case, claim=replace(case.claim, amount=case.claim.amount + Decimal("0.01"))) for case in parts]
    for some in (parts[::2], cent_off):
        found = matched(Town(cases=(*rest, *some), candidates=one.candidates))
        assert not [each for each in found if each.state is PairingState.CERTAIN and each.invoice_id in split]


@given(small)
@settings(max_examples=30)
def test_an_identifier_of_ours_is_nothing_without_the_firm_and_the_amount(one: Town) -> None:
    held = {each.invoice_id: each for each in one.candidates}
    echoed = [case for case in one.cases if set(case.claim.words) & held.keys()]
    for changes in ({"siren": "999999999"}, {"amount": Decimal("0.77")}):
        wrong = [replace(case, claim=replace(case.claim, **changes)) for case in echoed]
        found = matched(Town(cases=tuple(wrong), candidates=one.candidates))
        assert not [each for each in found if each.state is PairingState.CERTAIN]


@given(small)
@settings(max_examples=30)
def test_a_mandat_made_twice_is_certain_for_neither(one: Town) -> None:
    twice = [replace(case, claim=replace(case.claim, bordereau=2)) for case in one.cases]
    found = matched(Town(cases=(*one.cases, *twice), candidates=one.candidates))
    assert not [each for each in found if each.state is PairingState.CERTAIN]
