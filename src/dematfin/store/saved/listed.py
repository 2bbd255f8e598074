"""What a backup lists: its documents, and its last trial."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from dematfin.domain.backup.manifest import DOCUMENTS
from dematfin.domain.backup.standing import Trial
from dematfin.domain.document import DocumentRef
from dematfin.errors import DocumentError
from dematfin.store.codec import instant
from dematfin.store.lease import Local
from dematfin.store.saved.vault import Backup
from dematfin.support.files import write_atomically

TRIAL: Final = "essai.json"


def documents_of(backup: Backup) -> Iterator[DocumentRef]:
    """Yield the documents of a backup; raises DocumentError when its list is not one."""
    path = backup.folder / DOCUMENTS
    try:
        with path.open(encoding="ascii") as lines:
            for line in lines:
                sha256, size = line.split()
                yield DocumentRef(sha256=sha256, size=int(size))
    except (OSError, ValueError) as error:
        message = f"La liste {path} ne se lit pas : cette sauvegarde est abîmée. Prenez-en une autre."
        raise DocumentError(message) from error


def last_trial(folder: Path, local: Local) -> Trial | None:
    """Return what is known of the last restoration tried of a base, by its folder; None when nothing is."""
    try:
        said = json.loads((folder / TRIAL).read_bytes())
        return Trial(
            backup=said["sauvegarde"],
            at=local(datetime.fromisoformat(said["essayee_le"])),
            faults=tuple(map(str, said["defauts"])),
            spoilt=tuple(map(str, said.get("documents", ()))),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_trial(folder: Path, trial: Trial) -> bool:
    """Keep what was found, and return whether it was: a folder that is read only keeps nothing."""
    said = {
        "sauvegarde": trial.backup,
        "essayee_le": instant(trial.at),
        "defauts": list(trial.faults),
        "documents": list(trial.spoilt),
    }
    data = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    try:
        write_atomically(folder / TRIAL, data.encode(), 0o600)
    except OSError:
        return False
    return True
