"""`elimination …`: the list for the departmental archives, its execution under their visa, litigations."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from dematfin.acts import eliminations as acts
from dematfin.acts import litigation
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import counted, day, say, table, weight, write_json
from dematfin.cli.shared_documents import refuse_shared_outside
from dematfin.cli.visas import DATES
from dematfin.domain.retention.classes import FATES, FOR_EVER, LAWS, Kind
from dematfin.domain.retention.elimination import ELIMINATION_MACHINE, Elimination
from dematfin.errors import DocumentError
from dematfin.support.files import write_atomically
from dematfin.support.refusals import reason

app = family("Les éliminations : ce qui n'a plus à être conservé, sous le visa des archives départementales.")

Key = Annotated[str, typer.Argument(metavar="ÉLIMINATION", help="Par exemple EL2037-3fa9c2d1.")]
Invoice = Annotated[str, typer.Argument(metavar="FACTURE", help="Par exemple F2026-000012.")]
Motif = Annotated[str, typer.Option("--motif", metavar="TEXTE", help="Pourquoi ; gardé au journal avec votre nom.")]
Class = Annotated[
    Kind | None, typer.Option("--classe", metavar="CLASSE", help="Seulement cette classe de \\[conservation].")
]


@app.command("regles", cls=FrenchCommand)
def show_rules(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Montre combien de temps chaque classe de documents est conservée, depuis quand, et ce qu'elle devient."""
    rules = sit(configuration).app.policy.retention
    if json:
        write_json({str(kind): {"dua": rule.dua, "sort": str(rule.fate)} for kind, rule in rules.of.items()})
        return
    table(
        ("Classe", "Documents", "DUA", "Depuis", "Sort", "Source"),
        [
            (
                str(kind),
                law.title,
                counted(rules.of[kind].dua, "an"),
                law.runs,
                FATES[rules.of[kind].fate],
                law.source or "à vérifier : simple réglage",
            )
            for kind, law in LAWS.items()
        ],
        words=(1, 3, 5),
    )
    for what in FOR_EVER:
        say(f"{what} : conservés, jamais éliminés.")


@app.command("liste", cls=FrenchCommand)
def list_all(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste les éliminations et ce qui est suspendu pour contentieux."""
    desk = sit(configuration)
    found, held = acts.eliminations(desk.app, desk.who), litigation.holds(desk.app, desk.who)
    if json:
        write_json({"eliminations": found, "suspensions": held})
        return
    table(
        ("Élimination", "Dossiers", "Documents", "Volume", "État", "Visa"),
        [_line(one) for one in found],
        right=(1, 2, 3),
        words=(5,),
        empty="Aucune élimination.",
    )
    for hold in held:
        say(f"Suspendue : {hold.id}, depuis le {day(hold.placed_at.date())} ({hold.motif})", style="yellow")


@app.command("preparer", cls=FrenchCommand)
def prepare(
    configuration: Configuration = DEFAULT,
    classe: Class = None,
    exercice: Annotated[
        int | None, typer.Option("--exercice", metavar="ANNÉE", help="Seulement les dossiers de cette année.")
    ] = None,
    vers: Annotated[Path, typer.Option("--vers", metavar="DOSSIER", help="Où écrire le bordereau.")] = Path(),
) -> None:
    """Fige la liste de ce qui peut être éliminé, et écrit le bordereau (page et liste) pour les archives."""
    desk = sit(configuration)
    made = acts.prepare(desk.app, desk.who, classe, exercice)
    say(
        f"Élimination {made.id} préparée : {counted(made.dossiers, 'dossier')}, {counted(made.documents, 'document')}, "
        f"{weight(made.size)}. Rien n'est encore éliminé."
    )
    _write(acts.papers(desk.app, desk.who, made.id), vers)
    say(f"Empreinte de la liste, gardée au journal : {made.listed.sha256}")
    say(
        "Envoyez les deux fichiers aux archives départementales. Leur visa reçu, une autre personne exécute :\n"
        f'dematfin elimination executer {made.id} --visa "RÉFÉRENCE" --date JJ/MM/AAAA'
    )


@app.command("bordereau", cls=FrenchCommand)
def write_papers(
    elimination: Key,
    configuration: Configuration = DEFAULT,
    vers: Annotated[Path, typer.Option("--vers", metavar="DOSSIER", help="Où l'écrire.")] = Path(),
) -> None:
    """Écrit de nouveau le bordereau d'une élimination : la page à signer et sa liste."""
    desk = sit(configuration)
    _write(acts.papers(desk.app, desk.who, elimination), vers)


@app.command("executer", cls=FrenchCommand)
def execute(
    elimination: Key,
    visa: Annotated[str, typer.Option("--visa", metavar="RÉFÉRENCE", help="Référence du visa des archives.")],
    le: Annotated[datetime, typer.Option("--date", metavar="JJ/MM/AAAA", formats=DATES, help="Date de ce visa.")],
    configuration: Configuration = DEFAULT,
) -> None:
    """Élimine pour de bon ce que dit la liste, sous le visa des archives. Interrompue, elle se relance."""
    refuse_shared_outside(configuration)
    desk = sit(configuration)
    done = acts.execute(desk.app, desk.who, elimination, visa, le.date())
    say(f"Élimination {elimination} faite : {counted(done.documents, 'document')}, {weight(done.size)}.")
    for sentence in done.elimination.left_out:
        say(f"! Gardé : {sentence}", style="yellow")
    if done.kept:
        say(f"! {counted(len(done.kept), 'document')} gardés : un autre dossier les nomme encore.", style="yellow")
    say("Les sauvegardes les contiennent encore : leur rotation y met fin (guide de la conservation).")
    if done.elimination.left_out:
        raise typer.Exit(1)


@app.command("abandonner", cls=FrenchCommand)
def drop(elimination: Key, motif: Motif, configuration: Configuration = DEFAULT) -> None:
    """Abandonne une élimination préparée, que les archives n'ont pas visée."""
    desk = sit(configuration)
    acts.drop(desk.app, desk.who, elimination, motif)
    say(f"Élimination {elimination} abandonnée : rien n'a été éliminé.")


@app.command("suspendre", cls=FrenchCommand)
def suspend(facture: Invoice, motif: Motif, configuration: Configuration = DEFAULT) -> None:
    """Suspend l'élimination d'une facture et de ce qui la paie (contentieux), jusqu'à ce qu'elle soit levée."""
    desk = sit(configuration)
    litigation.hold(desk.app, desk.who, facture, motif)
    say(f'Facture {facture} : élimination suspendue. Pour la lever : dematfin elimination lever {facture} --motif "…"')


@app.command("lever", cls=FrenchCommand)
def lift(facture: Invoice, motif: Motif, configuration: Configuration = DEFAULT) -> None:
    """Lève la suspension d'une facture."""
    desk = sit(configuration)
    litigation.lift(desk.app, desk.who, facture, motif)
    say(f"Facture {facture} : suspension levée.")


def _write(files: dict[str, bytes], folder: Path) -> None:
    for name, data in files.items():
        try:
            write_atomically(folder / name, data)
        except OSError as error:
            message = f"Le bordereau ne s'écrit pas dans {folder} : {reason(error)}. Essayez --vers."
            raise DocumentError(message) from error
        say(f"Écrit : {folder / name}")


def _line(one: Elimination) -> tuple[str, ...]:
    state = ELIMINATION_MACHINE.words[one.state]
    return (one.id, str(one.dossiers), str(one.documents), weight(one.size), state, one.visa)
