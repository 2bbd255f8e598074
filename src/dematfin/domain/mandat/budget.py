"""A budget: one set of accounts, with its own SIRET, its own numbers and its own flows."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.money import ZERO
from dematfin.domain.registers import LocalRules

FUNCTIONAL: Final = ("M14", "M52", "M57", "M71")
"""Nomenclatures that have fonctions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """One budget of the collectivité, as Hélios knows it.

    Attributes:
        code: short name used by agents, e.g. `COMMUNE`.
        post: codique of the poste comptable (IdPost).
        cod_col, cod_bud: number of the authority at that office, and of the budget.
        former: SIRETs that suppliers may still use, of communes merged into this one.
        takes_over_on: bascule; an invoice notified before that day is followed elsewhere.
        local: what it demands of suppliers, whatever Chorus Pro says.
        recovers_tva: an activity liable to TVA: its mandats tell HT and TVA apart.
        nomenclature: M57, M49, M22...: some fields are required or forbidden by it.
        finess: FINESS juridique, required with M21 and M22, forbidden with any other.
        needs_fonction: every line needs a fonction: a functional nomenclature (M57 from 3,500 inhabitants).
        editor: the finance software makes its mandats; else dematfin does.
    """

    siret: str
    code: str
    label: str
    post: str
    cod_col: str
    cod_bud: str
    former: tuple[str, ...] = ()
    takes_over_on: date | None = None
    local: LocalRules = field(default_factory=LocalRules)
    recovers_tva: bool = False
    nomenclature: str = "M57"
    finess: str = ""
    needs_fonction: bool = False
    editor: bool = False

    @property
    def takes_fonction(self) -> bool:
        """Whether a line may bear a fonction: Hélios rejects it elsewhere (annotation of Class_Ligne_Piece)."""
        return self.nomenclature.startswith(FUNCTIONAL)

    def answers_to(self, siret: str) -> bool:
        """Say whether an invoice addressed to a SIRET is for this budget."""
        return siret == self.siret or siret in self.former


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where the numbers of one kind of bordereau start in a year: their series, the last numbers, the sum so far."""

    mandats: str
    last_mandat: int
    bordereaux: str
    last_bordereau: int
    cumul: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetYear:
    """A budget opened for one exercice: where the numbers start, told once by the finance software.

    Attributes:
        id: `<siret>:<exercice>`.
        last_mandat, last_bordereau: last numbers used before dematfin took over.
        cumul: euros already mandated this year by then (MtCumulAnnuel goes on from it).
        last_reduction, last_reduction_bordereau, reduced: the same for annulations and réductions.
    """

    id: str
    siret: str
    exercice: int
    last_mandat: int
    last_bordereau: int
    cumul: Decimal
    last_reduction: int = 0
    last_reduction_bordereau: int = 0
    reduced: Decimal = ZERO

    def start(self, kind: BordereauKind) -> Start:
        """Return where the numbers of a kind start; ordinary ones keep the names that their series always had."""
        if kind is BordereauKind.REDUCTION:
            return Start(
                mandats=f"annulation:{self.id}",
                last_mandat=self.last_reduction,
                bordereaux=f"bordereau-annulation:{self.id}",
                last_bordereau=self.last_reduction_bordereau,
                cumul=self.reduced,
            )
        return Start(
            mandats=f"mandat:{self.id}",
            last_mandat=self.last_mandat,
            bordereaux=f"bordereau:{self.id}",
            last_bordereau=self.last_bordereau,
            cumul=self.cumul,
        )


def budget_year_id(siret: str, exercice: int) -> str:
    """Name a budget of one year."""
    return f"{siret}:{exercice}"
