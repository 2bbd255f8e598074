"""The mayor's book: what must be known of a bordereau before it is signed, what is unusual first."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from dematfin.domain.delay.dgp import Dgp
from dematfin.domain.document import DocumentRef
from dematfin.domain.head import NOTHING, Head
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.money import ZERO


class Unusual(StrEnum):
    """Why a mandat deserves a second look, the most serious first."""

    BANK = "Compte bancaire"
    FORCED = "Contrôle forcé"
    WAIVER = "Dérogation"
    NO_ENGAGEMENT = "Sans engagement"
    NO_PIECE = "Sans pièce jointe"
    LATE = "Délai dépassé"
    SOON = "Délai proche"
    IN_PART = "Admise en partie"
    NETTED = "Avoir déduit"
    PAID_BEFORE = "Après paiement"
    REDUCTION = "Réduction"


ORDER: Final = tuple(Unusual)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One unusual thing, in a sentence for whoever signs."""

    why: Unusual
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """Who said that the service was done, at which desk, when; `decree`: what delegates the desk, if anything."""

    who: str
    desk: str
    at: datetime
    executed_on: date | None
    comment: str
    decree: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One mandat of the book.

    Attributes:
        invoices: those that it pays or nets, the one that it pays first.
        engagement: number and label, empty when there is none.
        first_page: the file whose first page is shown; None when there is none to show.
        iban: masked.
        others: names of the documents that the finance software put in its file for it.
    """

    mandat: Mandat
    invoices: tuple[Invoice, ...]
    engagement: str
    iban: str
    certified: tuple[Certified, ...]
    pieces: tuple[Piece, ...]
    remarks: tuple[Remark, ...]
    first_page: DocumentRef | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterTotal:
    """What a bordereau orders on one chapter."""

    investment: bool
    chapter: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A whole bordereau, as it is read before it is signed.

    Attributes:
        state: where its flow stands, in French.
        remarks: exceptions about the bordereau itself.
        made_on: the day from which delays are counted.
        together: the other bordereaux of the same file: signed with it, or not at all.
        editor_flow: the export of the finance software that it comes from, empty when dematfin made it.
        head: of what was sealed when it was made.
    """

    collectivite: str
    budget: str
    siret: str
    bordereau: Bordereau
    state: str
    prepared_by: str
    made_on: date
    entries: tuple[Entry, ...]
    remarks: tuple[Remark, ...]
    together: tuple[str, ...] = ()
    editor_flow: str = ""
    head: Head = NOTHING

    @property
    def unusual(self) -> tuple[tuple[Remark, Entry | None], ...]:
        """All the remarks, the most serious first, each with its mandat, or None when it is about the bordereau."""
        found: list[tuple[Remark, Entry | None]] = [(one, None) for one in self.remarks]
        found += [(one, entry) for entry in self.entries for one in entry.remarks]
        return tuple(sorted(found, key=lambda pair: ORDER.index(pair[0].why)))

    @property
    def chapters(self) -> tuple[ChapterTotal, ...]:
        """The total of each chapter, functioning first."""
        sums: dict[tuple[bool, str], Decimal] = {}
        for line in (line for one in self.entries for line in one.mandat.lines):
            key = (line.imputation.investment, line.imputation.chapitre)
            sums[key] = sums.get(key, ZERO) + line.total
        return tuple(
            ChapterTotal(investment=section, chapter=chapter, amount=amount)
            for (section, chapter), amount in sorted(sums.items())
        )


def days_left(dgp: Dgp, today: date) -> int:
    """Return the days until the end of a legal delay, negative once it is over."""
    return (dgp.deadline - today).days
