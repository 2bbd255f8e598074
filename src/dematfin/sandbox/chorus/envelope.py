"""How Chorus Pro answers: always `codeRetour` and `libelle`, with HTTP 200 for a functional error."""

from collections.abc import Sequence
from typing import Any, Final

from dematfin.sandbox.server import Reply, json_reply

EMPTY: Final = 20000
INCOHERENT: Final = 20002
UNKNOWN: Final = 20001
MISSING_REASON: Final = 20003
DEFAULT_PAGE: Final = 10

Body = dict[str, Any]


def success(label: str = "TRA_MSG_00.000", **content: Any) -> Reply:
    """Return a success."""
    return json_reply({"codeRetour": 0, "libelle": label, **content})


def failure(code: int, label: str) -> Reply:
    """Return a functional error."""
    return json_reply({"codeRetour": code, "libelle": label})


def nothing_found() -> Reply:
    """Return an empty search: neither list nor pagination."""
    return failure(EMPTY, "TRA_MSG_00.015")


def page_of(rows: Sequence[Any], wanted: Body) -> tuple[Sequence[Any], Body]:
    """Return one page and its pagination; the default page is small."""
    size = int(wanted.get("nbResultatsParPage") or DEFAULT_PAGE)
    number = int(wanted.get("pageResultatDemandee") or 1)
    pages = max(1, -(-len(rows) // size))
    shown = rows[(number - 1) * size : number * size]
    return shown, {"pageCourante": number, "pages": pages, "nbResultatsParPage": size, "total": len(rows)}
