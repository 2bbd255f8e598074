"""Bordereaux: the list, one with its mandats, and the mayor's book. Signing stays at the key."""

import io
from typing import Final

from starlette.responses import Response

from dematfin.acts import book as facts
from dematfin.acts import consult, latest
from dematfin.web.headers import DOCUMENT
from dematfin.web.visit import Visit

BOOK: Final = {"Content-Security-Policy": DOCUMENT}


def show_all(visit: Visit) -> Response:
    """List them, those that wait first."""
    listed = latest.bordereaux(visit.app, visit.who)
    return visit.page(
        "bordereaux.html",
        waiting=[one for one in listed if one.waits],
        others=[one for one in listed if not one.waits],
        most=latest.SHOWN,
    )


def show(visit: Visit) -> Response:
    """Show one and its mandats."""
    (sheet,) = consult.sheets(visit.app, visit.who, _asked(visit))
    budget = visit.app.policy.budget(sheet.bordereau.siret)
    return visit.page("bordereau.html", sheet=sheet, budget=budget.label, paperless=visit.app.policy.paperless)


def read(visit: Visit) -> Response:
    """Open its book, made now: what is out of the ordinary first."""
    made, sink = facts.book(visit.app, visit.who, _asked(visit)), io.BytesIO()
    facts.write(visit.app, visit.who, made, sink)
    return Response(sink.getvalue(), media_type="text/html; charset=utf-8", headers=BOOK)


def _asked(visit: Visit) -> str:
    return str(visit.request.path_params["bordereau"])
