"""A backup tried: restored beside, its base verified whole, its documents read again, all compared to its manifest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dematfin.domain.backup.manifest import Manifest
from dematfin.errors import DocumentError
from dematfin.store.engine import connect
from dematfin.store.lease import Local
from dematfin.store.saved.beside import brought_back, faults, made_ready, spoilt_files, tampered
from dematfin.store.saved.listed import documents_of
from dematfin.store.saved.pool import unsound
from dematfin.store.saved.snapshot import documents, gone, opened
from dematfin.store.saved.vault import Backup, Vault

FEW: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a trial found; `manifest` is None when even that cannot be read."""

    manifest: Manifest | None
    faults: tuple[str, ...]


def tried(vault: Vault, backup: Backup, base: str, now: datetime, local: Local) -> Verdict:
    """Try a backup; `base` says on which server or beside which file. The caller keeps it from being taken away.

    Raises:
        ConfigError, ComeBackLater: it cannot be tried here, which says nothing of it.
    """
    try:
        manifest = backup.manifest()
    except DocumentError as error:
        return Verdict(manifest=None, faults=(str(error),))
    found = spoilt_files(backup, manifest)
    try:
        if not found:
            with brought_back(backup, manifest, base) as address:
                found += faults(address, manifest) or _once_ready(backup, manifest, address, now, local)
        found += _of_documents(vault, backup)
    except DocumentError as error:
        found.append(str(error))
    if manifest.missing:
        found.append(f"il lui manquait {_few(list(manifest.missing))} quand elle a été faite")
    return Verdict(manifest=manifest, faults=tuple(dict.fromkeys(found)))


def _of_documents(vault: Vault, backup: Backup) -> list[str]:
    wrong = unsound(vault.documents(), documents_of(backup))
    return [f"{_few([one.sha256 for one in wrong])} absents ou abîmés"] if wrong else []


def _once_ready(backup: Backup, manifest: Manifest, address: str, now: datetime, local: Local) -> list[str]:
    made_ready(address, now, local)
    return tampered(address, manifest) + _of_names(backup, manifest, address)


def _of_names(backup: Backup, manifest: Manifest, address: str) -> list[str]:
    """Compare the documents that the base names, and that were not eliminated, with those that are listed."""
    with opened(address) as engine, connect(engine) as connection, connection.begin():
        away, named = gone(connection), documents(connection)
    wanted = {ref.sha256 for siret, some in named.items() for ref in some if ref.sha256 not in away[siret]}
    lost = wanted - {ref.sha256 for ref in documents_of(backup)} - set(manifest.missing)
    return [f"la liste ne dit rien de {_few(sorted(lost))}"] if lost else []


def _few(sha256: list[str]) -> str:
    some = ", ".join(f"{one[:12]}…" for one in sha256[:FEW])
    return f"{len(sha256)} document(s) ({some})"
