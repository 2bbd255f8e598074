"""Flows that the finance software exports signed already: checked as a stranger's, carried as they are."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from dematfin.domain.finding import Severity, with_remedies
from dematfin.domain.parties.person import Person
from dematfin.domain.parties.waiver import Duty, Waiver
from dematfin.errors import SignatureError
from dematfin.ports.app import App
from dematfin.ports.signature import SignatureFact, SignatureReport
from dematfin.steps.editor_plan import Plan
from dematfin.steps.separation import waivers
from dematfin.steps.signatures import signatory, visaed

NOBODY_OURS: Final = "SIG-PERSONNE"
"""A remark about a flow that is merely looked at; this one leaves in our name."""


def signed_by(app: App, plan: Plan, path: Path) -> tuple[SignatureFact, tuple[Waiver, ...]]:
    """Return who signed a flow that came signed: one who may, as if it had been signed from here, with the exceptions.

    Raises:
        SignatureError: a bordereau is not signed, a signature does not hold, nobody vouches for the certificate, it is
            nobody's who may sign here, or several people signed.
        SeparationOfDuties: whoever signed had certified an invoice of it, or imported it.
    """
    flow = plan.flow
    report = app.signatures.examine(path)
    if troubles := _troubles(report):
        message = (
            f"Import {flow.id} : il est arrivé signé et sa signature n'est pas bonne, il ne part pas. "
            f"{' '.join(troubles)} Reprenez-la dans l'outil qui l'a signé, puis importez le flux corrigé."
        )
        raise SignatureError(message)
    who = signatory(app, f"Import {flow.id}", report)
    return report.signatures[0], tuple(_exceptions(app, plan, who)) if who else ()


def _exceptions(app: App, plan: Plan, who: Person) -> Iterator[Waiver]:
    imported = [f"importé {plan.flow.id}"] if plan.flow.imported_by == who.id else []
    for sheet in plan.sheets:
        done = [*visaed(app, who, sheet.mandats), *imported]
        yield from waivers(app, who, Duty.SIGNATURE, sheet.bordereau.id, done)


def _troubles(report: SignatureReport) -> Sequence[str]:
    if found := [one for one in report.findings if one.severity is Severity.BLOCKING or one.code == NOBODY_OURS]:
        return with_remedies(found)
    if not report.signatures or report.refused:
        return ("Tous ses bordereaux ne portent pas une signature qui tient.",)
    if len({one.fingerprint for one in report.signatures}) > 1:
        return ("Ses bordereaux sont signés par des personnes différentes.",)
    return ()
