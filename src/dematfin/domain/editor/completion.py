"""A completion: all that dematfin may change in an editor's flow. Every other byte stays the editor's."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.mandat.pieces import Piece

MandatKey = tuple[BordereauKind, int, int, int]
"""TypBord, Exer, IdBord and IdPce: one mandat of a flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What is added to a flow.

    Attributes:
        nomfic: its new name; empty: it keeps its own.
        dematerialised: InfoDematerialisee: whether its bordereaux will be signed electronically.
        references: the documents that each mandat gets references to.
        carried: those that travel by value; the others Hélios has already, or the flow carried them before.
    """

    nomfic: str = ""
    dematerialised: bool
    references: Mapping[MandatKey, tuple[Piece, ...]] = field(default_factory=dict)
    carried: tuple[Piece, ...] = ()
