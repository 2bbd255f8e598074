"""A PES_Aller as a reader sees it: the figures of a flow, whoever wrote it."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMandat:
    """One Piece: its number, what it pays, to whom, for which invoices, with which documents."""

    number: int
    kind: tuple[str, str]
    label: str
    amount: Decimal
    creditor: str
    iban: str
    invoices: tuple[str, ...]
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBordereau:
    """One Bordereau, with the totals that it announces."""

    element_id: str
    exercice: int
    number: int
    kind: str
    announced: Decimal
    cumul: Decimal | None
    mandats: tuple[ReadMandat, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFlow:
    """One PES_Aller.

    Attributes:
        carried: IdUnique of the PJ carried by value.
        signatures: how many ds:Signature elements it holds.
    """

    nomfic: str
    siret: str
    cod_col: str
    cod_bud: str
    dematerialised: bool
    bordereaux: tuple[ReadBordereau, ...]
    carried: tuple[str, ...]
    signatures: int
