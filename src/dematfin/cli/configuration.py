"""`config verifier`: is this configuration right, and do the neighbours answer?"""

from collections.abc import Callable, Iterator
from typing import Annotated

import typer

from dematfin.cli.context import DEFAULT, Configuration
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import SCREEN, say
from dematfin.errors import DematfinError

app = family("La configuration.")

Check = tuple[str, Callable[[], str]]


@app.callback()
def about() -> None:
    """La configuration."""


@app.command("verifier", cls=FrenchCommand)
def verify(
    configuration: Configuration = DEFAULT,
    hors_ligne: Annotated[bool, typer.Option("--hors-ligne", help="N'appelle ni Chorus Pro ni le TdT.")] = False,
) -> None:
    """Vérifie le fichier, la base, les certificats et les services distants."""
    worst = 0
    for name, check in _checks(configuration, online=not hors_ligne):
        try:
            SCREEN.print(f"✓ {name} : {check()}", style="green", markup=False)
        except DematfinError as error:
            SCREEN.print(f"✗ {name} : {error}", style="red", markup=False)
            worst = worst or error.exit_code
    if worst:
        raise typer.Exit(worst)
    say("Tout est prêt.")


def _checks(configuration: Configuration, *, online: bool) -> Iterator[Check]:
    """Yield each thing to try, in the order in which they depend on each other."""
    from dematfin.cli.diagnosis import Diagnosis  # noqa: PLC0415 - heavy, and only here

    diagnosis = Diagnosis(configuration)
    yield "fichier de configuration", diagnosis.file
    yield "base et journal", diagnosis.ledger
    yield "certificat de signature", diagnosis.signature
    if online:
        yield "Chorus Pro", diagnosis.chorus
        yield "S²LOW", diagnosis.tdt
