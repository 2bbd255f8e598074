"""What a town has counted: its rows, counted anew by pages of any size, and the laws that lives obey."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby, pairwise
from typing import Any, Final

from dematfin.domain.tally.happening import Happening, What
from dematfin.domain.tally.reached import Reached
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stage import ENDED, Stage
from dematfin.domain.tally.stay import STILL, Stay
from dematfin.domain.tally.uncounted import Uncounted
from dematfin.steps.tally import tally
from fakes.hall import Hall

FACTS: Final = (Stay, Settlement, Happening)
ROWS: Final = (*FACTS, Reached, Uncounted)


def facts(hall: Hall) -> tuple[Any, ...]:
    """Return all that is counted."""
    return tuple(hall.all(kind) for kind in FACTS)


def forget(hall: Hall) -> None:
    """Leave nothing of what was counted."""
    kept = {key: one for key, one in hall.ledger.records.items() if key[0] not in ROWS}
    hall.ledger.records = kept


def recounted(hall: Hall, page: int) -> tuple[Any, ...]:
    """Count the whole journal anew, by pages."""
    forget(hall)
    outcome = tally(hall.app, page)
    assert not outcome.failures
    return facts(hall)


def life(hall: Hall, invoice_id: str) -> list[Stay]:
    """Return the stays of an invoice, oldest first."""
    return sorted((one for one in hall.all(Stay) if one.invoice_id == invoice_id), key=lambda one: one.id)


def stages(hall: Hall, invoice_id: str) -> list[Stage]:
    """Return where an invoice has stood, one after the other."""
    return [stage for stage, _ in groupby(life(hall, invoice_id), key=lambda one: one.stage)]


def moves(hall: Hall) -> dict[str, list[tuple[Stage, datetime, datetime]]]:
    """Return when each invoice came and left, stays in one stage taken together."""
    told: dict[str, list[tuple[Stage, datetime, datetime]]] = {}
    for key in sorted({one.invoice_id for one in hall.all(Stay)}):
        for stage, group in groupby(life(hall, key), key=lambda one: one.stage):
            there = list(group)
            told.setdefault(key, []).append((stage, there[0].since, there[-1].until))
    return told


def told(hall: Hall, what: What) -> list[Happening]:
    """Return what happened of one kind, in order."""
    return [one for one in hall.all(Happening) if one.what is what]


def check_laws(stays: Iterable[Stay]) -> None:
    """No overlap, no gap while something is waited for, an end lasts no time, and all adds up."""
    lives = groupby(sorted(stays, key=lambda one: one.id), key=lambda one: one.invoice_id)
    for _, group in lives:
        one_life = list(group)
        for before, after in pairwise(one_life):
            assert before.until <= after.since
            assert before.stage in ENDED or before.until == after.since
        for one in one_life:
            assert (one.until == one.since) if one.stage in ENDED else (one.until >= one.since)
        assert all(one.until != STILL for one in one_life[:-1])
        if not any(one.stage in ENDED for one in one_life[:-1]):
            last = one_life[-1]
            end = last.since
            waited = sum(((one.until - one.since) for one in one_life[:-1]), last.since - last.since)
            assert waited == end - one_life[0].since
