"""What comes back from the DGFiP: acquits of the entry gate, retours of the comptable."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

WHOLE_FLOW_DOMAINS = frozenset({0, 1, 2, 99})
"""DomaineAck whose refusal hits the whole flow: technical, global signature, parameters."""
SIGNATURE_OF_BORDEREAU = 3
PIECE_JOINTE = 4
EXPENSE = 5
KNOWN_PIECE = "ERREUR_DOUBLON_PJ"
KNOWN_PIECE_TEXT = "1984"
"""Most errors come as ERREUR_AUTRE, and only the number that begins their text tells them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """One reason given by the entry gate, at the level where it stands.

    Attributes:
        code: NumAnoAck, possibly a code that we do not know.
        text: LibelleAnoAck; most business errors are told only by its leading number.
        piece, line: number of the mandat and of its line, 0 when the anomaly is not theirs.
    """

    code: str
    text: str
    piece: int = 0
    line: int = 0

    @property
    def already_there(self) -> bool:
        """Whether a PJ is refused because Hélios has integrated one under the same identifier."""
        return self.code == KNOWN_PIECE or self.text.startswith(KNOWN_PIECE_TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class AckElement:
    """One verdict of an acquit, on the whole flow, a bordereau or a PJ.

    Attributes:
        bordereau: (exercice, number), or None.
        piece_id: IdUnique of a PJ, or empty.
    """

    domain: int
    accepted: bool
    bordereau: tuple[int, int] | None = None
    piece_id: str = ""
    anomalies: tuple[Anomaly, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquit:
    """A PES_ACQUIT, of the first or second version.

    Attributes:
        nomfic: name of the flow that it answers.
        remarks: what is wrong with the file itself (not valid against the schema...), in French.
    """

    nomfic: str
    cod_col: str
    elements: tuple[AckElement, ...]
    remarks: tuple[str, ...] = ()


class PieceState(StrEnum):
    """EtatPce of a PES_Retour."""

    ON_HOLD = "01"
    TAKEN_IN_CHARGE = "02"
    REJECTED = "04"
    SETTLED = "05"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One PaiementEmargement; only `real` ones are money sent to the supplier (OrgEma 01)."""

    real: bool
    paid_on: date | None
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RetourPiece:
    """What the comptable says of one mandat.

    Attributes:
        taken_on, rejected_on, held_on: DtePcePec, DtePceRej, DtePceInst.
        reasons: codes of ObsEtat, unknown ones kept.
        amount: HT + TVA of its lines.
    """

    exercice: int
    bordereau_kind: str
    bordereau: int
    number: int
    state: PieceState
    taken_on: date | None = None
    rejected_on: date | None = None
    held_on: date | None = None
    reasons: tuple[str, ...] = ()
    comment: str = ""
    payments: tuple[Payment, ...] = ()
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Retour:
    """A PES_Retour about expenses; `remarks` as in an acquit."""

    nomfic: str
    siret: str
    cod_bud: str
    pieces: tuple[RetourPiece, ...]
    remarks: tuple[str, ...] = ()
