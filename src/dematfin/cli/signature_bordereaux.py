"""`bordereau signer|envoyer|exporter|reprendre|rappeler`: an order to pay is given, here or elsewhere."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from dematfin.acts import hand_over, mandats
from dematfin.acts import run as acts
from dematfin.acts import sign as signing
from dematfin.acts.exceptions import exceptions, to_confess
from dematfin.cli.bordereaux import Key, show_mandats
from dematfin.cli.context import DEFAULT, Configuration, Desk, sit
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import account, counted, day, say, table
from dematfin.domain.mandat.bordereau import order
from dematfin.domain.money import french
from dematfin.errors import RuleError
from dematfin.ports.signature import Holder, Place
from dematfin.steps.signatures import Sheet, total_of
from dematfin.steps.signing import signing as collecting

YES: Final = "oui"
EACH: Final = "un"
SOON: Final = 30
"""Days before the end of a certificate from which it is told: a new one takes weeks to come."""


class Words(NamedTuple):
    """How a question is put, of one bordereau and of several, and what is not done when the answer is no."""

    one: str
    several: str
    undone: str


SIGN: Final = Words(
    one="Signer ce bordereau, c'est {order}. Confirmez-vous ?",
    several="Signer ces {count} bordereaux, c'est {order}.",
    undone="signé",
)
SEND: Final = Words(
    one="Envoyer ce bordereau à la signature, pour {order} ?",
    several="Envoyer ces {count} bordereaux à la signature, pour {order} ?",
    undone="envoyé",
)
PAPER: Final = Words(
    one="Avez-vous signé de votre main le bordereau imprimé, pour {order} ?",
    several="Avez-vous signé de votre main ces {count} bordereaux imprimés, pour {order} ?",
    undone="signé",
)
Beforehand = Annotated[bool, typer.Option("--oui", help="Confirme d'avance : la liste a été vue par ailleurs.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the family."""
    app.command("signer", cls=FrenchCommand)(sign_all)
    app.command("envoyer", cls=FrenchCommand)(hand_all_over)
    app.command("exporter", cls=FrenchCommand)(export)
    app.command("reprendre", cls=FrenchCommand)(resume)
    app.command("rappeler", cls=FrenchCommand)(recall)


def sign_all(configuration: Configuration = DEFAULT, oui: Beforehand = False) -> None:
    """Montre les bordereaux à signer, demande confirmation, et les signe avec votre certificat, ou note le papier."""
    desk = sit(configuration)
    sheets = signing.to_sign(desk.app, desk.who)
    if not sheets:
        say("Aucun bordereau n'attend de signature. Préparez-les d'abord (bordereau preparer).")
    if paper := [sheet for sheet in sheets if sheet.flux.on_paper]:
        _note_paper(desk, paper, oui=oui)
    if others := [sheet for sheet in sheets if not sheet.flux.on_paper]:
        _sign(desk, others, oui=oui)


def _note_paper(desk: Desk, sheets: Sequence[Sheet], *, oui: bool) -> None:
    for file in _agreed(desk, sheets, PAPER, oui=oui):
        signing.sign_on_paper(desk.app, desk.who, file[0].flux.id, total_of(file))
        say(f"{_names(file)} : signé sur papier par {desk.who.name}. Reste à le transmettre.", style="green")


def _sign(desk: Desk, sheets: Sequence[Sheet], *, oui: bool) -> None:
    if holder := signing.holder(desk.app, desk.who):
        _show_holder(desk, holder)
    remarks: list[str] = []
    for file in _agreed(desk, sheets, SIGN, oui=oui):
        report = signing.sign(desk.app, desk.who, file[0].flux.id, total_of(file))
        fact = report.signatures[0]
        when = desk.app.clock.local(fact.signed_at)
        said = f"{_names(file)} : signé par {fact.signer}, le {when:%d/%m/%Y à %H:%M}."
        say(f"{said} Reste à le transmettre.", style="green")
        remarks += report.remarks
    _show_remarks(dict.fromkeys(remarks))


def hand_all_over(configuration: Configuration = DEFAULT, oui: Beforehand = False) -> None:
    """Envoie les bordereaux à signer dans l'i-Parapheur, et relève ceux qui y ont été signés ou refusés."""
    desk = sit(configuration)
    sheets = hand_over.to_hand_over(desk.app, desk.who)
    if not sheets:
        say("Aucun bordereau à envoyer à la signature.")
    for file in _agreed(desk, sheets, SEND, oui=oui) if sheets else ():
        hand_over.hand_over(desk.app, desk.who, file[0].flux.id, total_of(file))
    outcome = acts.run(desk.app, desk.who, collecting)
    account(outcome)
    raise typer.Exit(outcome.exit_code)


def export(
    bordereau: Key,
    configuration: Configuration = DEFAULT,
    vers: Annotated[
        Path, typer.Option("--vers", metavar="DOSSIER", help="Où écrire les deux fichiers ; ici si rien n'est dit.")
    ] = Path(),
) -> None:
    """Écrit le fichier d'un bordereau et sa notice, pour qu'il soit signé ailleurs."""
    desk = sit(configuration)
    written = hand_over.export(desk.app, desk.who, bordereau, vers)
    say(f"À signer : {written.flow}", style="bold")
    say(f"Notice   : {written.notice}")
    say("Une fois signé, reprenez-le : dematfin bordereau reprendre FICHIER. Il n'est plus à signer ici d'ici là.")


def resume(
    quoi: Annotated[
        str, typer.Argument(metavar="BORDEREAU|FICHIER", help="Un bordereau refusé, ou un fichier signé ailleurs.")
    ],
    configuration: Configuration = DEFAULT,
) -> None:
    """Reprend un bordereau refusé, une fois ses mandats corrigés, ou un fichier signé ailleurs, une fois vérifié."""
    desk = sit(configuration)
    file = Path(quoi)
    if file.is_file():
        taken = hand_over.take_in(desk.app, desk.who, file)
        names = ", ".join(taken.flux.bordereaux)
        _show_remarks(taken.remarks)
        say(f"Bordereau {names} : sa signature est bonne, il est gardé. Reste à le transmettre.", style="green")
        return
    if "/" in quoi or file.suffix:
        message = f"Le fichier {quoi} n'existe pas. Vérifiez son nom, ou donnez le numéro d'un bordereau refusé."
        raise RuleError(message)
    mandats.resume(desk.app, desk.who, quoi)
    say(f"Bordereau {quoi} repris : préparez (bordereau preparer) puis faites-le signer.")


def recall(bordereau: Key, configuration: Configuration = DEFAULT) -> None:
    """Rappelle un bordereau donné à signer ailleurs, tant qu'il n'est pas signé."""
    desk = sit(configuration)
    flux = hand_over.recall(desk.app, desk.who, bordereau)
    say(f"Bordereau {bordereau} rappelé : il est de nouveau à signer.")
    if flux.by_hand:
        say("Faites détruire le fichier donné : signé plus tard, il ne serait pas repris.")
    elif desk.app.signer.place is not Place.PARAPHEUR:
        say(f"! L'i-Parapheur n'est plus configuré : faites-y supprimer le dossier {flux.signing_ref}.", style="yellow")


def _show_remarks(remarks: Iterable[str]) -> None:
    for line in remarks:
        say(f"! {line}", style="yellow")


def _show_holder(desk: Desk, holder: Holder) -> None:
    say(f"Certificat de {holder.name}, émis par {holder.issuer}, valable jusqu'au {day(holder.expires_on)}.")
    left = (holder.expires_on - desk.app.clock.today()).days
    if left < SOON:
        say(f"! Il expire dans {counted(left, 'jour')} : demandez le suivant dès maintenant.", style="yellow")


def _agreed(desk: Desk, sheets: Sequence[Sheet], words: Words, *, oui: bool) -> list[list[Sheet]]:
    """Show what waits, and return what a person agrees to, file by file: all at once, or one after the other."""
    files = [list(file) for _, file in groupby(sheets, key=lambda sheet: sheet.flux.id)]
    if len(files) == 1:
        return _one_by_one(desk, files, words, oui=oui)
    _show_all(desk, sheets, words)
    question = words.several.format(count=len(sheets), order=_order(sheets))
    choices = "« oui » pour tous, « un » pour les voir un par un, autre chose pour aucun :"
    answer = YES if oui else _asked(f"{question} {choices}", words)
    if answer == YES:
        return files
    if answer == EACH:
        return _one_by_one(desk, files, words, oui=False)
    say(f"Aucun des {len(sheets)} bordereaux n'est {words.undone}.")
    return []


def _one_by_one(desk: Desk, files: Sequence[list[Sheet]], words: Words, *, oui: bool) -> list[list[Sheet]]:
    agreed = []
    for file in files:
        for sheet in file:
            _show(desk, sheet, words)
            show_mandats(sheet.mandats)
        if oui or _asked(f"{_question(file, words)} [oui/non]", words) == YES:
            agreed.append(file)
        else:
            say(f"Le bordereau {_names(file)} n'est pas {words.undone}.")
    return agreed


def _question(file: Sequence[Sheet], words: Words) -> str:
    """A finance software may put several bordereaux in one file: they are signed together, or not at all."""
    if len(file) == 1:
        return words.one.format(order=_order(file))
    return f"{words.several.format(count=len(file), order=_order(file))} Un seul fichier les porte : tous ou aucun."


def _names(file: Iterable[Sheet]) -> str:
    return ", ".join(sheet.bordereau.id for sheet in file)


def _order(sheets: Sequence[Sheet]) -> str:
    return order(sheet.bordereau for sheet in sheets)


def _show_all(desk: Desk, sheets: Sequence[Sheet], words: Words) -> None:
    rows = [
        (sheet.bordereau.id, str(sheet.bordereau.number), str(len(sheet.mandats)), french(sheet.bordereau.total))
        for sheet in sheets
    ]
    mandats = str(sum(len(sheet.mandats) for sheet in sheets))
    mixed = len({sheet.bordereau.kind for sheet in sheets}) > 1  # what is paid and what is taken back make no sum
    total = "" if mixed else french(total_of(sheets))
    table(("Bordereau", "N°", "Mandats", "Total"), [*rows, ("Ensemble", "", mandats, total)], (1, 2, 3))
    for sheet in sheets:
        _show_exceptions(desk, sheet, words)


def _show(desk: Desk, sheet: Sheet, words: Words) -> None:
    one = sheet.bordereau
    mandats = counted(len(sheet.mandats), "mandat")
    say(f"\nBordereau {one.id} · n° {one.number} · {mandats} · {french(one.total)}", style="bold")
    _show_exceptions(desk, sheet, words)


def _show_exceptions(desk: Desk, sheet: Sheet, words: Words) -> None:
    own = to_confess(desk.app, desk.who, sheet) if words is SIGN else ()
    _show_remarks((*exceptions(desk.app, desk.who, sheet), *own))


def _asked(question: str, words: Words) -> str:
    """Put a question; only a whole yes is one. Raises RuleError when nobody is there to answer."""
    try:
        return input(f"{question} ").strip().lower()
    except EOFError as error:
        message = f"Personne n'a confirmé : rien n'est {words.undone}. Répondez devant un terminal, ou ajoutez --oui."
        raise RuleError(message) from error
