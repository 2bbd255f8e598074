"""Faults that a neighbour may be asked to commit, a number of times; none by default."""

import threading
from typing import Final

from dematfin.sandbox.clock import Clock

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
        # when the link is only tried (test-connexion, info-connexion)
        "connection_ko",
        "connection_page",  # HTML, with HTTP 200
        # instead of the answer, at any script of the module
        "bad_gateway",
        "unavailable",  # 503
        "server_error",  # 500, with the words of PHP
        "empty_500",
        "login_page",  # HTML, with HTTP 200
        "to_login",  # redirects: to the login page,
        "to_connexion_status",  # to the page that says why,
        "to_index",  # to the module,
        "to_root",  # to the site
        "ko_text",  # KO and a message, in plain text
        "ko_api",  # the same, as to a program that said api=1
        # with the answer, at any script of the module
        "slow",  # the work is done, the answer comes `Faults.seconds` later
        "dropped",  # the work is done, the connection is cut without a word
        "truncated",
        "utf8_as_latin",  # an envelope in UTF-8 under the label of Latin-1
        "latin_undeclared",  # an envelope in Latin-1 under no label
        # at a deposit
        "cut_before_store",
        "cut_after_store",
        "server_error_after_store",
        "upload_error",  # of PHP
        "refuse_flow",  # a KO that does not last
        "duplicate_said",  # a twin that is not there
        "twin_race",  # a twin is taken; the second ends in -1, as its name is known
        "held_13",  # to be signed on the platform
        "held_14",  # to be transmitted by hand
        # before it leaves
        "analysis_stuck",  # stays in 1
        "file_lost",
        "virus",
        "bad_signature",
        "window_full",  # stays in 2
        "cancelled",  # 0
        # at its answer: `times` of the first is the number of polls by which an acquit is late
        "never_answer",  # stays in 3
        "no_acquit_expected",  # 24
        "invalid_acquit",  # -1, with the file
        "late_after_error",  # -1, then 8 at the next poll
        "archive_19",  # 8 is over before anybody has seen it, and so for the four that follow
        "archive_9",
        "archive_10",
        "archive_11",
        "archive_20",
        "purged",  # 22, without the acquit
        # as it is told
        "status_7",  # as long as asked
        "status_21",
        "status_42",
        "still_sent",  # 3, though the acquit is there
        "deleted",  # by an administrator: the number is known no more
        "acquit_page",  # HTML that says it is not there, though it is
        # at retours
        "retour_cut",  # on its way to us; whole the second time
        "retour_truncated",  # as it came from the DGFiP
        "retour_twice",  # under two numbers
        "retour_odd_name",  # its name is not that of an XML file
    }
)
HELIOS: Final = frozenset(
    {
        # refusals by the gate of a flow with which nothing is wrong; without any, it judges what it received
        "technical_ko",  # domain 0: the whole flow
        "timeout_ko",
        "signature_ko_1",  # domains 1 to 3, no bordereau named: the whole flow
        "signature_ko_2",
        "signature_ko_3",
        "parameters_ko",  # domain 99
        "unknown_code",  # of a domain and an anomaly that nobody knows
        "pj_ko",  # one document, and what refers to it
        "bordereau_ko",  # one bordereau, while its documents are accepted, and so for the three that follow
        "piece_ko",  # because of one mandat
        "line_ko",  # because of one line
        "split_ko",  # in as many elements as it has mandats
        # the form of the answer
        "non_acquit",
        "version_1",  # flat, in the other namespace
        "no_block",  # nothing but a header: 4
        "not_valid",  # readable, but no schema knows it: -1, with the file
        "foreign_nomfic",  # goes to nobody
        "second_acquit",  # another one follows, which says something else
        # the comptable; without any, a mandat is settled at once, never said to be taken in charge (02)
        "rejected",
        "taken_first",  # 02, then 05
        "on_hold",  # 01, then 02, then 05
        "on_hold_then_rejected",
        "rejected_after_taken",  # both dates: the number is burnt
        "partial_payments",
        "settled_otherwise",  # OrgEma 04: no money went to the supplier
        # a retour that says more than it should
        "unknown_mandats",
        "regularisation",  # TypBord 04: a request, not an answer
        "huge_retour",  # thousands of pieces
        "other_siret",  # a second one comes along, about somebody else
        "re_emitted",  # RR or RP: the same again
    }
)
PLATFORM: Final = TDT | HELIOS
"""What S²LOW and the DGFiP behind it may be asked through one door."""
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
EDITOR: Final = frozenset(
    {
        # when an invoice is mandated
        "wrong_iban",  # the account of its own file, which is another supplier's
        "wrong_amount",  # ten euros too much
        "number_forgotten",  # no number of invoice anywhere
        "twice",  # two mandats for one invoice
        # when a flow is written
        "utf8",
        "commented",  # within the bordereau too
        "own_piece",  # carries a document of its own, and refers to it
        "without_ids",  # neither the flow nor its bordereaux can be signed as they are
        "signed",  # by the mayor, in the finance software
        "signed_unknown",  # by a key that no recognised authority knows
        "no_cumul",
        "wrong_siret",  # two signs exchanged
        "wrong_sum",  # the bordereau is not the sum of its mandats
        # when it is exported
        "exported_twice",  # the same file under two names
        "truncated",
        "slow",  # written where it is looked for, a bit at a time
    }
)

SLOW: Final = 0.5


class Faults:
    """Counts what is left of each fault; a test also holds the neighbour's clock, and how slow `slow` is."""

    def __init__(self, known: frozenset[str]) -> None:
        self.clock = Clock()
        self.seconds = SLOW
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
