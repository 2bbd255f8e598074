"""Numbers of invoices as finance software writes them: twenty signs, typed by a person, cut by a program."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Final

from dematfin.domain.invoice.duplicates import nearly

LIMIT: Final = 20
"""Signs that Facture holds; a blank at the end is not kept, so one less may have been cut too."""
INVOICE: Final = frozenset({"FACTURE", "FACTURES", "FACT", "FAC"})
ADDED: Final = INVOICE | {"N", "NO", "NR", "NUM", "NUMERO", "REF"}
"""Words that people put before a number, and that no firm numbers its invoices with."""
SERIES: Final = frozenset({"F", "FA", "FT", "INV", "INVOICE"})
"""Those that firms put there themselves, and that people leave out."""
HEADINGS: Final = ADDED | SERIES
LETTER_O: Final = re.compile(r"(?<![^\W\d_])O+(?=[0-9])|(?<=[0-9])O+(?![^\W\d_])|(?<=[0-9])O+(?=[0-9])")
GROUPS: Final = re.compile(r"[0-9]+|[^\W\d_]+")
YEAR: Final = re.compile(r"20[0-9]{2}")
ENOUGH: Final = 5
"""Digits from which a number is taken for no other: neither that of another year, nor a quantity."""
SHORTEST_PART: Final = 3
"""Signs below which the end of a number says nothing."""
PERIOD: Final = re.compile(
    r"\W*(?:[A-Z]+\W+)*(?:(?:JANV(?:IER)?|FEV(?:R(?:IER)?)?|MARS|AVR(?:IL)?|MAI|JUIN|JUIL(?:LET)?|AOUT|SEPT(?:EMBRE)?|OCT(?:OBRE)?"
    r"|NOV(?:EMBRE)?|DEC(?:EMBRE)?)\W*(?:20)?[0-9]{2}|(?:0?[1-9]|1[0-2])[/.\- ]20[0-9]{2})\W*"
)
"""A month, and words before it, which people write where there is no number; a firm may number an invoice so."""


class Fit(Enum):
    """How the number that an editor wrote stands to the number of an invoice."""

    SAME = "même numéro"
    OURS = "identifiant que dematfin ou Chorus Pro lui donne, écrit dans le mandat"
    ALMOST = "même numéro, écrit autrement"  # its prefix, its separators: another invoice could be written so
    SHORT = "même numéro, trop court pour suffire"
    HEAD = "numéro coupé à la fin"
    TAIL = "fin du numéro"
    SLIP = "numéro à une faute de frappe près"
    TOLD = "numéro de facture écrit dans l'objet ou les libellés"
    READ = "numéro lu dans l'objet ou les libellés"
    OTHER = "autre numéro"
    NONE = "aucun numéro"


COMPATIBLE: Final = frozenset(Fit) - {Fit.OTHER, Fit.NONE}


@dataclass(frozen=True)
class Number:
    """One number, taken apart.

    Attributes:
        signs: as many as were written.
        series: the letters that a firm may have put before it, if any, without the words of people.
        groups: its digits and letters, as they were written.
    """

    signs: int
    series: tuple[str, ...]
    groups: tuple[str, ...]

    @cached_property
    def bare(self) -> tuple[str, ...]:
        """Its groups without the zeros before them."""
        return tuple(one.lstrip("0") or "0" if one.isdigit() else one for one in self.groups)

    @cached_property
    def compact(self) -> str:
        """Its signs without what stands between them."""
        return "".join(self.groups)

    @cached_property
    def whole(self) -> str:
        """Its signs, the letters of its series among them."""
        return "".join(self.series) + self.compact

    @cached_property
    def letters(self) -> tuple[str, ...]:
        """Its letters, which a firm seldom changes: those of another series are others."""
        return (*self.series, *(one for one in self.groups if not one.isdigit()))

    @cached_property
    def counted(self) -> int:
        """How many of its digits are not those of a year."""
        return sum(len(one) for one in self.groups if one.isdigit() and not YEAR.fullmatch(one))

    @cached_property
    def digits(self) -> int:
        """How many digits it was written with."""
        return sum(len(one) for one in self.groups if one.isdigit())

    @property
    def is_long(self) -> bool:
        """Whether its firm does not begin it anew each year, as far as digits tell: 412 was also that of last year."""
        return sum(len(one) for one in self.bare if one.isdigit()) >= ENOUGH

    @cached_property
    def keys(self) -> tuple[str, str]:
        """What it is looked up by: two numbers that share one are written alike."""
        return " ".join(self.bare), self.compact

    def __bool__(self) -> bool:
        return bool(self.groups)


def plain(text: str) -> str:
    """Return a text in upper case without accents, a letter O among digits being a zero.

    >>> plain("Fact. n° 2O26-OO412")
    'FACT. N  2026-00412'
    """
    unaccented = unicodedata.normalize("NFKD", re.sub("[°º]", " ", text)).upper()
    letters = "".join(sign for sign in unaccented if not unicodedata.combining(sign))
    return LETTER_O.sub(lambda found: "0" * len(found[0]), letters)


def number_of(text: str) -> Number:
    """Take a number apart; one without a digit is none.

    >>> number_of("Fact n° FA2026-00412").keys, number_of("ABONNEMENT").keys
    (('2026 412', '202600412'), ('', ''))
    """
    return number_in(len(text.strip()), GROUPS.findall(plain(text)))


def number_in(signs: int, groups: list[str]) -> Number:
    """Take a number apart whose groups are known, and how many signs they were written in."""
    if not any(one.isdigit() for one in groups):
        return Number(signs, (), ())
    start = next(place for place, one in enumerate(groups) if one not in HEADINGS)
    series = tuple(one for one in groups[:start] if one not in ADDED)[-1:]
    return Number(signs, series, tuple(groups[start:]))


def is_period(text: str) -> bool:
    """Say whether a text is a month, of something or not.

    >>> is_period("Loyer août 2026"), is_period("05/2026"), is_period("412/2026")
    (True, True, False)
    """
    return PERIOD.fullmatch(plain(text)) is not None


def is_whole(written: Number, ours: Number) -> bool:
    """Say whether a number was written from its first digit to its last, and can be read in one way."""
    return (written.bare == ours.bare or _one_way(ours)) and not _may_be_cut(written, ours)


def fit(written: Number, ours: Number) -> Fit:
    """Compare what an editor wrote with the number of an invoice."""
    if not written or not ours:
        return Fit.NONE
    if written.bare == ours.bare or written.compact == ours.compact:
        return _alike(written, ours)
    if written.signs >= LIMIT - 1 and ours.compact.startswith(written.compact):
        return Fit.HEAD
    if len(written.compact) >= SHORTEST_PART and _is_tail(written, ours):
        return Fit.TAIL
    return Fit.SLIP if _is_slip(written.compact, ours.compact) or _is_slip(*_joined(written, ours)) else Fit.OTHER


def _is_slip(written: str, ours: str) -> bool:
    return abs(len(written) - len(ours)) <= 1 and nearly(written, ours)


def _alike(written: Number, ours: Number) -> Fit:
    """SAME only when no other invoice could be written so."""
    if written.series and ours.series and written.series != ours.series:
        return Fit.SLIP
    if ours.digits == 1:  # the first mistake of typing makes it another invoice's
        return Fit.SHORT
    sure = written.series == ours.series and ours.is_long and is_whole(written, ours)
    return Fit.SAME if sure else Fit.ALMOST


def _may_be_cut(written: Number, ours: Number) -> bool:
    """Twenty signs may be the beginning of a longer number, unless a zero says that the last group is whole."""
    return written.signs >= LIMIT - 1 and not (written.groups[-1] == ours.groups[-1] and ours.groups[-1][0] == "0")


def _one_way(ours: Number) -> bool:
    """Say whether digits without separators can be parted again in one way: 2026-1-12 and 2026-11-2 cannot."""
    return sum(1 for one in ours.groups if one.isdigit() and not YEAR.fullmatch(one)) <= 1


def _is_tail(written: Number, ours: Number) -> bool:
    ends = ours.compact.endswith(written.compact) or ours.whole.endswith(written.whole)
    return ends or ours.bare[-len(written.bare) :] == written.bare


def _joined(written: Number, ours: Number) -> tuple[str, str]:
    return "".join(written.bare), "".join(ours.bare)
