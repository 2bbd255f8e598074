"""`[[budgets]]`: each set of accounts, with the codes that Hélios knows it by."""

from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from dematfin.domain.mandat.budget import Budget
from dematfin.domain.parties import siret
from dematfin.domain.registers import LocalRules
from dematfin.support.settings import Section

Siret = Annotated[str, AfterValidator(siret.parse)]
HOSPITAL: Final = ("M21", "M22")


class BudgetSettings(Section):
    """`[[budgets]]`: one set of accounts, with the codes that Hélios knows it by."""

    code: str = Field(pattern=r"^[A-Z0-9]{1,20}$")
    siret: Siret
    libelle: str = Field(max_length=38)
    poste: str = Field(pattern=r"^(02[AB][0-9]{3,4}|[0-9]{6,7})$")
    code_collectivite: str = Field(pattern=r"^([1-9][0-9]{2}|0[1-9][0-9]|00[1-9])$")
    code_budget: str = Field(pattern=r"^[0-9A-Z][0-9]$")
    anciens_sirets: tuple[Siret, ...] = ()
    bascule: date | None = None
    service_obligatoire: bool | None = None
    engagement_obligatoire: bool | None = None
    engagement_par_service: dict[str, bool] = Field(default_factory=dict)
    tva: bool = False
    nomenclature: str = Field(default="M57", pattern=r"^M[0-9]{2,3}[A-Z]?$")
    finess: str = Field(default="", pattern=r"^([0-9A-Z]{9})?$")
    fonction_obligatoire: bool = False
    mandats: Literal["dematfin", "editeur"] = "dematfin"
    delai_paiement: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _hospitals_have_a_finess(self) -> Self:
        """Hélios rejects a flow whose FINESS is missing with M21 or M22, or present with any other nomenclature."""
        hospital = self.nomenclature.startswith(HOSPITAL)
        if hospital and not self.finess:
            message = f"budget {self.code} : le finess est obligatoire en {self.nomenclature}"
            raise ValueError(message)
        if self.finess and not hospital:
            message = f"budget {self.code} : le finess est réservé aux nomenclatures M21 et M22"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _fonction_where_it_exists(self) -> Self:
        if self.fonction_obligatoire and not self.budget().takes_fonction:
            message = f"budget {self.code} : il n'y a pas de fonction en {self.nomenclature}"
            raise ValueError(message)
        return self

    def budget(self) -> Budget:
        """Return what the rules need of it."""
        return Budget(
            siret=self.siret,
            code=self.code,
            label=self.libelle,
            post=self.poste,
            cod_col=self.code_collectivite,
            cod_bud=self.code_budget,
            former=self.anciens_sirets,
            takes_over_on=self.bascule,
            local=LocalRules(
                service_required=self.service_obligatoire,
                engagement_required=self.engagement_obligatoire,
                services=self.engagement_par_service,
            ),
            recovers_tva=self.tva,
            nomenclature=self.nomenclature,
            finess=self.finess,
            needs_fonction=self.fonction_obligatoire,
            editor=self.mandats == "editeur",
        )


def distinct(budgets: tuple[BudgetSettings, ...]) -> tuple[BudgetSettings, ...]:
    """Numbers run by SIRET and bordereaux are named by code: two budgets that shared one would mix their orders."""
    if len({budget.code for budget in budgets}) < len(budgets):
        message = "deux budgets ont le même code"
        raise ValueError(message)
    sirets = [siret for budget in budgets for siret in (budget.siret, *budget.anciens_sirets)]
    if len(set(sirets)) < len(sirets):
        message = "deux budgets ont le même siret, présent ou ancien"
        raise ValueError(message)
    return budgets
