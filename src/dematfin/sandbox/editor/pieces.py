"""What the finance software makes: pieces (mandats, réductions) of one line or more, on bordereaux of its own."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from dematfin.sandbox.world import Part

MANDATS: Final = "01"
REDUCTIONS: Final = "02"
"""TypBord."""
TRANSFER: Final = "03"
NOTICE: Final = "09"
DRAWN: Final = "10"
"""ModRegl."""
DELAY: Final = timedelta(days=30)


class State(StrEnum):
    """Where a piece stands, in the words of its screen."""

    TYPED = "saisi"
    EXPORTED = "exporté"
    RECEIVED = "reçu par Hélios"
    REFUSED = "refusé à l'entrée d'Hélios"
    ON_HOLD = "en instance"
    TAKEN = "pris en charge"
    REJECTED = "rejeté par le comptable"
    PAID = "payé"


class Origin(Part):
    """What a line goes back to: RattachPiece."""

    nature: str
    exercice: int
    piece: int
    ligne: int = 0


class Line(Part):
    """One line: `facture` as it was typed, 20 signs at most; `libelles` for the payee."""

    creditor: str
    compte: str
    fonction: str = ""
    montant: Decimal
    mode: str = TRANSFER
    iban: str = ""
    facture: str = ""
    libelles: tuple[str, ...] = ()
    marche: str = ""
    emprunt: str = ""
    origine: Origin | None = None


class Piece(Part):
    """A mandat, or a réduction.

    Attributes:
        sort: TypBord of the bordereaux that it may stand on.
        type, nature: TypPce and NatPce.
        arrivee: the day from which the delay of payment runs; None when it pays no invoice, or nobody told.
        bordereau: 0 until it is on one.
        document: the file of its invoice, in the software's own folder.
        dit: what the DGFiP said of it last.
    """

    sort: str = MANDATS
    numero: int
    type: str = "01"
    nature: str = "01"
    objet: str
    lignes: tuple[Line, ...]
    arrivee: date | None = None
    bordereau: int = 0
    etat: State = State.TYPED
    document: str = ""
    dit: str = ""

    @property
    def montant(self) -> Decimal:
        """The sum of its lines."""
        return sum((line.montant for line in self.lignes), Decimal(0))

    @property
    def fin(self) -> date | None:
        """The day by which it has to be paid."""
        return self.arrivee + DELAY if self.arrivee else None


class Bordereau(Part):
    """A bordereau; `exports` counts the flows that it left in, `cumul` is the running total of the year up to it."""

    sort: str
    numero: int
    emis_le: date
    cumul: Decimal
    exports: int = 0
