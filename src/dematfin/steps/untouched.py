"""Untouched: what is signed, or leaves, is byte for byte what was prepared, whatever happened to the disk since."""

import hashlib
from pathlib import Path

from dematfin.domain.document import DocumentRef
from dematfin.domain.mandat.flux import Flux
from dematfin.errors import SignatureError


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
