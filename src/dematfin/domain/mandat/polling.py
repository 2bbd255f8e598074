"""Polling: when the TdT is asked again what became of a deposit, more and more seldom, never given up."""

from datetime import datetime, timedelta
from typing import Final

from dematfin.domain.mandat.flux import Flux, FluxState

BACK_OFF: Final = (
    (timedelta(minutes=5), timedelta(minutes=1)),
    (timedelta(minutes=65), timedelta(minutes=5)),
    (timedelta(hours=24), timedelta(minutes=15)),
)
"""Up to which age of a deposit, how often."""
SELDOM: Final = timedelta(hours=1)
DAILY: Final = timedelta(days=1)
GRACE: Final = timedelta(days=7)
"""How long a deposit that the TdT gave up may still be answered by Hélios."""
EARLY: Final = 10
"""A scheduler is never exact to the second: a tenth of the time may be missing."""


def due(flux: Flux, now: datetime) -> bool:
    """Say whether it is time to ask about a deposit again; a clock that was put back asks."""
    if flux.asked_at is None or flux.asked_at > now:
        return True
    return now - flux.asked_at >= period(flux, now) * (EARLY - 1) / EARLY


def period(flux: Flux, now: datetime) -> timedelta:
    """Return how long to wait between two questions; a deposit of which nobody knows the day is an old one."""
    if flux.state is FluxState.REFUSED_BY_TDT:
        return DAILY
    if flux.sent_at is None:
        return SELDOM
    return next((often for age, often in BACK_OFF if now - flux.sent_at < age), SELDOM)


def may_come_late(flux: Flux, now: datetime) -> bool:
    """Say whether Hélios may yet answer a deposit that the TdT refused: its error may have been another one's."""
    since = flux.refused_at or flux.sent_at
    if flux.state is not FluxState.REFUSED_BY_TDT or not flux.remote_id or since is None:
        return False
    return now - since <= GRACE
