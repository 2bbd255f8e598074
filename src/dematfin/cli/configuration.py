"""`config verifier`: is this configuration right, and do the neighbours answer?"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from dematfin.cli.collectivites import spared
from dematfin.cli.context import DEFAULT, Configuration, chosen_houses
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import counted, say
from dematfin.errors import ConfigError, DematfinError, gravest

if TYPE_CHECKING:
    from dematfin.cli.diagnosis import Diagnosis
    from dematfin.config.several import House

app = family("La configuration.")

Check = tuple[str, Callable[[], str]]
FILE: Final = "fichier de configuration"
AT_ONCE: Final = 8
"""Collectivités that are checked at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of one check, and the exit code that it deserves."""

    line: str
    code: int = 0


@app.callback()
def about() -> None:
    """La configuration."""


@app.command("verifier", cls=FrenchCommand)
def verify(
    configuration: Configuration = DEFAULT,
    hors_ligne: Annotated[bool, typer.Option("--hors-ligne", help="N'appelle aucun service distant.")] = False,
) -> None:
    """Vérifie le fichier, la base, les documents, les certificats et les services distants.

    Là où elles sont plusieurs, toutes le sont, une ligne chacune quand tout va bien ; une seule avec --siret.
    """
    try:
        found = chosen_houses(configuration)
    except ConfigError as error:
        say(_wrong(FILE, error).line, style="red")
        raise typer.Exit(error.exit_code) from error
    worst = _one_by_one(found[0], online=not hors_ligne) if len(found) == 1 else _all(found, online=not hors_ligne)
    if worst:
        raise typer.Exit(worst)
    say("Tout est prêt.")


def _one_by_one(house: "House", *, online: bool) -> int:
    """Say what comes of each check as it comes; return the exit code."""
    worst = 0
    for verdict in _verdicts(house, online=online):
        say(verdict.line, style="red" if verdict.code else "green")
        worst = worst or verdict.code
    return worst


def _all(houses: "Sequence[House]", *, online: bool) -> int:
    """Check several at once: who waits for a neighbour makes nobody else wait; return the worst exit code."""
    codes = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for examined in as_completed(pool.submit(_examined, one, online=online) for one in houses):
            code, lines = examined.result()
            codes.append(code)
            for line in lines:
                say(line, style="red" if code else "green")
    wrong = sum(map(bool, codes))
    say(f"{counted(len(codes), 'collectivité')}, {wrong or 'aucune'} à corriger.")
    return gravest(codes)


def _examined(house: "House", *, online: bool) -> tuple[int, list[str]]:
    """Return the exit code of one of several, and what to say of it: one line, or all that is wrong."""
    lines: list[str] = []

    def examine(one: "House") -> int:
        wrong = [verdict for verdict in _verdicts(one, online=online) if verdict.code]
        lines.extend(f"  {verdict.line}" for verdict in wrong)
        return gravest(verdict.code for verdict in wrong)

    code, stopped = spared(house, examine)
    lines += [f"  ✗ {stopped}"] if stopped else []
    return code, [f"✗ {house.label}", *lines] if code else [f"✓ {house.label}"]


def _verdicts(house: "House", *, online: bool) -> Iterator[Verdict]:
    """Yield what comes of each check; of a file that cannot be read, nothing else can be tried."""
    from dematfin.cli.diagnosis import Diagnosis  # noqa: PLC0415 - heavy, and only here

    diagnosis = Diagnosis(house)
    file = _tried(FILE, diagnosis.file)
    yield file
    for name, check in () if file.code else _checks(diagnosis, online=online):
        yield _tried(name, check)


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


def _tried(name: str, check: Callable[[], str]) -> Verdict:
    """Try one thing."""
    try:
        return Verdict(line=f"✓ {name} : {check()}")
    except DematfinError as error:
        return _wrong(name, error)


def _wrong(name: str, error: DematfinError) -> Verdict:
    return Verdict(line=f"✗ {name} : {error}", code=error.exit_code)
