"""A claim: what one mandat of an editor's flow asks to pay to one creditor for one invoice."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dematfin.domain.mandat.kind import BordereauKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What has to be matched: a mandat, or those of its lines that name one creditor and one invoice.

    Attributes:
        kind, exercice, bordereau, mandat: TypBord, Exer, IdBord and IdPce.
        rank: 1 for most mandats; one more for each other invoice, or creditor, that the mandat pays.
        type, nature: TypPce and NatPce.
        identifier: IdTiers as it is written; `siren`: the firm behind it (`identity.firm`), empty when there is none.
        number: Facture, twenty signs at most, as the editor wrote it; empty when it wrote none.
        words: Obj, LibVir1, LibVir2: where editors also write numbers and engagements.
        accounts: the accounts by nature that its lines take from.
        iban: IBAN, or the older RIB in one text; `others`: those of its other lines, when they differ.
        starts_on: DteDebDgp, the day from which the delay of payment runs; None when it is not told.
    """

    kind: BordereauKind
    exercice: int
    bordereau: int
    mandat: int
    rank: int = 1
    type: str
    nature: str
    creditor: str
    identifier: str = ""
    siren: str = ""
    number: str = ""
    words: tuple[str, ...] = ()
    amount: Decimal
    accounts: tuple[str, ...] = ()
    iban: str = ""
    others: tuple[str, ...] = ()
    marche: str = ""
    starts_on: date | None = None

    @property
    def key(self) -> str:
        """Name it within its flow, e.g. `01-42-1187-1`."""
        return f"{self.kind}-{self.bordereau}-{self.mandat}-{self.rank}"
