"""Why a file stays in quarantine: stable codes, for programs; each error says it in French."""

from enum import StrEnum


class Reason(StrEnum):
    """What makes that a file cannot be taken apart without a risk of losing a page."""

    EMPTY = "empty"
    NOT_PDF = "not_pdf"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"  # mending it may have lost pages
    INCOMPLETE = "incomplete"  # it was cut short on its way
    TOO_MANY_PAGES = "too_many_pages"
    TOO_BIG = "too_big"
    PIXEL_LIMIT = "pixel_limit"
    TIMEOUT = "timeout"
    CRASH = "crash"
    INVARIANT = "invariant"  # a page would not be found once, and once only
