"""A base put back to an older point: what has left since is unknown here, so nothing leaves before all is known again.

What a neighbour shows and our books do not know is a trace. Its numbers are never given again; what it orders to pay
is not ordered again before a person has said what became of it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.long_number import may_stand_for
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.money import ZERO


class Neighbour(StrEnum):
    """Who is asked, in the words of a command."""

    TDT = "tdt"
    CHORUS = "chorus"
    PARAPHEUR = "parapheur"
    EXCHANGE = "echange"


NEIGHBOUR: Final[dict[Neighbour, str]] = {
    Neighbour.TDT: "le TdT",
    Neighbour.CHORUS: "Chorus Pro",
    Neighbour.PARAPHEUR: "l'i-Parapheur",
    Neighbour.EXCHANGE: "le logiciel financier",
}
"""What people read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What one neighbour answered.

    Attributes:
        settled: it has told all that it has; else it could not be asked, or cannot tell.
        certified_by: the person who looked there in its place; empty: it answered itself.
    """

    neighbour: Neighbour
    settled: bool
    said: str
    at: datetime
    certified_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """One return of the books to an older point.

    Attributes:
        data_as_of: age of what was put back: whatever happened later is unknown here.
        restored_at: when we learnt of it; `by`: who said it, or did it; `how`: in which way it is known.
        words: the last word of each neighbour since.
        ended_at, ended_by: when the gate was opened again, and by whom; None: nothing leaves.
    """

    id: str
    data_as_of: datetime
    restored_at: datetime
    by: str
    how: str
    words: tuple[Word, ...] = ()
    ended_at: datetime | None = None
    ended_by: str = ""

    def word(self, neighbour: Neighbour) -> Word | None:
        """Return the last word of a neighbour."""
        return next((one for one in self.words if one.neighbour is neighbour), None)

    def told(self, word: Word) -> "Restored":
        """Return it with the new word of a neighbour."""
        others = tuple(one for one in self.words if one.neighbour is not word.neighbour)
        return replace(self, words=(*others, word))

    @property
    def certifiers(self) -> tuple[str, ...]:
        """The persons who answered in the place of a neighbour."""
        return tuple(dict.fromkeys(one.certified_by for one in self.words if one.certified_by))


class TraceState(StrEnum):
    """What is known of a trace."""

    FOUND = "FOUND"  # waits for a person
    LEFT = "LEFT"  # it did leave: what it pays is never mandated again here
    VOID = "VOID"  # a person certifies that it pays nothing


TRACE: Final[dict[TraceState, str]] = {
    TraceState.FOUND: "à régler",
    TraceState.LEFT: "parti, ses factures sont suivies ailleurs",
    TraceState.VOID: "sans suite, ses factures peuvent être mandatées",
}
"""What people read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedMandat:
    """One order to pay, as a flow that we do not know bears it.

    Attributes:
        creditor: its name; `siren`, `account`: of its first line.
        invoices: their numbers, as the flow writes them, twenty signs at most.
        files: SHA-256 of the documents that it carries.
    """

    exercice: int
    bordereau: int
    number: int
    kind: BordereauKind
    amount: Decimal
    creditor: str = ""
    siren: str = ""
    account: str = ""
    invoices: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What people call it."""
        return f"mandat n° {self.number} du bordereau n° {self.bordereau} de {self.exercice}"

    def pays(self, invoice: Invoice) -> bool:
        """Say whether it pays an invoice: the same document, or the same supplier and number."""
        if invoice.main_file and invoice.main_file in self.files:
            return True
        return bool(self.siren) and self.siren == invoice.supplier_siren and self.names(invoice.number)

    def names(self, number: str) -> bool:
        """Say whether it bears an invoice number, whoever wrote it."""
        return any(may_stand_for(written, number) for written in self.invoices)

    def may_pay(self, invoice: Invoice) -> bool:
        """Say whether it pays an invoice, or may: of a creditor without SIREN, only the account tells who it is."""
        same = not self.siren and bool(self.account) and self.account == invoice.iban
        return self.pays(invoice) or (same and (self.amount == invoice.ttc or self.names(invoice.number)))


OURS: Final = re.compile(r"PESALR1_(\d{14})_(\d{4})_(?:(\d{6})|PJ)_(\d{6})")
"""The name of a flow of ours: SIRET, exercice, bordereau, place in the series of all flows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Something that a neighbour has of ours, and that our books do not know.

    Attributes:
        id: what the neighbour calls it.
        restoration: id of the restoration after which it was found.
        nomfic: name of the flow; empty: it is no flow, or its name cannot be read.
        siret: of the budget that it pays from; empty: nobody can tell.
        read: its contents are known; else only its name is.
        looked_at: SHA-256 of the file that a person took where it was deposited, and that nobody can read as a flow.
        pieces: identifiers of the documents that it carries.
        invoice_id: the invoice that Chorus Pro shows mandated, where no flow says by which mandat.
    """

    id: str
    restoration: str
    neighbour: Neighbour
    nomfic: str = ""
    siret: str = ""
    read: bool
    said: str
    found_at: datetime
    mandats: tuple[TracedMandat, ...] = ()
    pieces: tuple[str, ...] = ()
    invoice_id: str = ""
    looked_at: str = ""
    state: TraceState = TraceState.FOUND
    settled_by: str = ""
    settled_at: datetime | None = None
    motif: str = ""

    @property
    def total(self) -> Decimal:
        """What it orders to pay, in euros."""
        return sum((one.amount for one in self.mandats), ZERO)

    @property
    def is_ours(self) -> bool:
        """Whether its mandats are of our series: another software numbers its own."""
        return OURS.fullmatch(self.nomfic) is not None

    @property
    def label(self) -> str:
        """What people call it."""
        if self.invoice_id:
            return f"Facture {self.invoice_id}"
        return f"Flux {self.nomfic or 'sans nom'} (n° {self.id})"

    def settled(self, state: TraceState, by: str, at: datetime, motif: str) -> "Trace":
        """Return it once a person has said what became of it."""
        return replace(self, state=state, settled_by=by, settled_at=at, motif=motif)


def paying(traces: Iterable[Trace], invoice: Invoice) -> Iterator[tuple[Trace, TracedMandat]]:
    """Yield what has left of ours, unknown here, that pays an invoice, or may pay one that was issued by then."""
    for trace in traces:
        if trace.state is not TraceState.VOID:
            then = invoice.issued_on <= trace.found_at.date()
            yield from ((trace, one) for one in trace.mandats if one.pays(invoice) or (then and one.may_pay(invoice)))


def told(data_as_of: datetime) -> str:
    """Say that the base was put back to an older point, and that nothing leaves; the instant is local."""
    return (
        f"La base a été remise à son état du {data_as_of:%d/%m/%Y à %H:%M} : ce qui est parti depuis n'y est pas "
        "connu. Rien ne part ni ne se signe, sans quoi un fournisseur pourrait être payé deux fois. La journée "
        "interroge les voisins ; voyez ce qui reste à régler : dematfin reprise etat"
    )
