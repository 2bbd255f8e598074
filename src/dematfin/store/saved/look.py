"""What backups say, for whoever watches: manifests are read, nothing else."""

from dataclasses import replace
from datetime import datetime

from dematfin.domain.backup.standing import Saved
from dematfin.errors import DocumentError
from dematfin.store.lease import Local
from dematfin.store.saved.listed import last_trial
from dematfin.store.saved.vault import Backup, Vault, names_of
from dematfin.support.refusals import reason


def look(vault: Vault, siret: str, base: str, now: datetime, local: Local) -> Saved:
    """Return what a folder of backups holds of a collectivité, those that are dated after now apart."""
    try:
        found = vault.of(*names_of(siret, base))
    except OSError as error:
        return Saved(where=str(vault.root), away=reason(error))
    ahead = sum(one.is_ahead(now) for one in found)
    for one in reversed(found[: len(found) - ahead]):
        saved = _of(one, vault, siret, local)
        if saved:
            return replace(saved, ahead=ahead)
    return Saved(where=str(vault.root), ahead=ahead)


def _of(backup: Backup, vault: Vault, siret: str, local: Local) -> Saved | None:
    """Say what is known of a backup; None when it is spoilt, or knows nothing of this collectivité."""
    try:
        manifest = backup.manifest()
    except DocumentError:
        return None
    if siret not in manifest.ends:
        return None
    return Saved(
        where=str(vault.root),
        last=local(manifest.taken_at),
        missing=len(manifest.missing),
        trial=last_trial(backup.folder.parent, local),
    )
