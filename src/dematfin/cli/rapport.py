"""`rapport`: the page of where everything stands, or the figures of a month, a quarter, a year, in files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from dematfin.acts import consult, figures
from dematfin.cli.context import DEFAULT, Configuration, Desk, sit
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import counted, say
from dematfin.domain.report.period import Period, period
from dematfin.domain.report.scope import Scope
from dematfin.domain.report.table import Report
from dematfin.domain.report.words import cut_off, kind, state
from dematfin.errors import DocumentError
from dematfin.ports.report_writer import ReportWriter
from dematfin.support.files import write_atomically
from dematfin.support.refusals import reason

FORMATS: Final = ("html", "xlsx", "csv", "json")
PAGE: Final = Path("rapport.html")
OPTIONS: Final = {"mois": "--mois", "trimestre": "--trimestre", "année": "--annee"}


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("rapport", cls=FrenchCommand)(write_report)


def write_report(  # noqa: PLR0913, PLR0917 - an argument is an option of the command line
    configuration: Configuration = DEFAULT,
    mois: Annotated[str, typer.Option("--mois", metavar="AAAA-MM", help="Les chiffres d'un mois : 2026-10.")] = "",
    trimestre: Annotated[str, typer.Option("--trimestre", metavar="AAAA-TN", help="D'un trimestre : 2026-T4.")] = "",
    annee: Annotated[str, typer.Option("--annee", metavar="AAAA", help="D'une année : 2026.")] = "",
    budget: Annotated[str, typer.Option("--budget", metavar="CODE", help="D'un seul budget, par exemple CCAS.")] = "",
    service: Annotated[str, typer.Option("--service", metavar="CODE", help="D'un seul service.")] = "",
    formats: Annotated[
        str, typer.Option("--format", metavar="LISTE", help="html (sans elle), xlsx, csv, json : html,xlsx.")
    ] = "",
    vers: Annotated[
        Path | None, typer.Option("--vers", metavar="DOSSIER", help="Où les écrire ; sans elle, ici.")
    ] = None,
    sortie: Annotated[
        Path | None, typer.Option("--sortie", "-o", metavar="FICHIER", help="Sans période : la page (rapport.html).")
    ] = None,
) -> None:
    """Écrit les chiffres d'une période (html, xlsx, csv, json) ; sans période, la page de l'état des factures."""
    asked = _period({"mois": mois, "trimestre": trimestre, "année": annee})
    narrowing = {"--format": formats, "--vers": vers, "--budget": budget, "--service": service}
    _check_together(asked, [option for option, given in narrowing.items() if given], sortie)
    if asked is None:
        _write_page(sit(configuration), sortie or PAGE)
        return
    forms = _formats(formats or FORMATS[0])
    _write_figures(sit(configuration), asked, Scope(budget=budget, service=service), forms, vers or Path())


def _check_together(asked: Period | None, narrowing: Sequence[str], sortie: Path | None) -> None:
    if asked is None and narrowing:
        message = "choisissez aussi une période : --mois, --trimestre ou --annee."
        raise typer.BadParameter(message, param_hint=narrowing[0])
    if asked and sortie:
        message = "les chiffres d'une période vont dans un dossier : écrivez --vers DOSSIER."
        raise typer.BadParameter(message, param_hint="--sortie")


def _write_page(desk: Desk, target: Path) -> None:
    from dematfin.reports.page import write  # noqa: PLC0415 - heavy, and only here

    write(consult.picture(desk.app, desk.who), target)
    say(f"Rapport écrit : {target}")


def _period(asked: Mapping[str, str]) -> Period | None:
    given = [(wanted, name) for wanted, name in asked.items() if name]
    if not given:
        return None
    if len(given) > 1:
        message = "une seule période à la fois : --mois, --trimestre ou --annee."
        raise typer.BadParameter(message, param_hint=OPTIONS[given[1][0]])
    ((wanted, name),) = given
    found = period(name)
    if kind(found) != wanted:
        message = f"« {name} » n'est pas de cette sorte ; écrivez {OPTIONS[kind(found)]} {found.key}."
        raise typer.BadParameter(message, param_hint=OPTIONS[wanted])
    return found


def _formats(typed: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip().lower() for name in typed.split(",") if name.strip()))
    if unknown := [name for name in names if name not in FORMATS] or ([] if names else [typed]):
        message = f"« {unknown[0]} » n'est pas un format ; au choix : {', '.join(FORMATS)}."
        raise typer.BadParameter(message, param_hint="--format")
    return names


def _write_figures(desk: Desk, asked: Period, scope: Scope, formats: tuple[str, ...], folder: Path) -> None:
    report = figures.report(desk.app, desk.who, asked, scope)
    stem = scope.file_stem(desk.app.policy.collectivite, asked)
    about = f" ({report.scope})" if report.scope else ""
    say(f"{report.period.label}{about}, {state(report)} : chiffres arrêtés au {cut_off(report)}.")
    for path in written(desk.app.reports, report, formats, folder / stem):
        files = f" ({counted(len(list(path.iterdir())), 'fichier')})" if path.is_dir() else ""
        say(f"Écrit : {path}{files}")
    if not report.closed:
        say("Ces chiffres changeront encore : redemandez-les quand la période sera finie et comptée.", style="yellow")


def written(writer: ReportWriter, report: Report, formats: Iterable[str], stem: Path) -> Iterator[Path]:
    """Write a report in each form; yield each file, the folder of those of the CSV."""
    for form in formats:
        drawn = dict(_files(writer, report, form, stem))
        for target, data in drawn.items():
            _write(target, data)
        yield target.parent if form == "csv" else target


def _files(writer: ReportWriter, report: Report, form: str, stem: Path) -> Iterator[tuple[Path, bytes]]:
    if form == "csv":
        for name, data in writer.csv(report).items():
            yield stem.with_name(f"{stem.name}-csv") / name, data
        return
    draw = {"html": writer.html, "xlsx": writer.xlsx, "json": writer.json}[form]
    yield stem.with_name(f"{stem.name}.{form}"), draw(report)


def _write(target: Path, data: bytes) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, data)
    except OSError as error:
        message = f"{target} ne peut pas être écrit : {reason(error)}. Choisissez un autre dossier (--vers)."
        raise DocumentError(message) from error
