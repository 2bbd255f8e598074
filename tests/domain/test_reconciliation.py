"""What we sent beside what the TdT has: each flow of both sides once, counts that add up, no difference unexplained."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.mandat.answer_gaps import Unknown, gaps
from dematfin.domain.mandat.deposit import Held, Phase
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.reconciliation import Difference, Gap, Row, Sides, reconcile, totals
from dematfin.domain.reception import AnswerState
from domain.flights import acquit, flux

S, P = FluxState, Phase
NUMBERS = st.sampled_from(("", "1", "2", "3", "4"))
NAMES = st.sampled_from(("", "A", "B", "C", "PESALR1_X"))
OURS = st.lists(
    st.builds(
        lambda key, state, number: flux(1, state, id=key, remote_id=number),
        st.sampled_from("ABCD"),
        st.sampled_from(S),
        NUMBERS,
    ),
    unique_by=lambda one: one.id,
)
THERE = st.lists(
    st.builds(Held, remote_id=NUMBERS.filter(bool), nomfic=NAMES, phase=st.sampled_from(P)),
    unique_by=lambda one: one.remote_id,
)


@given(ours=OURS, there=THERE, listed=st.booleans())
def test_every_flow_of_both_sides_appears_exactly_once(*, ours: list[Flux], there: list[Held], listed: bool) -> None:
    rows = reconcile(Sides(ours=ours, there=there, listed=listed))
    assert sorted(row.nomfic for row in rows if row.here) == sorted(one.id for one in ours)
    assert sorted(row.remote_id for row in rows if row.there) == sorted(one.remote_id for one in there)
    assert all(row.here or row.there for row in rows)
    assert sum(totals(rows).values()) == len(rows)


@given(ours=OURS, there=THERE, listed=st.booleans())
def test_no_difference_is_unexplained_and_none_is_passed_over(
    *, ours: list[Flux], there: list[Held], listed: bool
) -> None:
    states = {one.id: one.state for one in ours}
    for row in reconcile(Sides(ours=ours, there=there, listed=listed)):
        if row.difference:
            assert row.difference.why.endswith(".")
            assert row.difference.remedy.endswith(".")
        if not row.here:
            assert row.difference is not None
        if row.here and not row.there and states[row.nomfic] in {S.TRANSMITTED, S.SENDING, S.TO_VERIFY}:
            assert row.difference is not None
            assert row.difference.act


def only(one: Flux | None, *there: Held, listed: bool = True) -> Row:
    (row,) = reconcile(Sides(ours=[one] if one else [], there=there, listed=listed))
    return row


def gap(one: Flux | None, *there: Held, listed: bool = True) -> Difference:
    difference = only(one, *there, listed=listed).difference
    assert difference is not None
    return difference


MINE = flux(1)
HIS = Held(remote_id=MINE.remote_id, nomfic=MINE.id, phase=P.WAITING)


@pytest.mark.parametrize(
    ("state", "place"),
    [
        (S.TRANSMITTED, P.WAITING),
        (S.ACKNOWLEDGED, P.ANSWERED),
        (S.ACKNOWLEDGED, P.WAITING),
        (S.REFUSED_BY_TDT, P.REFUSED),
    ],
)
def test_what_agrees_is_not_told(state: FluxState, place: Phase) -> None:
    assert only(replace(MINE, state=state), replace(HIS, phase=place)).difference is None


@pytest.mark.parametrize(
    ("state", "place", "expected", "words"),
    [
        (S.TRANSMITTED, P.ANSWERED, Gap.ACQUIT_THERE, "dematfin suivi"),
        (S.TRANSMITTED, P.REFUSED, Gap.REFUSED_THERE, "dematfin suivi"),
        (S.TRANSMITTED, P.HELD, Gap.HELD_THERE, "portail du TdT"),
        (S.TRANSMITTED, P.LOST, Gap.HELD_THERE, "Ne le renvoyez pas"),
        (S.TO_VERIFY, P.WAITING, Gap.ARRIVED, "dematfin transmission rattacher"),
        (S.SIGNED, P.WAITING, Gap.NEVER_SENT, "payé deux fois"),
        (S.DROPPED, P.ANSWERED, Gap.NEVER_SENT, "payé deux fois"),
        (S.REFUSED_BY_TDT, P.ANSWERED, Gap.REVIVED, "voyez avec le comptable"),
    ],
)
def test_each_difference_has_its_name_and_its_remedy(state: FluxState, place: Phase, expected: Gap, words: str) -> None:
    found = gap(replace(MINE, state=state), replace(HIS, phase=place))
    assert (found.gap, found.act) == (expected, True)
    assert words in found.remedy


def test_an_absent_flow_is_never_to_be_sent_again_blindly() -> None:
    assert gap(MINE).gap is Gap.NOT_THERE
    assert "Ne le renvoyez pas" in gap(MINE).remedy
    doubtful = replace(MINE, state=S.TO_VERIFY)
    assert "il repartira tout seul" in gap(doubtful).remedy
    assert "transmission rattacher" in gap(doubtful, listed=False).remedy
    acknowledged = replace(MINE, state=S.ACKNOWLEDGED)
    assert gap(acknowledged).act is False
    assert only(acknowledged, listed=False).difference is None


def test_a_second_deposit_is_a_twin_and_the_first_stays_ours() -> None:
    twin = replace(HIS, remote_id="9999")
    first, second = reconcile(Sides(ours=[MINE], there=[twin, HIS], listed=True))
    assert (first.remote_id, first.difference) == (MINE.remote_id, None)
    assert second.difference
    assert second.difference.gap is Gap.TWIN
    harmless = reconcile(Sides(ours=[MINE], there=[replace(twin, phase=P.REFUSED), HIS], listed=True))[1]
    assert harmless.difference
    assert not harmless.difference.act


def test_our_number_that_holds_another_flow_is_told_on_both() -> None:
    foreign = Held(remote_id=MINE.remote_id, nomfic="AUTRE", phase=P.WAITING)
    rows = {row.nomfic: row.difference for row in reconcile(Sides(ours=[MINE], there=[foreign], listed=True))}
    assert {one.gap for one in rows.values() if one} == {Gap.NOT_THERE, Gap.OTHER_FILE}
    moved = gap(MINE, replace(HIS, remote_id="9999"))
    assert moved.gap is Gap.OTHER_FILE
    assert "9999" in moved.why


@pytest.mark.parametrize(
    ("nomfic", "words"), [("", "ne peut pas être lu"), ("AUTRE", "un autre logiciel"), ("PESALR1_9", "base restaurée")]
)
def test_a_stranger_says_where_it_may_come_from(nomfic: str, words: str) -> None:
    found = gap(None, Held(remote_id="5", nomfic=nomfic, phase=P.WAITING))
    assert found.gap is Gap.FOREIGN
    assert found.act is (nomfic != "AUTRE")  # another software that uses the account is no alarm
    assert words in found.why


def test_a_flow_that_the_tdt_speaks_of_is_ours_however_old_it_is() -> None:
    (row,) = reconcile(Sides(ours=[], known={MINE.id: replace(MINE, state=S.ACKNOWLEDGED)}, there=[HIS], listed=True))
    assert (row.here, row.difference) == ("acquitté", None)


def test_answers_that_fit_nothing_are_told_those_that_fit_are_not() -> None:
    answers = [
        acquit(MINE),
        acquit(MINE, state=AnswerState.QUARANTINED),
        acquit(MINE, state=AnswerState.DIFFERENT),
        acquit(MINE, state=AnswerState.STORED),
        acquit(MINE, flux="AUTRE"),
    ]
    unknown = Unknown(retour="R", exercice=2026, bordereau=42, number=1187)
    found = [one.why for one in gaps(answers, {MINE.id}, [unknown])]
    assert [
        words in why
        for words, why in zip(
            ("quarantaine", "diffère", "pas encore lu", "« AUTRE », inconnu", "n° 1187"), found, strict=True
        )
    ] == [True] * 5
