"""Faults that a neighbour may be asked to commit, a number of times; none by default."""

import threading
from typing import Final

CHORUS: Final = frozenset(
    {
        "token_empty",
        "token_refused",
        "token_expired",  # a good token is refused and forgotten
        "forbidden",
        "slow",
        "bad_gateway",
        "maintenance",  # a page for people, with HTTP 200
        "server_error",
        "bad_request_400",  # a functional error under HTTP 400
        "too_many",
        "too_many_retry_after",
        "ids_as_text",
        "pagination_null",
        "keys_omitted",  # a key without value is left out, instead of null
        "duplicate_pages",  # a page from the second on also repeats the page before
        "unknown_status",
        "histo_short_page",  # two passages a page, whatever is asked
        "cut_download",
        "moved",  # an invoice is suspended by somebody else between its search and its download
        "old_pivot",  # V1_22
        "raw_files",  # attachments that are not zipped
        "cut_after_status",
        "functional_error",
        "status_20002",
    }
)
TDT: Final = frozenset(
    {
        "cut_before_store",
        "cut_after_store",
        "truncated",
        "bad_gateway",
        "login_page",
        "window_full",
        "never_answer",
        "refuse_flow",
        "invalid_acquit",
        "retour_cut",
    }
)
PARAPHEUR: Final = frozenset(
    {
        "duplicate",  # a creation is refused as already there
        "introuvable",  # a folder that is there is said not to be
        "mtom",  # parts on the path that promises none
        "fault",  # a SOAP Fault under HTTP 500
        "cut_after_create",
        "html",  # a page for people, with HTTP 200
        "unavailable",  # 503, as at night
        "unknown_status",
        "single_log",  # the last line of a history, alone
        "quoted_names",  # names of annexes between quotes
        "slow",
    }
)

SMTP: Final = frozenset(
    {
        "refuse_recipient",
        "later",  # 451 once the message is there
        "cut_before_data",
        "cut_after_data",  # the mail is kept, its sender never knows
        "slow",
    }
)


class Faults:
    """Counts what is left of each fault."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._left: dict[str, int] = {}
        self._lock = threading.Lock()

    def set(self, name: str, times: int) -> None:
        """Ask for a fault; ValueError when this neighbour cannot commit it."""
        if name not in self._known:
            raise ValueError(name)
        with self._lock:
            self._left[name] = times

    def take(self, name: str) -> bool:
        """Say whether to commit a fault now, and count it."""
        with self._lock:
            left = self._left.get(name, 0)
            if left:
                self._left[name] = left - 1
            return left > 0
