"""A mandat: the order to pay one creditor one exact sum, numbered without gap in its budget and year."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from dematfin.domain.delay.dgp import Dgp
from dematfin.domain.machine import Machine
from dematfin.domain.mandat.kind import MandatKind, PaymentMode, triplet
from dematfin.domain.mandat.reason import Reason
from dematfin.domain.money import ZERO
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Imputation


class MandatState(StrEnum):
    """Where a mandat stands."""

    PREPARED = "PREPARED"  # liquidated, waits for a bordereau
    IN_BORDEREAU = "IN_BORDEREAU"  # numbered and frozen; the signature is the bordereau's
    SENT = "SENT"  # left with its flow
    REFUSED_AT_GATE = "REFUSED_AT_GATE"  # its bordereau did not pass Hélios' entry gate
    TAKEN_IN_CHARGE = "TAKEN_IN_CHARGE"  # accepted by the comptable
    ON_HOLD = "ON_HOLD"  # suspended by the comptable
    REJECTED = "REJECTED"  # rejected by the comptable
    PARTLY_PAID = "PARTLY_PAID"
    PAID = "PAID"
    CANCELLED = "CANCELLED"


S = MandatState
_AFTER_VISA: Final = frozenset({S.TAKEN_IN_CHARGE, S.ON_HOLD, S.REJECTED, S.PARTLY_PAID, S.PAID})
MANDAT_MACHINE: Final = Machine(
    {
        S.PREPARED: frozenset({S.IN_BORDEREAU, S.CANCELLED}),
        S.IN_BORDEREAU: frozenset({S.SENT, S.PREPARED}),
        S.SENT: frozenset({S.REFUSED_AT_GATE}) | _AFTER_VISA,  # a retour may skip steps
        S.REFUSED_AT_GATE: frozenset({S.PREPARED}),
        S.TAKEN_IN_CHARGE: _AFTER_VISA - {S.TAKEN_IN_CHARGE} | {S.CANCELLED},
        S.ON_HOLD: frozenset({S.TAKEN_IN_CHARGE, S.REJECTED, S.PAID}),
        S.PARTLY_PAID: frozenset({S.TAKEN_IN_CHARGE, S.REJECTED, S.PAID}),
        S.REJECTED: frozenset({S.PREPARED, S.CANCELLED}),
        S.PAID: frozenset(),
        S.CANCELLED: frozenset(),
    },
    words={
        S.PREPARED: "préparé",
        S.IN_BORDEREAU: "en bordereau",
        S.SENT: "transmis",
        S.REFUSED_AT_GATE: "refusé au guichet",
        S.TAKEN_IN_CHARGE: "pris en charge",
        S.ON_HOLD: "en instance",
        S.PARTLY_PAID: "payé en partie",
        S.REJECTED: "rejeté par le comptable",
        S.PAID: "payé",
        S.CANCELLED: "annulé",
    },
)

AT_HELIOS: Final = frozenset({S.SENT, S.TAKEN_IN_CHARGE, S.ON_HOLD, S.PARTLY_PAID, S.PAID})
"""Has left, and neither came back nor was cancelled."""
UNANSWERED: Final = frozenset({S.IN_BORDEREAU, S.SENT})
"""In a bordereau of which the DGFiP has said nothing yet: only such a mandat may leave, or be refused at the gate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a mandat.

    Attributes:
        amount: MtHT. A budget that recovers no TVA puts its TTC there; one that does puts its HT, and `tva` apart.
        tva: MtTVA, None on a budget that recovers none.
        invoice_ht: HT of the invoice, told apart when it differs (MtFactHT).
        engagement: id of the engagement that this line takes from; empty: that of its mandat.
        inventaire: number of the asset (IdActif).
        origin_line: line of the mandat that is taken back (IdLigneOrig); 0 when none is.
    """

    number: int
    imputation: Imputation
    amount: Decimal
    tva: Decimal | None = None
    invoice_ht: Decimal | None = None
    engagement: str = ""
    inventaire: str = ""
    origin_line: int = 0

    @property
    def total(self) -> Decimal:
        """What it orders to pay, TVA included."""
        return self.amount + (self.tva or ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one invoice brings to a mandat: negative for a credit note that is netted."""

    invoice_id: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The mandat that is taken back (RattachPiece): its id, its exercice and its number there."""

    mandat: str
    exercice: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandat:
    """One order to pay.

    Attributes:
        id: ours, allotted at the liquidation; `number` (IdPce) comes with the bordereau.
        editor: the finance software made it: its number, its accounts and its sums are never changed here.
        codes: TypPce and NatPce, where the kind alone does not tell them; empty otherwise.
        regie: the régie that it is about (IdRegie), empty when it is about none.
        dgp: None when no invoice asks for its payment: there is no delay to follow.
        bordereau: id of the bordereau that holds it, empty before.
        tiers: the creditor as it was when the mandat was made, or issued again.
        reference: number of the invoice, for the payee and for Hélios.
        pieces: IdUnique of its supporting documents.
        engagement: id of the engagement that it takes from, empty when there is none.
        mode: how the comptable pays, or how it was paid already.
        paid_before: day on which the money left by itself, of a mandat after payment.
        origin: what a réduction takes back.
        subcontract: id of the acte spécial by which a subcontractor is paid; assignment: of the cession by which a
            factor is.
        rubrique: sub-heading of annexe I that the ordonnateur chose; `cases`: what else he said of it. Empty: as told
            from the mandat itself.
        set_aside: why an agent keeps it out of bordereaux for now, empty otherwise.
        reason: why it came back, in French, empty otherwise; `reasons`: the same as it was said, one by one.
        taken_on, held_on, rejected_on: days on which the comptable took it in charge, suspended or rejected it.
        doubt: what the comptable says otherwise than we know it, in French, until he agrees; `doubt_seen`: who looked
            into it, and what came of it.
        paid_shown: its payment is known from Chorus Pro alone; a retour that comes later has the last word.
        burnt: numbers that may not be used again (rejected after the prise en charge).
    """

    id: str
    siret: str
    exercice: int
    state: MandatState = MandatState.PREPARED
    number: int = 0
    bordereau: str = ""
    tiers: Tiers
    label: str
    reference: str
    marche: str = ""
    dgp: Dgp | None = None
    lines: tuple[Line, ...]
    shares: tuple[Share, ...]
    pieces: tuple[str, ...]
    engagement: str = ""
    kind: MandatKind = MandatKind.ORDINARY
    mode: PaymentMode = PaymentMode.TRANSFER
    paid_before: date | None = None
    origin: Origin | None = None
    subcontract: str = ""
    assignment: str = ""
    rubrique: str = ""
    cases: tuple[str, ...] = ()
    set_aside: str = ""
    amount: Decimal
    paid: Decimal = ZERO
    paid_on: date | None = None
    reason: str = ""
    reasons: tuple[Reason, ...] = ()
    taken_on: date | None = None
    held_on: date | None = None
    rejected_on: date | None = None
    burnt: tuple[int, ...] = ()
    paid_shown: bool = False
    doubt: str = ""
    doubt_seen: str = ""
    editor: bool = False
    codes: tuple[str, ...] = ()
    regie: str = ""

    @property
    def aside(self) -> bool:
        """Whether it waits until somebody takes it back, or gives it up."""
        return self.state is MandatState.PREPARED and bool(self.set_aside)

    @property
    def gone_before(self) -> bool:
        """Whether the money left before it was made: a finance software does not always tell the day."""
        return self.paid_before is not None or (self.editor and self.kind is MandatKind.AFTER_PAYMENT)

    @property
    def investment(self) -> bool:
        """Whether it is paid on the investment section (NatPce 02)."""
        return any(line.imputation.investment for line in self.lines)

    @property
    def triplet(self) -> tuple[str, str, str]:
        """TypBord, TypPce and NatPce."""
        if not self.codes:
            return triplet(self.kind, investment=self.investment)
        kind, nature = self.codes
        return (self.kind.bordereau.value, kind, nature)

    @property
    def invoice_ids(self) -> tuple[str, ...]:
        """The invoices that it pays or nets."""
        return tuple(share.invoice_id for share in self.shares)

    def moved(self, state: MandatState) -> "Mandat":
        """Return the mandat in its next state, by an act of ours, or raise IllegalTransition."""
        return replace(self, state=MANDAT_MACHINE.check(f"Mandat {self.id}", self.state, state))
