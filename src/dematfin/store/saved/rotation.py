"""Old backups taken away, then the documents that none of those that stay names; a copy of some of them elsewhere."""

import shutil
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from dematfin.domain.backup.manifest import Manifest
from dematfin.domain.backup.rotation import Retention, Taken, is_due, outdated
from dematfin.domain.backup.standing import Trial
from dematfin.errors import ComeBackLater, DocumentError
from dematfin.store.lease import Local
from dematfin.store.saved import manifest_file
from dematfin.store.saved.listed import documents_of, last_trial
from dematfin.store.saved.making import copy_file, kept, lacking, write
from dematfin.store.saved.pool import bring, take_out_spoilt
from dematfin.store.saved.vault import Backup, Vault
from dematfin.support.files import sync_folder
from dematfin.support.refusals import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose backups they are: names that the base has had, the present one first, and the SIRET that it holds."""

    names: Sequence[str]
    sirets: Set[str]


def rotate(vault: Vault, owner: Owner, retention: Retention, local: Local) -> int:
    """Take away the backups of a base that nothing keeps any more, then their documents; return how many.

    Those of all the names that it has had are counted together. The caller holds the turn to write. One whose manifest
    cannot be read is never taken away, nor any document then.

    Raises:
        ComeBackLater: somebody reads, or the disk refuses.
    """
    try:
        with vault.reading():
            known = dict(_taken(vault, owner, local))
            old = outdated(list(known.values()), retention)
            for backup, one in known.items():
                if one.name in old:
                    vault.take_away(backup)
            if old:
                _sweep(vault)
            return len(old)
    except OSError as error:
        message = f"Les anciennes sauvegardes de {vault.root} ne peuvent pas être effacées : {reason(error)}."
        raise ComeBackLater(message) from error


def copy_elsewhere(backup: Backup, here: Vault, there: Vault, owner: Owner, local: Local) -> bool:
    """Copy a backup, with its documents, to another folder, once a week; return whether it was.

    The caller holds the turn to write here. The other folder must be marked as one of backups: where its disk is not
    mounted there is no mark, and nothing is written on the disk of this machine.

    Raises:
        ComeBackLater: that folder is away, busy or full.
        DocumentError: what is to be copied is spoilt.
    """
    manifest = backup.manifest()
    if not there.is_marked():
        message = (
            f"Le dossier {there.root} n'est pas là, ou n'est pas marqué : montez-le. S'il est monté, neuf et vide, une "
            f"fois : dematfin sauvegarde {there.root} --preparer. La sauvegarde d'ici est faite."
        )
        raise ComeBackLater(message)
    try:
        with there.writing():
            if not is_due(dict(_taken(there, owner, local)).values(), local(manifest.taken_at)):
                return False
            _copy(backup, manifest, here, there)
            return True
    except OSError as error:
        message = f"La copie dans {there.root} n'est pas faite : {reason(error)}. La sauvegarde d'ici est faite."
        raise ComeBackLater(message) from error


def _copy(backup: Backup, manifest: Manifest, here: Vault, there: Vault) -> None:
    pool = there.documents()
    lost = bring(lacking(pool, documents_of(backup)), here.documents(), pool).missing
    take_out_spoilt(here.documents(), (ref for ref in documents_of(backup) if ref.sha256 in lost))
    folder = there.begin(backup.folder.parent.name, manifest.taken_at)
    try:
        for name, known in manifest.files.items():
            target = folder / name
            target.parent.mkdir(0o700, exist_ok=True)
            copy_file(backup.folder / name, target)
            sync_folder(target.parent)
            lost += [] if kept(target) == known else [name]
        if lost:
            message = (
                f"{backup.folder} est abîmée ({', '.join(lost[:3])}) : elle n'est pas copiée. Faites-en une autre."
            )
            raise DocumentError(message)
        write(folder / manifest_file.NAME, manifest_file.written(manifest))
        there.finish(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _taken(vault: Vault, owner: Owner, local: Local) -> Iterator[tuple[Backup, Taken]]:
    """Yield the backups of a base, as rotation sees them; one whose manifest is spoilt is not seen."""
    for one in vault.of(*owner.names):
        try:
            manifest = one.manifest()
        except DocumentError:
            continue
        if one.concerns(owner.sirets):
            good = _is_good(one, manifest, vault, last_trial(one.folder.parent, local))
            yield one, Taken(name=one.name, at=local(manifest.taken_at), good=good)


def _is_good(backup: Backup, manifest: Manifest, vault: Vault, trial: Trial | None) -> bool:
    """Say whether a backup is worth keeping before others.

    One that lacks a document is, as long as no other has it; one that its last trial refused, or that names a document
    which that trial found spoilt and which was not brought again, is not.
    """
    pool = vault.documents()
    if any(pool.keeps(sha256) for sha256 in manifest.missing):
        return False
    if trial is None or not trial.faults:
        return True
    try:
        away = {sha256 for sha256 in trial.spoilt if not pool.keeps(sha256)}
        return backup.name != trial.backup and not (away and any(ref.sha256 in away for ref in documents_of(backup)))
    except DocumentError:
        return False


def _sweep(vault: Vault) -> None:
    """Take away the documents that no backup names; none when the list of one cannot be read."""
    try:
        wanted = {bytes.fromhex(ref.sha256) for one in vault.all() for ref in documents_of(one)}
    except DocumentError:
        return
    pool = vault.documents()
    for sha256 in list(pool.names()):
        if bytes.fromhex(sha256) not in wanted:
            pool.take_away(sha256)
