"""`base copier`: a collectivité moves to another base, and its documents to another place."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dematfin.cli.context import DEFAULT, Configuration, chosen_houses
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import complain, counted, say, weight
from dematfin.errors import DematfinError

if TYPE_CHECKING:
    from dematfin.config.several import House
    from dematfin.store.removal import Place, Removal


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("copier", cls=FrenchCommand)(copy)


def copy(
    vers: Annotated[Path, typer.Option("--vers", metavar="FICHIER", help="Configuration du nouvel emplacement.")],
    configuration: Configuration = DEFAULT,
    essai: Annotated[
        bool, typer.Option("--essai", help="Copie et compare tout, puis n'en garde que les documents.")
    ] = False,
) -> None:
    """Déplace une collectivité, ou toutes, vers l'emplacement d'une autre configuration, et vérifie tout.

    Personne n'écrit pendant ce temps. L'ancienne base refuse ensuite de s'ouvrir, et dit où elle a été déplacée.
    """
    from dematfin.config.several import house  # noqa: PLC0415 - heavy, and not needed to show a help text

    worst = 0
    for one in chosen_houses(configuration):
        try:
            say(_moved(one, house(vers, one.siret), rehearsed=essai), style="green")
        except DematfinError as error:
            complain(f"{one.where} : {error}")
            worst = worst or error.exit_code
    if worst:
        raise typer.Exit(worst)


def _moved(old: "House", new: "House", *, rehearsed: bool) -> str:
    """Move one collectivité; return what was done."""
    from dematfin.store.engine import shown  # noqa: PLC0415 - heavy, and not needed to show a help text
    from dematfin.store.removal import Watch, remove  # noqa: PLC0415 - idem
    from dematfin.wiring import open_clock  # noqa: PLC0415 - idem

    clock = open_clock(old.settings())
    place = _place(new)
    watch = Watch(now=clock.now, local=clock.local)
    done = remove(old.siret, _place(old), place, watch, rehearsed=rehearsed)
    if done is None:
        return f"{old.siret} {old.name} a déjà été déplacée vers {shown(place.base)} : rien à faire."
    left = "L'ancienne base ne s'ouvre plus."
    if rehearsed:
        left = "Essai : la nouvelle base n'en garde rien, l'ancienne sert."
    how = "était déjà copiée, à l'identique," if done.again else "copiée"
    return f"{old.siret} {old.name} {how} vers {shown(place.base)}. {_told(done)} {left}"


def _told(done: "Removal") -> str:
    """Say what was compared on both sides."""
    held = done.holdings
    return (
        f"{counted(held.rows, 'ligne')} de {counted(len(held.tables), 'table')} (empreinte {held.hash[:16]}…), journal "
        f"de {counted(held.journal.events, 'évènement')} (tête {held.journal.head[:16]}…), "
        f"{counted(done.documents.count, 'document')} ({weight(done.documents.size)}) relus : "
        "tout est pareil des deux côtés."
    )


def _place(house: "House") -> "Place":
    from dematfin.store.engine import address  # noqa: PLC0415 - heavy, and not needed to show a help text
    from dematfin.store.removal import Place  # noqa: PLC0415 - idem
    from dematfin.wiring import open_documents  # noqa: PLC0415 - idem

    settings = house.settings()
    return Place(base=address(settings.stockage, house.folder), documents=open_documents(settings, house.folder))
