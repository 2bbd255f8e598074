"""`diagnostic`: all that a support line would ask, with what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dematfin.cli.context import DEFAULT, Configuration, Json, chosen_houses
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import say, write_json

if TYPE_CHECKING:
    from dematfin.cli.checks.line import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What is said of the machine, or of one collectivité."""

    siret: str
    name: str
    lines: tuple["Line", ...]


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("diagnostic", cls=FrenchCommand)(diagnose)


def diagnose(
    configuration: Configuration = DEFAULT,
    hors_ligne: Annotated[bool, typer.Option("--hors-ligne", help="N'appelle aucun service distant.")] = False,
    json: Json = False,
) -> None:
    """Examine la machine, la base, les certificats, les voisins, les passages ; dit quoi faire, ne change rien."""
    worst = 0
    told: list[Section] = []
    for section in _sections(configuration, online=not hors_ligne):
        worst = max([worst, *(line.code for line in section.lines)])
        told.append(section)
        if not json:
            _show(section)
    if json:
        write_json({"code": worst, "sections": [_plain(one) for one in told]})
    elif worst:
        say("Ce qui est marqué ✗ est à réparer, ce qui est marqué ! à regarder.")
    else:
        say("Tout va bien.")
    if worst:
        raise typer.Exit(worst)


def _sections(configuration: Path, *, online: bool) -> Iterator[Section]:
    from dematfin.cli.checks.examined import Examined  # noqa: PLC0415 - heavy, and only here
    from dematfin.cli.checks.running import collectivite, machine  # noqa: PLC0415 - heavy, and only here

    houses = chosen_houses(configuration)
    first = Examined(houses[0], configuration, online=online)
    yield Section(siret="", name="Machine", lines=tuple(machine(first)))
    for one in houses:
        examined = Examined(one, configuration, online=online)
        yield Section(siret=one.siret, name=one.name or one.where, lines=tuple(collectivite(examined)))


def _show(section: Section) -> None:
    from dematfin.cli.checks.line import Verdict  # noqa: PLC0415 - heavy, and only here

    looks = {Verdict.GOOD: ("✓", "green"), Verdict.LOOK: ("!", "yellow"), Verdict.BAD: ("✗", "red")}
    say(f"{section.name} ({section.siret})" if section.siret else section.name)
    for line in section.lines:
        mark, style = looks[line.verdict]
        said = " ".join(filter(None, (f"{line.found}." if line.remedy else line.found, line.remedy)))
        say(f"{mark} {line.subject} : {said}", style=style)
        if line.detail:
            say(f"    {line.detail}")


def _plain(section: Section) -> dict[str, object]:
    lines = [
        {
            "sujet": line.subject,
            "verdict": line.verdict,
            "constat": line.found,
            "remede": line.remedy,
            "code": line.code,
        }
        for line in section.lines
    ]
    return {"collectivite": section.siret, "nom": section.name, "lignes": lines}
