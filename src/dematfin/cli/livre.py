"""`bordereau livre|ecarter|reintegrer`, `mandat abandonner`: what the mayor reads, and refuses to sign."""

from pathlib import Path
from typing import Annotated

import typer

from dematfin.acts import aside as acts
from dematfin.acts import book as facts
from dematfin.cli.context import DEFAULT, Configuration, sit
from dematfin.cli.french import FrenchCommand
from dematfin.cli.given_up import say_given_up
from dematfin.cli.output import account, counted, say
from dematfin.domain.money import french
from dematfin.errors import DocumentError
from dematfin.support.files import written_atomically
from dematfin.support.refusals import reason

Sheet = Annotated[str, typer.Argument(metavar="BORDEREAU", help="Par exemple COMMUNE-2026-42.")]
Mandat = Annotated[str, typer.Argument(metavar="MANDAT", help="Par exemple M2026-000123.")]
Motif = Annotated[str, typer.Option("--motif", metavar="TEXTE", help="Pourquoi ; gardé au journal avec votre nom.")]


def register(bordereaux: typer.Typer) -> None:
    """Add these commands to the family of bordereaux."""
    bordereaux.command("livre", cls=FrenchCommand)(write_book)
    bordereaux.command("ecarter", cls=FrenchCommand)(set_aside)
    bordereaux.command("reintegrer", cls=FrenchCommand)(take_back)


def register_abandon(mandats: typer.Typer) -> None:
    """Add the way out of a mandat to the family of mandats."""
    mandats.command("abandonner", cls=FrenchCommand)(abandon)


def write_book(
    bordereau: Sheet,
    configuration: Configuration = DEFAULT,
    vers: Annotated[Path | None, typer.Option("--vers", metavar="FICHIER", help="Page HTML à écrire.")] = None,
) -> None:
    """Écrit le livre d'un bordereau, à lire avant de signer : ce qui sort de l'ordinaire d'abord, en une page HTML."""
    desk = sit(configuration)
    book = facts.book(desk.app, desk.who, bordereau)
    target = vers or Path(f"livre-{bordereau}.html")
    try:
        with written_atomically(target) as sink:
            missing = facts.write(desk.app, desk.who, book, sink)
    except OSError as error:
        message = f"Le livre du bordereau {bordereau} ne s'écrit pas dans {target} : {reason(error)}. Essayez --vers."
        raise DocumentError(message) from error
    say(f"Livre écrit : {target} ({counted(len(book.entries), 'mandat')}, {french(book.bordereau.total)}).")
    unusual = len(book.unusual)
    say(f"{counted(unusual, 'point')} à regarder." if unusual else "Rien à signaler.")
    for sentence in missing:
        say(f"! {sentence}", style="yellow")


def set_aside(
    bordereau: Sheet,
    mandat: Annotated[str, typer.Argument(metavar="MANDAT", help="Son n° dans le bordereau, ou M2026-000123.")],
    motif: Motif,
    configuration: Configuration = DEFAULT,
) -> None:
    """Écarte un mandat d'un bordereau tant qu'il n'est pas parti : les autres se signent sans lui."""
    desk = sit(configuration)
    done = acts.set_aside(desk.app, desk.who, bordereau, mandat, motif)
    one, left = done.mandat, done.bordereau
    say(f"Mandat n° {one.number} ({one.id}, {french(one.amount)}) écarté du bordereau {left.id}. Il garde son numéro.")
    if left.mandats:
        say(f"Il y reste {counted(len(left.mandats), 'mandat')}, pour {french(left.total)}.")
    else:
        say("Il n'y reste aucun mandat : le bordereau garde son numéro, la prochaine préparation le remplira.")
    for key in done.unsigned:
        say(
            f"La signature du bordereau {key} ne vaut plus : son flux est refait. À signer de nouveau.",
            style="yellow",
        )
    for key in done.announced:
        say(
            f"Chorus Pro montre déjà la facture {key} « mandatée » sous ce numéro, et cela ne se retire pas : "
            "prévenez le fournisseur, et réintégrez ce mandat dès que possible.",
            style="yellow",
        )
    say(f"S'il est bon après tout : dematfin bordereau reintegrer {one.id}")
    say(f'S\'il ne doit pas partir : dematfin mandat abandonner {one.id} --motif "…"')
    account(done.built)
    raise typer.Exit(done.built.exit_code)


def take_back(mandat: Mandat, configuration: Configuration = DEFAULT) -> None:
    """Réintègre un mandat écarté : le prochain bordereau le prendra, sous le même numéro."""
    desk = sit(configuration)
    again = acts.take_back(desk.app, desk.who, mandat)
    say(f"Mandat n° {again.number} ({again.id}) réintégré : préparez (bordereau preparer) puis faites signer.")


def abandon(mandat: Mandat, motif: Motif, configuration: Configuration = DEFAULT) -> None:
    """Abandonne pour de bon un mandat écarté : sa facture revient au service fait, son numéro sert au suivant."""
    desk = sit(configuration)
    gone = acts.abandon(desk.app, desk.who, mandat, motif)
    say_given_up(gone, "abandonné")
