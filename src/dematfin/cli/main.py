"""The program: its families of commands, and the one place where an error becomes words on a screen."""

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from types import TracebackType
from typing import Annotated, Any

import typer
from typer.main import get_command

from dematfin import __version__
from dematfin.cli import (
    administration,
    beneficiaires,
    bordereaux,
    budgets,
    bureaux,
    chiffres,
    chorus,
    configuration,
    constat,
    diagnostic,
    doublons,
    echange,
    etats,
    factures,
    feuilles,
    fiche,
    flux,
    imports,
    joindre,
    livre,
    mandats,
    numerisation,
    pages,
    parapheur,
    pes,
    pieces,
    pieces_seules,
    rappels,
    rapport,
    registres,
    saisie_mandat,
    signature,
    signature_bordereaux,
    steps,
    transmission,
    verdict,
    visas,
    xsd,
)
from dematfin.cli.french import FrenchGroup, usage_error
from dematfin.cli.output import complain, say
from dematfin.errors import DematfinError
from dematfin.support import logs

USAGE = 2
UsageError: Any = typer.BadParameter.__base__
"""What a wrong command line raises; the library gives it no public name of its own."""


def program() -> typer.Typer:
    """Return the program with all its commands."""
    app = typer.Typer(
        cls=FrenchGroup,
        name="dematfin",
        help="Les factures des collectivités, de Chorus Pro au paiement.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        subcommand_metavar="COMMANDE [ARGUMENTS]...",
    )
    app.callback(cls=FrenchGroup)(_options)
    for family in (steps, etats, rapport, feuilles, pages, diagnostic):
        family.register(app)
    for family in (bureaux, fiche, rappels):
        family.register(visas.app)
    livre.register(bordereaux.app, mandats.app)
    pieces_seules.register(bordereaux.app)
    imports.register(bordereaux.app)
    joindre.register(bordereaux.app)
    signature_bordereaux.register(bordereaux.app)
    registres.tiers.add_typer(doublons.iban, name="iban")
    registres.tiers.add_typer(beneficiaires.subcontractors, name="sous-traitant")
    registres.tiers.add_typer(beneficiaires.factors, name="affacturage")
    pieces.register(mandats.app)
    verdict.register(mandats.app)
    saisie_mandat.register(mandats.app)
    constat.register(flux.app)
    _add_families(app)
    return app


def _add_families(app: typer.Typer) -> None:
    app.add_typer(factures.app, name="facture")
    app.add_typer(doublons.app, name="doublon")
    app.add_typer(numerisation.app, name="numerisation")
    app.add_typer(visas.app, name="visa")
    app.add_typer(bureaux.circuits, name="circuit")
    app.add_typer(parapheur.app, name="parapheur")
    app.add_typer(bordereaux.app, name="bordereau")
    app.add_typer(mandats.app, name="mandat")
    app.add_typer(transmission.app, name="transmission")
    app.add_typer(echange.app, name="echange")
    app.add_typer(flux.app, name="flux")
    app.add_typer(pes.app, name="pes")
    app.add_typer(xsd.app, name="xsd")
    app.add_typer(signature.app, name="signature")
    app.add_typer(pieces.app, name="pieces")
    app.add_typer(registres.engagements, name="engagement")
    app.add_typer(registres.credits_, name="credit")
    app.add_typer(registres.tiers, name="tiers")
    app.add_typer(chorus.app, name="chorus")
    app.add_typer(budgets.budgets, name="budget")
    app.add_typer(administration.persons, name="personne")
    app.add_typer(etats.journal, name="journal")
    app.add_typer(chiffres.app, name="chiffres")
    app.add_typer(configuration.app, name="config")


def run(app: typer.Typer, arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code: every error is said in French, none shows its insides."""
    sys.excepthook = _unexpected
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without ✓ or ² loses the sign, not the command
    command: Any = get_command(app)
    try:
        result = command.main(args=arguments, prog_name="dematfin", standalone_mode=False)
    except DematfinError as error:
        complain(str(error))
        return error.exit_code
    except typer.Abort:
        complain("Interrompu. Ce qui a été fait est enregistré ; relancez la commande pour le reste.")
        return 1
    except typer.Exit as end:
        return end.exit_code
    except UsageError as error:
        if message := usage_error(error.format_message()):  # none when the help has just been shown
            complain(f"{message} Aide : ajoutez --help.")
        return USAGE
    return result if isinstance(result, int) else 0


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - the library calls it so
    if wanted:
        say(f"dematfin {__version__}")
        raise typer.Exit


def _options(
    verbeux: Annotated[
        bool, typer.Option("--verbeux", help="Écrit le détail technique sur la sortie d'erreur.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Affiche la version.")
    ] = False,
) -> None:
    """Les factures des collectivités, de Chorus Pro au paiement."""
    logs.configure(verbose=verbeux)


def _unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A bug: say it in French first, and keep the details for whoever mends it."""
    complain(f"erreur imprévue ({kind.__name__}). Rien n'est perdu ; transmettez le message ci-dessous à l'exploitant.")
    sys.__excepthook__(kind, error, trace)
