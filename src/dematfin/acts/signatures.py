"""Who signed a flow, anybody's, and whether it holds."""

from pathlib import Path

from dematfin.domain.parties.person import Act, Person
from dematfin.errors import DocumentError
from dematfin.ports.app import App
from dematfin.ports.signature import SignatureReport


def examine(app: App, who: Person, flow: Path) -> SignatureReport:
    """Judge the signatures of a file; nothing is kept of it.

    Raises:
        Forbidden; DocumentError: no such file, or not readable.
    """
    who.require(Act.READ)
    try:
        return app.signatures.examine(flow)
    except OSError as error:
        message = f"Le fichier {flow} ne peut pas être lu : vérifiez son nom et vos droits."
        raise DocumentError(message) from error
