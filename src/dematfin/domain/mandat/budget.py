"""A budget: one set of accounts, with its own SIRET, its own numbers and its own flows."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from dematfin.domain.money import ZERO
from dematfin.domain.registers import LocalRules


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

    def answers_to(self, siret: str) -> bool:
        """Say whether an invoice addressed to a SIRET is for this budget."""
        return siret == self.siret or siret in self.former


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


def budget_year_id(siret: str, exercice: int) -> str:
    """Name a budget of one year."""
    return f"{siret}:{exercice}"
