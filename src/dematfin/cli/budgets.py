"""`budget ouvrir|liste`: where the numbers of each budget start, year by year."""

from decimal import Decimal
from typing import Annotated

import typer

from dematfin.acts import administer as acts
from dematfin.acts.consult import budget_years
from dematfin.cli.amounts import euros
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import say, table, write_json
from dematfin.domain import money
from dematfin.domain.mandat.budget import BudgetYear, budget_year_id

budgets = family("Les budgets.")

Code = Annotated[str, typer.Argument(metavar="BUDGET", help="Code du budget dans la configuration.")]
Exercice = Annotated[int, typer.Option("--exercice", metavar="ANNÉE", min=2000, max=2099, help="Exercice à ouvrir.")]
LastMandat = Annotated[int, typer.Option("--dernier-mandat", metavar="N", min=0, help="Dernier n° de mandat utilisé.")]
LastSheet = Annotated[
    int, typer.Option("--dernier-bordereau", metavar="N", min=0, help="Dernier n° de bordereau utilisé.")
]
Cumul = Annotated[str, typer.Option("--cumul", metavar="EUROS", help="Déjà mandaté cette année.")]
LastReduction = Annotated[
    int, typer.Option("--derniere-annulation", metavar="N", min=0, help="Dernier n° de mandat d'annulation.")
]
LastReductionSheet = Annotated[
    int, typer.Option("--dernier-bordereau-annulation", metavar="N", min=0, help="Dernier bordereau d'annulation.")
]
Reduced = Annotated[str, typer.Option("--cumul-annulation", metavar="EUROS", help="Déjà annulé ou réduit cette année.")]


@budgets.callback()
def about_budgets() -> None:
    """Les budgets."""


@budgets.command("ouvrir", cls=FrenchCommand)
def open_budget(  # noqa: PLR0913, PLR0917 - an argument is an option of the command line
    budget: Code,
    exercice: Exercice,
    dernier_mandat: LastMandat,
    dernier_bordereau: LastSheet,
    configuration: Configuration = DEFAULT,
    cumul: Cumul = "0",
    derniere_annulation: LastReduction = 0,
    dernier_bordereau_annulation: LastReductionSheet = 0,
    cumul_annulation: Reduced = "0",
) -> None:
    """Ouvre un budget pour un exercice : ses numéros partent de là, une fois pour toutes."""
    desk = sit(configuration)
    siret = desk.app.policy.budget_named(budget).siret
    year = BudgetYear(
        id=budget_year_id(siret, exercice),
        siret=siret,
        exercice=exercice,
        last_mandat=dernier_mandat,
        last_bordereau=dernier_bordereau,
        cumul=_euros(cumul, "--cumul"),
        last_reduction=derniere_annulation,
        last_reduction_bordereau=dernier_bordereau_annulation,
        reduced=_euros(cumul_annulation, "--cumul-annulation"),
    )
    acts.open_budget(desk.app, desk.who, year)
    say(
        f"Budget {budget.upper()} ouvert pour {exercice} : prochain mandat n° {dernier_mandat + 1}, prochain bordereau "
        f"n° {dernier_bordereau + 1}, {money.french(year.cumul)} déjà mandatés."
    )


@budgets.command("liste", cls=FrenchCommand)
def list_budgets(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste les budgets et leurs exercices ouverts, avec les numéros d'où ils sont partis."""
    desk = sit(configuration)
    opened = budget_years(desk.app, desk.who)
    if json:
        write_json(list(opened))
        return
    say("Derniers numéros donnés avant dematfin, et ce qui était déjà mandaté :")
    names = {one.siret: one.code for one in desk.app.policy.budgets}
    table(
        ("Budget", "Année", "Mandat", "Bordereau", "Cumul", "Annulation", "Son bordereau", "Cumul annulé"),
        [
            (
                names.get(one.siret, one.siret),
                str(one.exercice),
                str(one.last_mandat),
                str(one.last_bordereau),
                money.french(one.cumul),
                str(one.last_reduction),
                str(one.last_reduction_bordereau),
                money.french(one.reduced),
            )
            for one in opened
        ],
        right=(1, 2, 3, 4, 5, 6, 7),
        empty="Aucun budget ouvert : dematfin budget ouvrir BUDGET --exercice ANNÉE …",
    )


def _euros(text: str, option: str) -> Decimal:
    amount = euros(text, option)
    if amount < 0:
        message = "un montant déjà mandaté ne peut pas être négatif."
        raise typer.BadParameter(message, param_hint=option)
    return amount
