"""`signature verifier`: who signed a flow, anybody's, and whether it holds."""

from pathlib import Path
from typing import Annotated, Final

import typer

from dematfin.acts import signatures as acts
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import counted, day, say, write_json
from dematfin.domain.finding import Finding, Severity, blocking
from dematfin.ports.signature import Scope, SignatureFact, SignatureReport

app = family("Les signatures des flux, de dematfin ou d'un autre logiciel.")
MARKS: Final = {Severity.BLOCKING: ("✗", "red"), Severity.WARNING: ("!", "yellow"), Severity.INFO: ("·", "")}


@app.command("verifier", cls=FrenchCommand)
def verify(
    flow: Annotated[
        Path, typer.Argument(metavar="FLUX", help="Fichier PES Aller signé, de quelque logiciel que ce soit.")
    ],
    configuration: Configuration = DEFAULT,
    json: Json = False,
) -> None:
    """Dit qui a signé un flux, quand, ce que la signature couvre, et si elle est bonne ; code de sortie 1 sinon."""
    desk = sit(configuration)
    report = acts.examine(desk.app, desk.who, flow)
    if json:
        write_json(report)
    else:
        _tell(report)
    if blocking(report.findings):
        raise typer.Exit(1)


def _tell(report: SignatureReport) -> None:
    for fact in report.signatures:
        _tell_one(fact, "✓", "green")
    for fact in report.refused:
        _tell_one(fact, "✗", "red")
    for finding in sorted(report.findings, key=lambda one: list(Severity).index(one.severity)):
        _tell_finding(finding)
    if blocking(report.findings):
        say("Ce flux ne doit pas être transmis en l'état.", style="red")
    else:
        say(f"{counted(len(report.signatures), 'signature')}, rien ne s'y oppose.", style="green")


def _tell_one(fact: SignatureFact, mark: str, style: str) -> None:
    what = "Le flux entier" if fact.scope is Scope.FLOW else "Bordereau"
    say(f"{mark} {what} {fact.target} : signé par {fact.signer}, {fact.role or 'qualité non dite'}", style=style)
    say(f"    le {fact.signed_at:%d/%m/%Y à %H:%M:%S} (temps universel), à {fact.place.strip() or 'lieu non dit'}")
    say(f"    certificat de {fact.issuer}, du {day(fact.valid_from)} au {day(fact.valid_until)}")
    say(f"    empreinte {fact.fingerprint}")
    say(f"    XAdES {fact.xades}, politique {fact.policy}")


def _tell_finding(finding: Finding) -> None:
    mark, style = MARKS[finding.severity]
    say(f"{mark} {finding.sentence}", style=style)
