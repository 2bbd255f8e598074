"""`bordereau preparer|liste|voir|transmettre`: the orders to pay."""

from typing import Annotated

import typer

from dematfin.acts import consult, rehearse
from dematfin.acts import run as acts
from dematfin.cli.context import DEFAULT, Configuration, Json, Rehearsal, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import account, day, say, table, write_json
from dematfin.domain import labels
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.money import french
from dematfin.steps.exercices import Choice
from dematfin.steps.prepare import prepare
from dematfin.steps.transmit import transmit

app = family("Les bordereaux de mandats.")

Key = Annotated[str, typer.Argument(metavar="BORDEREAU", help="Par exemple COMMUNE-2026-42.")]


@app.command("preparer", cls=FrenchCommand)
def prepare_all(
    configuration: Configuration = DEFAULT,
    exercice: Annotated[
        int | None, typer.Option("--exercice", metavar="ANNÉE", help="En janvier : l'exercice que vous choisissez.")
    ] = None,
    facture: Annotated[
        list[str] | None,
        typer.Option("--facture", metavar="FACTURE", help="Seulement celle-ci, avec --exercice. Répétable."),
    ] = None,
) -> None:
    """Mandate les factures visées, numérote les bordereaux et construit leurs flux, prêts à signer."""
    if facture and exercice is None:
        message = "elle ne se donne qu'avec --exercice."
        raise typer.BadParameter(message, param_hint="--facture")
    desk = sit(configuration)
    if exercice is None:
        outcome = acts.run(desk.app, desk.who, prepare)
    else:
        choice = Choice(exercice=exercice, invoices=frozenset(facture or ()))
        outcome = acts.prepare_on(desk.app, desk.who, choice)
    account(outcome)
    raise typer.Exit(outcome.exit_code)


@app.command("liste", cls=FrenchCommand)
def list_sheets(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste les bordereaux et ce qu'ils deviennent."""
    desk = sit(configuration)
    found = consult.sheets(desk.app, desk.who)
    if json:
        write_json(found)
        return
    table(
        ("Bordereau", "Date", "Mandats", "Total", "État"),
        [
            (
                sheet.bordereau.id,
                day(sheet.bordereau.emitted_on),
                str(len(sheet.mandats)),
                french(sheet.bordereau.total),
                _state(sheet),
            )
            for sheet in found
        ],
        right=(2, 3),
        empty="Aucun bordereau : visez des factures, puis préparez (bordereau preparer).",
    )


@app.command("voir", cls=FrenchCommand)
def show_sheet(bordereau: Key, configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Montre un bordereau, mandat par mandat."""
    desk = sit(configuration)
    (sheet,) = consult.sheets(desk.app, desk.who, bordereau)
    if json:
        write_json(sheet)
        return
    say(f"{sheet.bordereau.id} du {day(sheet.bordereau.emitted_on)} · {_state(sheet)}", style="bold")
    say(f"Total {french(sheet.bordereau.total)} · cumul annuel {french(sheet.bordereau.cumul)}")
    say(f"Flux {sheet.bordereau.flux or 'à construire'}")
    if sheet.flux and sheet.flux.editor_flow:
        say(f"Fait par le logiciel financier (import {sheet.flux.editor_flow})")
    if sheet.flux and (others := [key for key in sheet.flux.bordereaux if key != sheet.bordereau.id]):
        say(f"Dans le même fichier : {', '.join(others)}")
    if sheet.flux and sheet.flux.message:
        say(f"! {sheet.flux.message}", style="yellow")
    show_mandats(sheet.mandats)


@app.command("transmettre", cls=FrenchCommand)
def transmit_all(configuration: Configuration = DEFAULT, essai: Rehearsal = False) -> None:
    """Annonce les mandats à Chorus Pro, puis transmet les flux signés au TdT."""
    desk = sit(configuration)
    if essai:
        for line in rehearse.transmission(desk.app, desk.who):
            say(line)
        return
    outcome = acts.run(desk.app, desk.who, transmit)
    account(outcome)
    raise typer.Exit(outcome.exit_code)


def show_mandats(listed: tuple[Mandat, ...]) -> None:
    """Write the mandats of a bordereau."""
    table(
        ("N°", "Mandat", "Objet", "Imputation", "Montant", "État"),
        [
            (
                str(one.number),
                one.id,
                one.label,
                " ".join(line.imputation.nature + "/" + (line.imputation.fonction or "—") for line in one.lines),
                french(one.amount),
                labels.standing(one),
            )
            for one in sorted(listed, key=lambda mandat: mandat.number)
        ],
        right=(0, 4),
        words=(2, 5),
    )


def _state(sheet: consult.Sheet) -> str:
    if sheet.flux is None:
        return "à construire" if sheet.mandats else "vide, à remplir"
    if sheet.flux.state is FluxState.ACKNOWLEDGED:
        return "refusé" if sheet.bordereau.refused else "accepté"
    return labels.FLUX[sheet.flux.state]
