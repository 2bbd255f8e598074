"""A flux: one PES_Aller file, from the moment it is built to the answer of Hélios' entry gate."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.machine import Machine
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece

BY_HAND: Final = "ailleurs"
"""What a flow is called that was given to somebody as a file: nobody there can be asked about it."""


class FluxState(StrEnum):
    """Where a flow stands."""

    BUILT = "BUILT"
    SIGNING = "SIGNING"  # handed over to be signed elsewhere
    SIGNED = "SIGNED"
    READY = "READY"  # carries no bordereau: nothing in it is to be signed
    SENDING = "SENDING"  # the deposit has begun, its answer is not written yet
    TO_VERIFY = "TO_VERIFY"  # nobody knows yet whether it arrived
    TRANSMITTED = "TRANSMITTED"
    ACKNOWLEDGED = "ACKNOWLEDGED"  # the verdict is by bordereau and by PJ
    REFUSED_BY_TDT = "REFUSED_BY_TDT"
    DROPPED = "DROPPED"


S = FluxState
FLUX_MACHINE: Final = Machine(
    {
        S.BUILT: frozenset({S.SIGNING, S.SIGNED, S.DROPPED}),
        S.SIGNING: frozenset({S.SIGNED, S.BUILT, S.DROPPED}),  # BUILT: refused there, or taken back
        S.SIGNED: frozenset({S.SENDING, S.DROPPED}),
        S.READY: frozenset({S.SENDING, S.DROPPED}),
        S.SENDING: frozenset({S.TRANSMITTED, S.TO_VERIFY, S.REFUSED_BY_TDT, S.SIGNED, S.READY}),  # nothing left us
        S.TO_VERIFY: frozenset({S.TRANSMITTED, S.SIGNED, S.READY, S.REFUSED_BY_TDT}),
        S.TRANSMITTED: frozenset({S.ACKNOWLEDGED, S.REFUSED_BY_TDT}),
        S.ACKNOWLEDGED: frozenset(),
        S.REFUSED_BY_TDT: frozenset(),
        S.DROPPED: frozenset(),
    },
    words={
        S.BUILT: "construit, à signer",
        S.SIGNING: "à la signature",
        S.SIGNED: "signé",
        S.READY: "prêt, rien n'y est à signer",
        S.SENDING: "en envoi",
        S.TO_VERIFY: "à vérifier",
        S.TRANSMITTED: "transmis",
        S.ACKNOWLEDGED: "acquitté",
        S.REFUSED_BY_TDT: "refusé par le TdT",
        S.DROPPED: "retiré, jamais envoyé",
    },
)
TO_DEPOSIT: Final = frozenset({S.SIGNED, S.READY})
MAY_BE_THERE: Final = frozenset({S.SENDING, S.TO_VERIFY, S.TRANSMITTED, S.ACKNOWLEDGED})
"""Hélios may have received it."""
IN_DOUBT: Final = frozenset({S.SENDING, S.TO_VERIFY})
"""Whether the TdT has it is to be found out."""
UNDER_WAY: Final = frozenset({S.BUILT, S.SIGNING, S.SIGNED, S.READY, S.SENDING, S.TO_VERIFY, S.TRANSMITTED})
"""Neither answered nor given up."""
NEVER_LEFT: Final = frozenset({S.BUILT, S.SIGNING, S.SIGNED, S.READY})
"""Still ours, or a signatory's: nothing of it was sent."""


class AcquitSummary(StrEnum):
    """What the acquit of a whole flow comes to; there is no such global word in the file itself."""

    NONE = ""
    ACCEPTED = "accepté"
    PARTLY = "accepté en partie"
    UNCLEAR = "à éclaircir"  # nobody can tell from it what was taken: a person must look
    REFUSED = "refusé"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flux:
    """One flow.

    Attributes:
        id: NomFic, the key by which acquits come back; never reused, even after a refusal.
        bordereaux: ids of what it carries.
        unsigned, signed: its bytes, kept for ever and never built again.
        on_paper: its bordereau is signed by hand on paper, and the file itself leaves unsigned.
        signing_ref: what the place where it is being signed calls it; kept until nothing of it lies there any more.
        signing_since: since when that place is known to have it; None: it is to be handed over.
        signing_history: what that place kept of its signature.
        remote_id: what the TdT calls it.
        replaces: NomFic of the refused flow that this one sends again.
        editor_flow: id of the export of the finance software that it was made of, empty when dematfin wrote it.
        sending_since: start of the deposit whose outcome is awaited.
        sent_at: when the TdT was known to have it; asked_at: when it was last asked what became of it; refused_at: when
            it gave it up after that.
        arrived: the TdT proved that it has the flow, without telling its number.
        message: last word of the place where it is signed, of the TdT or of Hélios.
    """

    id: str
    siret: str
    state: FluxState = FluxState.BUILT
    bordereaux: tuple[str, ...]
    pieces: tuple[str, ...]
    unsigned: DocumentRef
    signed: DocumentRef | None = None
    signed_by: str = ""
    on_paper: bool = False
    signing_ref: str = ""
    signing_since: datetime | None = None
    signing_history: DocumentRef | None = None
    remote_id: str = ""
    replaces: str = ""
    sending_since: datetime | None = None
    sent_at: datetime | None = None
    asked_at: datetime | None = None
    refused_at: datetime | None = None
    arrived: bool = False
    acquit: AcquitSummary = AcquitSummary.NONE
    message: str = ""
    editor_flow: str = ""

    @property
    def waiting(self) -> FluxState:
        """The state in which it waits to be deposited."""
        return FluxState.SIGNED if self.bordereaux else FluxState.READY

    @property
    def to_deposit(self) -> DocumentRef | None:
        """The bytes that are deposited: signed, where it orders to pay; None as long as they are not there."""
        return self.signed if self.bordereaux else self.unsigned

    @property
    def brings(self) -> bool:
        """Whether Hélios has, or may get, what it carries: an acquit may say nothing of its documents."""
        return self.state in UNDER_WAY or self.acquit not in {AcquitSummary.NONE, AcquitSummary.REFUSED}

    @property
    def by_hand(self) -> bool:
        """Whether it was given to somebody as a file."""
        return self.signing_ref == BY_HAND

    def moved(self, state: FluxState) -> "Flux":
        """Return the flow in its next state, by an act of ours, or raise IllegalTransition."""
        return replace(self, state=FLUX_MACHINE.check(f"Flux {self.id}", self.state, state))


@dataclass(frozen=True, slots=True, kw_only=True)
class MandatReference:
    """A mandat that left before its document (RefCompta)."""

    exercice: int
    kind: BordereauKind
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPlan:
    """All that a flow says, ready to be written.

    Attributes:
        sheets: each bordereau with its mandats, in order; none when documents travel alone.
        references: every supporting document that the mandats refer to.
        carried: IdUnique of those that travel by value, the others being already at Hélios.
        late: for each document that travels without its mandat, the mandats that it is for.
    """

    nomfic: str
    budget: Budget
    built_on: date
    sheets: tuple[tuple[Bordereau, tuple[Mandat, ...]], ...]
    references: tuple[Piece, ...]
    carried: frozenset[str]
    late: Mapping[str, tuple[MandatReference, ...]] = field(default_factory=dict)

    @property
    def travelling(self) -> tuple[Piece, ...]:
        """The documents that travel by value."""
        return tuple(piece for piece in self.references if piece.id in self.carried)

    @property
    def mandats(self) -> tuple[Mandat, ...]:
        """All its mandats."""
        return tuple(mandat for _, mandats in self.sheets for mandat in mandats)


def nomfic(siret: str, exercice: int, bordereau: int, sequence: int) -> str:
    """Name a flow: from a counter that never goes back, never from the clock alone.

    >>> nomfic("21990042000015", 2026, 42, 7)
    'PESALR1_21990042000015_2026_000042_000007'
    """
    return f"PESALR1_{siret}_{exercice}_{bordereau:06d}_{sequence:06d}"


def nomfic_of_pieces(siret: str, exercice: int, sequence: int) -> str:
    """Name a flow of documents alone, from the same counter.

    >>> nomfic_of_pieces("21990042000015", 2026, 8)
    'PESALR1_21990042000015_2026_PJ_000008'
    """
    return f"PESALR1_{siret}_{exercice}_PJ_{sequence:06d}"
