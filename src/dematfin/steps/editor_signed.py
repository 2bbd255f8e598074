"""Flows that the finance software exports signed already: checked as a stranger's, carried as they are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from dematfin.domain.finding import Severity, with_remedies
from dematfin.domain.mandat.flux import Flux
from dematfin.errors import SignatureError
from dematfin.ports.app import App
from dematfin.ports.signature import SignatureReport
from dematfin.steps.separation import duties
from dematfin.steps.signatures import Sheet, Signed, signatory

NOBODY_OURS: Final = "SIG-PERSONNE"
"""A remark about a flow that is merely looked at; this one leaves in our name."""


def signed_by(app: App, flux: Flux, sheets: Sequence[Sheet], path: Path) -> Signed:
    """Return who signed a flow that came signed: somebody who may, as for our own flows.

    Raises:
        SignatureError: a bordereau is not signed, a signature does not hold, nobody vouches for the certificate,
            several people signed, or whoever did may not; SeparationOfDuties.
    """
    report = app.signatures.examine(path)
    if troubles := _troubles(report):
        message = (
            f"Import {flux.editor_flow} : il est arrivé signé et sa signature n'est pas bonne, il ne part pas. "
            f"{' '.join(troubles)} Reprenez-la dans l'outil qui l'a signé, puis importez le flux corrigé."
        )
        raise SignatureError(message)
    person, fact = signatory(app, f"Import {flux.editor_flow}", report), report.signatures[0]
    return Signed(
        document=flux.unsigned,
        by=person.id if person else fact.signer,
        name=fact.signer,
        certificate=fact.fingerprint,
        remarks=report.remarks,
        exceptions=duties(app, person, sheets) if person else (),
    )


def _troubles(report: SignatureReport) -> Sequence[str]:
    if found := [one for one in report.findings if one.severity is Severity.BLOCKING or one.code == NOBODY_OURS]:
        return with_remedies(found)
    if not report.signatures or report.refused:
        return ("Tous ses bordereaux ne portent pas une signature qui tient.",)
    if len({one.fingerprint for one in report.signatures}) > 1:
        return ("Ses bordereaux sont signés par des personnes différentes.",)
    return ()
