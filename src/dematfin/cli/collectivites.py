"""`collectivite liste`, and what a command does to each of several collectivités."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dematfin.cli.context import DEFAULT, Configuration, Json, chosen_houses
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import counted, say, table, write_json
from dematfin.errors import ConfigError, DematfinError
from dematfin.steps.outcome import Tally

if TYPE_CHECKING:
    from dematfin.config.several import House

app = family("Les collectivités d'une configuration.")

READY: Final = "prête"
TO_MEND: Final = "à corriger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One collectivité in the list; its keys are those of the JSON."""

    siret: str
    nom: str
    budgets: tuple[str, ...]
    etat: str
    erreur: str


@app.callback()
def about() -> None:
    """Les collectivités d'une configuration."""


@app.command("liste", cls=FrenchCommand)
def list_houses(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste les collectivités de la configuration : SIRET, nom, budgets, et ce qui empêche l'une d'elles de servir."""
    found = [_entry(one) for one in chosen_houses(configuration)]
    if json:
        write_json(found)
        return
    table(
        ("SIRET", "Collectivité", "Budgets", "Configuration"),
        [(one.siret, one.nom, ", ".join(one.budgets), one.etat) for one in found],
        words=(1, 2),
    )
    wrong = [one.erreur for one in found if one.erreur]
    say(f"{counted(len(found), 'collectivité')}, {len(wrong) or 'aucune'} à corriger.")
    for sentence in wrong:
        say(f"✗ {sentence}", style="red")


def spared(house: "House", do: "Callable[[House], int]") -> tuple[int, str]:
    """Do something to one collectivité; return its exit code and what stopped it: the next one is done all the same."""
    codes: list[int] = []
    tally = Tally("collectivité")
    with tally.whole(house.label):
        try:
            codes.append(do(house))
        except DematfinError as error:
            codes.append(error.exit_code)
            raise
    stopped = tally.outcome().failures
    return codes[0] if codes else 1, stopped[0].sentence if stopped else ""


def _entry(house: "House") -> Entry:
    try:
        budgets = tuple(budget.code for budget in house.settings().budgets)
    except ConfigError as error:
        return Entry(siret=house.siret, nom=house.name, budgets=(), etat=TO_MEND, erreur=str(error))
    return Entry(siret=house.siret, nom=house.name, budgets=budgets, etat=READY, erreur="")
