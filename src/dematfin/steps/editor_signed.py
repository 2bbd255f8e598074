"""Flows that the finance software exports signed already: checked as a stranger's, carried as they are."""

from collections.abc import Sequence
from pathlib import Path

from dematfin.domain.editor.editor_flow import EditorFlow
from dematfin.domain.finding import blocking, with_remedies
from dematfin.errors import SignatureError
from dematfin.ports.app import App
from dematfin.ports.signature import SignatureFact, SignatureReport
from dematfin.steps.signatures import UNVERIFIED


def signed_by(app: App, flow: EditorFlow, path: Path) -> SignatureFact:
    """Return who signed a flow that came signed.

    Raises:
        SignatureError: a bordereau is not signed, a signature does not hold, nobody vouches for the certificate, or
            several people signed.
    """
    report = app.signatures.examine(path)
    if troubles := _troubles(app, report):
        message = (
            f"Import {flow.id} : il est arrivé signé et sa signature n'est pas bonne, il ne part pas. "
            f"{' '.join(troubles)} Reprenez-la dans l'outil qui l'a signé, puis importez le flux corrigé."
        )
        raise SignatureError(message)
    return report.signatures[0]


def _troubles(app: App, report: SignatureReport) -> Sequence[str]:
    if found := blocking(report.findings):
        return with_remedies(found)
    if not report.signatures or report.refused:
        return ("Tous ses bordereaux ne portent pas une signature qui tient.",)
    if len({one.fingerprint for one in report.signatures}) > 1:
        return ("Ses bordereaux sont signés par des personnes différentes.",)
    if not app.policy.signatory_known and any(one.code == UNVERIFIED for one in report.findings):
        told = (
            f"Le certificat au nom de {report.signatures[0].signer} n'est garanti par aucune autorité configurée : "
            "donnez « autorites » ou « empreinte » dans [signature]."
        )
        return (told,)
    return ()
