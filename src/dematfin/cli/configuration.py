"""`config verifier`: is this configuration right, and do the neighbours answer?"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from dematfin.cli.context import DEFAULT, Configuration, chosen_house
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import say
from dematfin.errors import DematfinError

if TYPE_CHECKING:
    from dematfin.cli.diagnosis import Diagnosis

app = family("La configuration.")

Check = tuple[str, Callable[[], str]]


@app.callback()
def about() -> None:
    """La configuration."""


@app.command("verifier", cls=FrenchCommand)
def verify(
    configuration: Configuration = DEFAULT,
    hors_ligne: Annotated[bool, typer.Option("--hors-ligne", help="N'appelle aucun service distant.")] = False,
) -> None:
    """Vérifie le fichier, la base, les documents, les certificats et les services distants."""
    from dematfin.cli.diagnosis import Diagnosis  # noqa: PLC0415 - heavy, and only here

    diagnosis = Diagnosis(chosen_house(configuration))
    worst = _try("fichier de configuration", diagnosis.file)
    for name, check in () if worst else _checks(diagnosis, online=not hors_ligne):
        code = _try(name, check)
        worst = worst or code
    if worst:
        raise typer.Exit(worst)
    say("Tout est prêt.")


def _checks(diagnosis: "Diagnosis", *, online: bool) -> Iterator[Check]:
    """Yield each thing to try, the nearest first."""
    yield "base et journal", diagnosis.ledger
    yield "dossier des documents", diagnosis.documents
    yield "schémas PES", diagnosis.schemas
    yield "certificat de signature", diagnosis.signature
    yield "numérisation", diagnosis.paper
    if diagnosis.has_exchange:
        yield "dossiers d'échange", diagnosis.exchange
    if online:
        yield "Chorus Pro", diagnosis.chorus
        yield diagnosis.tdt_way, diagnosis.tdt
        yield "courriel", diagnosis.mail
        if diagnosis.has_parapheur:
            yield "i-Parapheur", diagnosis.parapheur


def _try(name: str, check: Callable[[], str]) -> int:
    """Try one thing, say what came of it, and return the exit code that it deserves."""
    try:
        say(f"✓ {name} : {check()}", style="green")
    except DematfinError as error:
        say(f"✗ {name} : {error}", style="red")
        return error.exit_code
    return 0
