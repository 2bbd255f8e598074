"""`versement …`: what is handed over to an archive service (SAE), and its acknowledgement."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from dematfin.acts import transfers as acts
from dematfin.cli.archive_folder import make
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.elimination import Class, Motif
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import counted, day, say, table, weight, write_json
from dematfin.cli.visas import DATES
from dematfin.domain.retention.transfer import WORDS, Transfer
from dematfin.errors import DocumentError
from dematfin.support.refusals import reason

app = family("Les versements à un service d'archives (SAE).")

Key = Annotated[str, typer.Argument(metavar="VERSEMENT", help="Par exemple VE2026-3fa9c2d1.")]
FEW = 5


@app.command("ecrire", cls=FrenchCommand)
def write(
    dossier: Annotated[Path, typer.Argument(metavar="DOSSIER", help="Le dossier à faire.")],
    exercice: Annotated[int, typer.Option("--exercice", metavar="ANNÉE", help="L'année versée.")],
    configuration: Configuration = DEFAULT,
    classe: Class = None,
) -> None:
    """Écrit le dossier d'un versement : documents, manifeste, empreintes. Relancé, il donne le même."""
    desk = sit(configuration)
    chosen = acts.choose(desk.app, desk.who, exercice, classe)
    written: list[Transfer] = []
    files = acts.files(desk.app, desk.who, chosen)
    try:
        new = make(
            dossier,
            files,
            desk.app.policy.retention,
            lambda manifest: written.append(acts.record(desk.app, desk.who, chosen, manifest)),
        )
    except OSError as error:
        message = f"Le versement ne s'écrit pas dans {dossier} : {reason(error)}. Rien n'y est à moitié : relancez."
        raise DocumentError(message) from error
    (one,) = written
    say(
        f"Versement {one.id} {'écrit' if new else 'déjà écrit, identique'} : {dossier} "
        f"({counted(one.dossiers, 'dossier')}, {counted(one.documents, 'document')}, {weight(one.size)})."
    )
    for sentence in chosen.waiting[:FEW]:
        say(f"! Pas versé : {sentence}", style="yellow")
    if len(chosen.waiting) > FEW:
        say(f"! Et {len(chosen.waiting) - FEW} autres dossiers pas finis.", style="yellow")
    say("À vérifier dans ce dossier : sha256sum -c empreintes.sha256")
    say(f'L\'accusé reçu : dematfin versement confirmer {one.id} --accuse "RÉFÉRENCE" --date JJ/MM/AAAA')


@app.command("liste", cls=FrenchCommand)
def list_all(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste les versements et leurs accusés."""
    desk = sit(configuration)
    found = acts.transfers(desk.app, desk.who)
    if json:
        write_json(found)
        return
    table(
        ("Versement", "Exercice", "Dossiers", "Documents", "État", "Accusé"),
        [
            (one.id, str(one.exercice), str(one.dossiers), str(one.documents), WORDS[one.state], _receipt(one))
            for one in found
        ],
        right=(1, 2, 3),
        words=(5,),
        empty="Aucun versement.",
    )


@app.command("confirmer", cls=FrenchCommand)
def confirm(
    versement: Key,
    accuse: Annotated[str, typer.Option("--accuse", metavar="RÉFÉRENCE", help="Référence de l'accusé du SAE.")],
    le: Annotated[datetime, typer.Option("--date", metavar="JJ/MM/AAAA", formats=DATES, help="Date de l'accusé.")],
    configuration: Configuration = DEFAULT,
) -> None:
    """Garde l'accusé du service d'archives : jusque-là, rien de ce versement ne s'élimine."""
    desk = sit(configuration)
    one = acts.confirm(desk.app, desk.who, versement, accuse, le.date())
    say(f"Versement {one.id} confirmé : accusé {one.receipt} du {day(one.receipt_on)}.")


@app.command("abandonner", cls=FrenchCommand)
def drop(versement: Key, motif: Motif, configuration: Configuration = DEFAULT) -> None:
    """Abandonne un versement que le service d'archives n'a pas pris."""
    desk = sit(configuration)
    acts.drop(desk.app, desk.who, versement, motif)
    say(f"Versement {versement} abandonné : ses dossiers ne sont plus retenus par lui.")


def _receipt(one: Transfer) -> str:
    return f"{one.receipt} du {day(one.receipt_on)}" if one.receipt else ""
