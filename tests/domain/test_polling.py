"""A deposit is asked about less and less often, never given up before its answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dematfin.domain.document import DocumentRef
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.polling import due, may_come_late
from examples import COMMUNE

SENT = datetime(2026, 3, 2, 9, tzinfo=UTC)
FLUX = Flux(
    id="F",
    siret=COMMUNE,
    state=FluxState.TRANSMITTED,
    bordereaux=("B",),
    pieces=(),
    unsigned=DocumentRef(sha256="0" * 64, size=1),
    remote_id="7",
    sent_at=SENT,
)


@pytest.mark.parametrize(
    ("age", "since", "expected"),
    [
        (4, 1, True),
        (4, 0.5, False),
        (6, 4, False),
        (6, 5, True),
        (64, 4, False),
        (66, 5, False),
        (66, 15, True),
        (66, 13.6, True),
        (66, 13, False),
        (23 * 60, 15, True),
        (25 * 60, 50, False),
        (25 * 60, 60, True),
        (90 * 24 * 60, 60, True),
    ],
)
def test_each_age_has_its_rhythm(age: float, since: float, *, expected: bool) -> None:
    now = SENT + timedelta(minutes=age)
    assert due(replace(FLUX, asked_at=now - timedelta(minutes=since)), now) is expected


def test_one_that_was_never_asked_about_is_due() -> None:
    assert due(FLUX, SENT)


def test_one_whose_day_nobody_knows_is_an_old_one() -> None:
    old = replace(FLUX, sent_at=None, asked_at=SENT)
    assert not due(old, SENT + timedelta(minutes=30))
    assert due(old, SENT + timedelta(minutes=60))


def test_a_clock_that_was_put_back_does_not_silence_it() -> None:
    assert due(replace(FLUX, asked_at=SENT + timedelta(days=300)), SENT)


def test_how_often_a_day_of_silence_is_asked_about() -> None:
    flux, now, asked = FLUX, SENT, 0
    while now < SENT + timedelta(hours=48):
        if due(flux, now):
            flux, asked = replace(flux, asked_at=now), asked + 1
        now += timedelta(minutes=1)
    assert 130 < asked < 150


@pytest.mark.parametrize(
    ("days", "change", "expected"),
    [
        (1, {}, True),
        (7, {}, True),
        (7.1, {}, False),
        (9, {"refused_at": SENT + timedelta(days=5)}, True),
        (1, {"remote_id": ""}, False),
        (1, {"sent_at": None}, False),
        (1, {"state": FluxState.DROPPED}, False),
    ],
)
def test_a_week_of_grace_after_a_refusal(days: float, change: dict[str, object], *, expected: bool) -> None:
    refused = replace(replace(FLUX, state=FluxState.REFUSED_BY_TDT), **change)  # type: ignore[arg-type]
    assert may_come_late(refused, SENT + timedelta(days=days)) is expected
