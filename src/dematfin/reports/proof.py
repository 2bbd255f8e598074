"""A bundle of proof as a folder: documents are copied, never held; the manifest comes last; then it gets its name."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from dematfin.domain.document import DocumentRef
from dematfin.errors import DocumentError
from dematfin.ports.proof import Bundle
from dematfin.support.files import CHUNK, sync_file, sync_folder
from dematfin.support.refusals import reason
from dematfin.support.resources import folder

MANIFEST: Final = "manifeste.json"
VERIFIER: Final = "preuve"
"""Folder of what verifies a bundle: it goes into each of them as it is."""

OWNER_ALONE: Final = 0o700
"""A bundle holds accounts and names: whoever asked for it decides who else may read it."""


class FolderProofs:
    """Implements ports.proof.ProofFolders."""

    def __init__(self, open_document: Callable[[DocumentRef], BinaryIO]) -> None:
        self._open = open_document

    @contextmanager
    def made(self, target: Path, bundle: Bundle) -> Iterator[str]:
        """Write the folder beside its place, then give it its name."""
        making = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            if target.exists():
                message = f"{target} existe déjà : donnez le nom d'un dossier à créer. Rien n'a été écrit."
                raise DocumentError(message)
            shutil.rmtree(making, ignore_errors=True)
            seal = self._write(making, bundle)
            yield seal
            making.rename(target)
            sync_folder(target.parent)
        except OSError as error:
            message = f"Le dossier de preuve ne s'écrit pas dans {target} : {reason(error)}. Rien n'y a été laissé."
            raise DocumentError(message) from error
        finally:
            shutil.rmtree(making, ignore_errors=True)

    def _write(self, making: Path, bundle: Bundle) -> str:
        making.mkdir()
        shutil.copytree(folder(VERIFIER), making, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        making.chmod(OWNER_ALONE)
        for one in bundle.files:
            place = making / one.name
            place.parent.mkdir(exist_ok=True)
            with place.open("xb") as sink:
                if one.document is None:
                    sink.write(one.text.encode())
                else:
                    with self._open(one.document) as source:
                        shutil.copyfileobj(source, sink, CHUNK)
        manifest = json.dumps(_manifest(making, bundle), ensure_ascii=False, indent=1).encode()
        (making / MANIFEST).write_bytes(manifest)
        for path in making.rglob("*"):
            sync_file(path)
        return hashlib.sha256(manifest).hexdigest()


def _manifest(making: Path, bundle: Bundle) -> dict[str, Any]:
    files = sorted(path for path in making.rglob("*") if path.is_file())
    return {
        "facture": bundle.invoice_id,
        "collectivite": bundle.collectivite,
        "fait_le": bundle.made_at.isoformat(timespec="seconds"),
        "fait_par": bundle.made_by,
        "journal": {"evenements": bundle.events, "empreinte": str(bundle.head)},
        "fichiers": [
            {"fichier": path.relative_to(making).as_posix(), "octets": path.stat().st_size, "sha256": _digest(path)}
            for path in files
        ],
    }


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
