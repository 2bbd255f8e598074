"""`pieces joindre|liste|retirer|manquantes`, `mandat rubrique`: supporting documents, by annexe I of the CGCT."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dematfin.acts import attachments as acts
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.files import content
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import say, table, write_json
from dematfin.domain.finding import blocking
from dematfin.domain.labels import PIECE
from dematfin.domain.mandat.pieces import Piece, PieceKind
from dematfin.domain.mandat.rubriques import RUBRIQUES, SAID, Case, Rubrique
from dematfin.steps.keeping import Given

app = family("Les pièces justificatives des mandats.")

Nature = StrEnum("Nature", {kind.name: kind.lower() for kind in PieceKind})  # type: ignore[misc]
Said = StrEnum("Said", {case.name: case.value for case in SAID})  # type: ignore[misc]
Mandat = Annotated[str, typer.Argument(metavar="MANDAT", help="Identifiant, par exemple M2026-000012.")]


def register(mandats: typer.Typer) -> None:
    """Add the choice of the sub-heading to the family of mandats."""
    mandats.command("rubrique", cls=FrenchCommand)(choose)


@app.callback()
def about() -> None:
    """Les pièces justificatives des mandats."""


@app.command("joindre", cls=FrenchCommand)
def attach(
    quoi: Annotated[
        list[str],
        typer.Argument(metavar="[MANDAT|FACTURE] FICHIER", help="Ce que la pièce justifie, puis le PDF ou l'image."),
    ],
    nature: Annotated[Nature, typer.Option("--nature", metavar="NATURE", help=f"{', '.join(Nature)}.")],
    configuration: Configuration = DEFAULT,
    marche: Annotated[
        str, typer.Option("--marche", metavar="NUMÉRO", help="Pièce donnée une fois pour tout le marché.")
    ] = "",
    tiers: Annotated[
        str,
        typer.Option("--tiers", metavar="RÉFÉRENCE", help="Pièce donnée une fois pour ce tiers : un RIB."),
    ] = "",
) -> None:
    """Joint une pièce justificative à un mandat, une facture, un marché ou un tiers."""
    *keys, name = quoi
    if len(keys) + bool(marche) + bool(tiers) != 1:
        message = "donnez le mandat ou la facture puis le fichier, ou le fichier seul avec --marche ou --tiers."
        raise typer.BadParameter(message, param_hint="FICHIER")
    desk = sit(configuration)
    given = Given(name=Path(name).name, data=content(Path(name)), kind=PieceKind(nature.upper()))
    if marche:
        piece = acts.attach_to_marche(desk.app, desk.who, marche, given)
    elif tiers:
        piece = acts.attach_to_tiers(desk.app, desk.who, tiers, given)
    else:
        piece = acts.attach(desk.app, desk.who, keys[0], given)
    whom = f"le marché {marche}" if marche else _for(piece)
    say(f"Pièce {piece.id} jointe : « {piece.name} » ({PIECE[piece.kind]}), pour {whom}.")
    if keys and (mandat := acts.still_to_send(desk.app, desk.who, keys[0])):
        say(f"Le comptable a déjà le mandat {mandat} : envoyez-la seule (dematfin bordereau envoyer-pieces {mandat}).")


@app.command("liste", cls=FrenchCommand)
def list_pieces(mandat: Mandat, configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste les pièces d'un mandat, avec celles de son marché et de son créancier."""
    desk = sit(configuration)
    found = acts.pieces(desk.app, desk.who, mandat)
    if json:
        write_json(found)
        return
    table(
        ("Pièce", "Nature", "Nom", "Jointe pour", "Envoi"),
        [
            (one.id, PIECE[one.kind], one.name, _for(one), "par référence" if one.accepted_in else "avec le flux")
            for one in found
        ],
        words=(2, 3),
        empty=f"Le mandat {mandat} n'a aucune pièce.",
    )


@app.command("retirer", cls=FrenchCommand)
def take_back(
    piece: Annotated[str, typer.Argument(metavar="PIÈCE", help="Identifiant, vu dans « pieces liste ».")],
    configuration: Configuration = DEFAULT,
) -> None:
    """Retire une pièce jointe par erreur, tant qu'aucun bordereau ne la porte."""
    desk = sit(configuration)
    gone = acts.take_back(desk.app, desk.who, piece)
    say(f"Pièce {gone.id} (« {gone.name} ») retirée.")


@app.command("manquantes", cls=FrenchCommand)
def list_missing(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste ce qui manque aux mandats préparés ; ce qui bloque les garde hors des bordereaux."""
    desk = sit(configuration)
    found = acts.missing_pieces(desk.app, desk.who)
    if json:
        write_json(found)
        return
    held = blocking(found)
    for one in found:
        say(f"{'✗' if one in held else '!'} {one.sentence}", style="" if one in held else "yellow")
    counts = f"{len(held)} à joindre, {len(found) - len(held)} à vérifier."
    say(counts if found else "Aucune pièce ne manque aux mandats préparés.")
    if held:
        raise typer.Exit(1)


def choose(
    mandat: Mandat,
    rubrique: Annotated[
        Rubrique,
        typer.Argument(metavar="RUBRIQUE", help=" ; ".join(f"{one} {what}" for one, what in RUBRIQUES.items()) + "."),
    ],
    configuration: Configuration = DEFAULT,
    cas: Annotated[
        list[Said] | None,
        typer.Option("--cas", metavar="CAS", help=f"{', '.join(Said)}. Répétable."),
    ] = None,
) -> None:
    """Présente la dépense sous une rubrique de l'annexe I : l'ordonnateur seul la choisit."""
    desk = sit(configuration)
    said = tuple(Case(one.value) for one in cas or ())
    chosen = acts.choose_rubrique(desk.app, desk.who, mandat, rubrique, said)
    say(f"Mandat {chosen.id} : rubrique {rubrique} ({RUBRIQUES[rubrique]}).")


def _for(piece: Piece) -> str:
    """Say what a document goes with."""
    about, _, key = piece.kept_for.partition(":")
    return {
        "marche": "le marché ",
        "tiers": "le tiers ",
        "acte": "l'acte ",
        "mandat": "le mandat ",
        "import": "l'import ",
    }.get(about, "la facture ") + (key or piece.invoice_id)
