"""`mandat liste|corriger|reemettre`: what an agent takes up again."""

from typing import Annotated

import typer

from dematfin.acts import consult
from dematfin.acts import mandats as acts
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import say, table, write_json
from dematfin.domain.labels import MANDAT
from dematfin.domain.money import french
from dematfin.domain.registers import Imputation

app = family("Les mandats.")

Key = Annotated[str, typer.Argument(metavar="MANDAT", help="Identifiant, par exemple M2026-000012.")]


@app.command("liste", cls=FrenchCommand)
def list_mandats(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste les mandats."""
    desk = sit(configuration)
    found = consult.mandats(desk.app, desk.who)
    if json:
        write_json(found)
        return
    table(
        ("Mandat", "N°", "Bordereau", "Créancier", "Montant", "État"),
        [
            (
                one.id,
                str(one.number or ""),
                one.bordereau,
                one.tiers.name,
                french(one.amount),
                MANDAT[one.state] + (f" : {one.reason}" if one.reason else ""),
            )
            for one in found
        ],
        right=(1, 4),
        words=(3, 5),
        empty="Aucun mandat : visez des factures, puis préparez (bordereau preparer).",
    )


@app.command("corriger", cls=FrenchCommand)
def correct(
    mandat: Key,
    nature: Annotated[str, typer.Option("--nature", metavar="COMPTE", help="Compte par nature.")],
    configuration: Configuration = DEFAULT,
    fonction: Annotated[str, typer.Option("--fonction", metavar="CODE", help="Fonction ; vide pour aucune.")] = "",
    operation: Annotated[str, typer.Option("--operation", metavar="CODE", help="Opération.")] = "",
    investissement: Annotated[bool, typer.Option("--investissement", help="Section d'investissement.")] = False,
) -> None:
    """Change l'imputation d'un mandat refusé, rejeté ou pas encore mis en bordereau."""
    for name, code in (("--nature", nature), ("--fonction", fonction), ("--operation", operation)):
        if code and not code.isdecimal():
            message = f"« {code} » : des chiffres sont attendus."
            raise typer.BadParameter(message, param_hint=name)
    desk = sit(configuration)
    imputation = Imputation(nature=nature, fonction=fonction, operation=operation, investment=investissement)
    corrected = acts.correct(desk.app, desk.who, mandat, imputation)
    say(f"Mandat {corrected.id} corrigé. S'il était revenu, reprenez-le (bordereau reprendre ou mandat reemettre).")


@app.command("reemettre", cls=FrenchCommand)
def reissue(mandat: Key, configuration: Configuration = DEFAULT) -> None:
    """Réémet un mandat rejeté par le comptable, au prochain bordereau."""
    desk = sit(configuration)
    prepared = acts.reissue(desk.app, desk.who, mandat)
    number = f"il garde le n° {prepared.number}" if prepared.number else "il recevra un nouveau numéro"
    say(f"Mandat {prepared.id} réémis : {number}.")
