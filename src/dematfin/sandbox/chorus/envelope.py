"""How Chorus Pro answers: always `codeRetour` and `libelle`, with HTTP 200 for a functional error."""

from collections.abc import Sequence
from typing import Any, Final

from dematfin.sandbox.server import Reply, json_reply

EMPTY: Final = 20000
EMPTY_WORKS: Final = 20007
INCOHERENT: Final = 20002
UNKNOWN: Final = 20001
MISSING_REASON: Final = 20003
UNKNOWN_INVOICE: Final = "La demande de paiement est inconnue du système."
WRONG_STATUS: Final = "Incohérence au niveau du statut d'origine ou de destination de la facture."
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


def window(total: int, size: int | None, number: int | None) -> tuple[int, Body]:
    """Return where a page begins, and its pagination; the default page is small."""
    size, number = size or DEFAULT_PAGE, number or 1
    pages = max(1, -(-total // size))
    page = {"pageCourante": number, "pages": pages, "nbResultatsParPage": size, "total": total}
    return (number - 1) * size, page


def page_of(rows: Sequence[Any], wanted: Body) -> tuple[Sequence[Any], Body]:
    """Return one page and its pagination."""
    size, number = int(wanted.get("nbResultatsParPage") or 0), int(wanted.get("pageResultatDemandee") or 0)
    start, page = window(len(rows), size, number)
    return rows[start : start + page["nbResultatsParPage"]], page


def paged(rows: Sequence[Body], name: str, suffix: str, asked: tuple[Any, Any]) -> Body:
    """Return a list within an answer, with its own paging: every name ends like the list.

    Args:
        rows: the whole list.
        name: its name.
        suffix: what its paging ends with.
        asked: rows a page, and number of the page; both may be None.
    """
    size, number = (int(one or 0) for one in asked)
    start, page = window(len(rows), size, number)
    shown = list(rows[start : start + page["nbResultatsParPage"]])
    return {name: shown} | {f"{key}{suffix}": value for key, value in page.items()}
