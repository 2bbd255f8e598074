"""What comes back from the DGFiP: acquits of the entry gate, retours of the comptable."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

WHOLE_FLOW_DOMAINS = frozenset({0, 1, 2, 99})
"""DomaineAck whose refusal hits the whole flow: technical, global signature, parameters."""
UNREADABLE = -1
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
        domain: DomaineAck of the element that holds it.
        piece, line: number of the mandat and of its line, 0 when the anomaly is not theirs.
    """

    code: str
    text: str
    domain: int | None = None
    piece: int = 0
    line: int = 0

    @property
    def already_there(self) -> bool:
        """Whether a PJ is refused because Hélios has integrated one under the same identifier."""
        return self.code == KNOWN_PIECE or self.text.startswith(KNOWN_PIECE_TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class AckElement:
    """One verdict of an acquit, on the whole flow, a bordereau, a PJ or a marché.

    Attributes:
        domain: DomaineAck, UNREADABLE when nobody can tell.
        accepted: EtatAck; None when it is absent or unreadable: neither a yes nor a no.
        bordereau: (exercice, number), or None; exercice 0 when it is not told.
        piece_id: IdUnique of a PJ, or empty.
        marche: IdMarche, or empty.
    """

    domain: int
    accepted: bool | None
    bordereau: tuple[int, int] | None = None
    piece_id: str = ""
    marche: str = ""
    anomalies: tuple[Anomaly, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquit:
    """A PES_ACQUIT, of the first or second version.

    Attributes:
        nomfic: name of the flow that it answers.
        siret, cod_col, cod_bud: whom it is for, as it says it.
        remarks: what is wrong with the file itself (not valid against the schema...), in French.
    """

    nomfic: str
    cod_col: str
    siret: str = ""
    cod_bud: str = ""
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
    """One PaiementEmargement, negative when it takes another back.

    Attributes:
        real: money sent to the supplier (OrgEma 01); no other one is.
        origin: OrgEma.
        readable: its amount is; it counts for nothing otherwise.
    """

    real: bool
    paid_on: date | None
    amount: Decimal
    origin: str = ""
    readable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RetourLine:
    """What the comptable says of one line of a mandat.

    Attributes:
        state: EtatLigPce, as it is written.
        reasons: codes of ObsEtat, unknown ones kept.
        amount: HT + TVA.
        settled: MtPayTot, the algebraic sum of what settled the line; None when it is not told.
        opposed: CessOpp, as it is written.
    """

    number: int
    state: str = ""
    reasons: tuple[str, ...] = ()
    comment: str = ""
    amount: Decimal
    settled: Decimal | None = None
    opposed: str = ""
    payments: tuple[Payment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RetourPiece:
    """What the comptable says of one mandat.

    Attributes:
        kind, nature: TypPce, NatPce.
        taken_on, rejected_on, held_on: DtePcePec, DtePceRej, DtePceInst.
        reasons: codes of ObsEtat, unknown ones kept.
        amount: HT + TVA of its lines.
        payments: all that settled its lines.
    """

    exercice: int
    bordereau_kind: str
    bordereau: int
    number: int
    kind: str = ""
    nature: str = ""
    label: str = ""
    state: PieceState
    taken_on: date | None = None
    rejected_on: date | None = None
    held_on: date | None = None
    reasons: tuple[str, ...] = ()
    comment: str = ""
    lines: tuple[RetourLine, ...] = ()
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
