"""One timeline: in order, each thing once, several mandats in one line, every author by its name."""

import json
from dataclasses import asdict
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.event import Event, Subject
from dematfin.domain.figures.timeline import timeline
from dematfin.domain.mandat.attempt import Attempt, AttemptState, attempt_id
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.mandat import MandatState
from dematfin.domain.reception import AnswerState
from domain.flights import MONDAY, acquit, flux

FLUX = flux(1)


def event(minutes: float, before: str, after: str, motif: str = "", by: str = "claire", **of: str) -> Event:
    subject = Subject(of.get("subject", "flux"))
    at = MONDAY + timedelta(minutes=minutes)
    return Event(
        subject=subject, subject_id=of.get("key", FLUX.id), before=before, after=after, at=at, by=by, motif=motif
    )


def sending(number: int, minutes: float, state: AttemptState = AttemptState.SENDING) -> Attempt:
    at = MONDAY + timedelta(minutes=minutes)
    ended = None if state is AttemptState.SENDING else at + timedelta(seconds=5)
    return Attempt(
        id=attempt_id(FLUX.id, number),
        flux=FLUX.id,
        number=number,
        transmitter="S²LOW",
        sha256="0" * 64,
        size=12,
        started_at=at,
        by="service",
        state=state,
        ended_at=ended,
        remote_id="77" if state is AttemptState.ARRIVED else "",
    )


def lines(*arguments: object) -> list[str]:
    return [f"{one.what} ({one.who})" for one in timeline(*arguments)]  # type: ignore[arg-type]


def test_what_the_same_thing_repeats_is_told_once_with_its_count() -> None:
    doubt = [event(10 * n, FluxState.TO_VERIFY, FluxState.TO_VERIFY, "on cherche") for n in range(4)]
    other = event(15, "", MandatState.PREPARED, "préparé", subject="mandat", key="M1")
    (first, second) = timeline([*doubt, other])
    assert (first.times, first.until - first.at) == (4, timedelta(minutes=30))
    assert second.keys == ("M1",)


def test_what_is_said_again_after_something_else_is_told_again() -> None:
    doubt, sent = (FluxState.TO_VERIFY, FluxState.TO_VERIFY, "a"), (FluxState.TO_VERIFY, FluxState.SIGNED, "b")
    assert len(timeline([event(0, *doubt), event(1, *sent), event(2, *doubt)])) == 3


def test_several_mandats_that_live_the_same_take_one_line_without_their_numbers() -> None:
    frozen = [
        event(
            0,
            MandatState.PREPARED,
            MandatState.IN_BORDEREAU,
            f"mandat n° {n}, bordereau n° 42",
            subject="mandat",
            key=f"M{n}",
        )
        for n in range(1, 6)
    ]
    (line,) = timeline(frozen)
    assert line.about == "5 mandats (M1, M2, M3…) :"
    assert line.what == "en bordereau : bordereau n° 42"
    (alone,) = timeline(frozen[:1])
    assert alone.what == "en bordereau : mandat n° 1, bordereau n° 42"


def test_mandats_that_live_the_same_on_two_days_keep_two_lines() -> None:
    paid = [event(n * 60, MandatState.SENT, MandatState.PAID, "soldé", subject="mandat", key=f"M{n}") for n in range(2)]
    assert [one.keys for one in timeline(paid)] == [("M0",), ("M1",)]


def test_mandats_refused_for_their_own_reasons_keep_their_lines() -> None:
    refused = [
        event(0, MandatState.SENT, MandatState.REFUSED_AT_GATE, why, "dgfip", subject="mandat", key=f"M{n}")
        for n, why in enumerate(("1971", "1975", "1971"))
    ]
    assert [one.keys for one in timeline(refused)] == [("M0", "M2"), ("M1",)]


def test_an_attempt_takes_the_place_of_the_event_that_it_began() -> None:
    begun = event(0, FluxState.SIGNED, FluxState.SENDING, "dépôt commencé")
    ended = event(0.1, FluxState.SENDING, FluxState.TRANSMITTED, "déposé au TdT sous le n° 77")
    assert lines([begun, ended], [sending(1, 0, AttemptState.ARRIVED)]) == [
        "dépôt n° 1 commencé, 12 octets, vers S²LOW (service)",
        "transmis : déposé au TdT sous le n° 77 (claire)",
    ]
    assert lines([begun, ended])[0] == "en envoi : dépôt commencé (claire)"


def test_an_outcome_that_no_event_tells_is_told_by_its_attempt() -> None:
    assert lines([], [sending(2, 0, AttemptState.UNKNOWN)]) == [
        "dépôt n° 2 commencé, 12 octets, vers S²LOW (service)",
        "dépôt n° 2 : réponse perdue, peut-être arrivé (TdT)",
    ]


def test_an_answer_that_was_not_applied_is_told_one_that_was_has_its_event() -> None:
    other = acquit(FLUX, state=AnswerState.DIFFERENT, remarks=("bordereau refusé",))
    assert lines([], [], [acquit(FLUX)]) == []
    assert (
        "différent de celui qui a été appliqué : gardé, non appliqué. bordereau refusé (TdT)"
        in lines([], [], [other])[0]
    )


def test_neighbours_are_called_by_their_names() -> None:
    told = [
        event(0, "RECEIVED", "REFUSED", by="chorus", subject="facture", key="F1"),
        event(1, FluxState.TRANSMITTED, FluxState.TRANSMITTED, "à signer sur S²LOW"),
        event(2, FluxState.TRANSMITTED, FluxState.REFUSED_BY_TDT, "virus"),
        event(3, FluxState.TRANSMITTED, FluxState.ACKNOWLEDGED, by="dgfip"),
        event(4, FluxState.BUILT, FluxState.SIGNED, by="jeanne"),
        event(5, FluxState.BUILT, FluxState.SIGNED, by="service", key="autre"),
    ]
    assert [one.who for one in timeline(told)] == ["Chorus Pro", "TdT", "TdT", "DGFiP", "jeanne", "service"]


MOMENTS = st.lists(
    st.tuples(
        st.integers(0, 90),
        st.sampled_from(("M1", "M2", "M3")),
        st.sampled_from(tuple(MandatState)),
        st.sampled_from("ab"),
    )
)


@given(MOMENTS)
def test_nothing_is_lost_nothing_is_invented_and_time_goes_forward(
    drawn: list[tuple[int, str, MandatState, str]],
) -> None:
    events = [event(minutes, "?", state, motif, subject="mandat", key=key) for minutes, key, state, motif in drawn]
    told = timeline(events)
    assert sum(one.times * len(one.keys) for one in told) == len(events)
    assert {key for one in told for key in one.keys} == {key for _, key, _, _ in drawn}
    assert all(first.at <= second.at for first, second in pairwise(told))
    assert json.dumps([asdict(one) for one in told], default=str)
