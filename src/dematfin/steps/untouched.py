"""Untouched: what is signed, or leaves, is byte for byte what was prepared, whatever happened to the disk since."""

import hashlib
from pathlib import Path

from dematfin.domain.document import DocumentRef
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.policy import Policy
from dematfin.errors import RuleError, SignatureError


def check_untouched(flux: Flux, document: DocumentRef, path: Path) -> None:
    """Raise SignatureError when a file of a flow is missing, or no longer has its fingerprint."""
    try:
        with path.open("rb") as file:
            intact = hashlib.file_digest(file, "sha256").hexdigest() == document.sha256
    except OSError as error:
        message = f"Flux {flux.id} : son fichier est illisible. Restaurez le dossier des documents, puis relancez."
        raise SignatureError(message) from error
    if not intact:
        message = (
            f"Flux {flux.id} : son fichier n'est plus celui qui a été préparé. Il n'est ni signé ni transmis ; "
            "prévenez l'exploitant."
        )
        raise SignatureError(message)


def check_ours(policy: Policy, flux: Flux) -> None:
    """Raise RuleError when a flow that is to leave is of no budget of ours: the base, or the budgets, are another's.

    S²LOW binds the SIRET of whatever is deposited to the account that deposits it, then gives that account the retours
    of this SIRET, or nobody any more.
    """
    if not policy.owns(flux.siret):
        message = (
            f"Flux {flux.id} : son SIRET {flux.siret} n'est celui d'aucun budget configuré. Il ne part pas : le TdT ne "
            "saurait plus à qui rendre les retours de ce SIRET. Vérifiez [[budgets]], et que cette base est la bonne."
        )
        raise RuleError(message)
