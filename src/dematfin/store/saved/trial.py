"""A backup tried: restored beside, its base examined, every document read again, all compared with its manifest."""

from dataclasses import dataclass
from typing import Final

from dematfin.domain.backup.manifest import Manifest
from dematfin.errors import DocumentError
from dematfin.store.engine import connect
from dematfin.store.migrate import expected
from dematfin.store.saved.beside import brought_back, faults, spoilt_files
from dematfin.store.saved.listed import documents_of
from dematfin.store.saved.pool import unsound
from dematfin.store.saved.snapshot import documents, opened
from dematfin.store.saved.vault import Backup, Vault

FEW: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a trial found; `manifest` is None when even that cannot be read."""

    manifest: Manifest | None
    faults: tuple[str, ...]


def tried(vault: Vault, backup: Backup, base: str) -> Verdict:
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
                found += faults(address, manifest) or _of_names(backup, manifest, address)
        found += _of_documents(vault, backup)
    except DocumentError as error:
        found.append(str(error))
    if manifest.missing:
        found.append(f"il lui manquait {_few(list(manifest.missing))} quand elle a été faite")
    return Verdict(manifest=manifest, faults=tuple(dict.fromkeys(found)))


def _of_documents(vault: Vault, backup: Backup) -> list[str]:
    wrong = unsound(vault.documents(), documents_of(backup))
    return [f"{_few([one.sha256 for one in wrong])} absents ou abîmés"] if wrong else []


def _of_names(backup: Backup, manifest: Manifest, address: str) -> list[str]:
    """Compare the documents that the base names with those that are listed; an older base is not read."""
    if manifest.tables != expected():
        return []
    with opened(address) as engine, connect(engine) as connection, connection.begin():
        wanted = {ref.sha256 for some in documents(connection).values() for ref in some}
    lost = wanted - {ref.sha256 for ref in documents_of(backup)} - set(manifest.missing)
    return [f"la liste ne dit rien de {_few(sorted(lost))}"] if lost else []


def _few(sha256: list[str]) -> str:
    some = ", ".join(f"{one[:12]}…" for one in sha256[:FEW])
    return f"{len(sha256)} document(s) ({some})"
