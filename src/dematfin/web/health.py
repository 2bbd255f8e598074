"""`/healthz`, `/readyz`: whether pages are served, and whether their base answers; a stranger is told no more."""

from collections.abc import Awaitable, Callable
from threading import Lock
from time import monotonic
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from dematfin.acts.health import standing
from dematfin.domain.parties.person import UNATTENDED
from dematfin.ports.app import App
from dematfin.steps.outcome import Tally

FRESH: Final = 5.0
"""Seconds for which an answer holds: whoever asks without end does not wear the base out."""


async def alive(_: Request) -> Response:
    """Say that requests are served."""
    return _said(well=True)


def ready(app: App) -> Callable[[Request], Awaitable[Response]]:
    """Return what says whether the base answers."""
    turn = Lock()
    known = {"at": -FRESH, "well": 0.0}

    def look() -> bool:
        with turn:
            if monotonic() - known["at"] >= FRESH:
                known.update(well=float(_answers(app)), at=monotonic())
            return bool(known["well"])

    async def answer(_: Request) -> Response:
        return _said(well=await run_in_threadpool(look))

    return answer


def _answers(app: App) -> bool:
    tally = Tally("santé")
    with tally.whole("Base"):
        standing(app, UNATTENDED)
    return not tally.outcome().failures


def _said(*, well: bool) -> Response:
    return PlainTextResponse("ok\n" if well else "ko\n", 200 if well else 503, {"Cache-Control": "no-store"})
