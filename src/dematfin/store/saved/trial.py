"""A backup tried: restored beside, its base verified whole, its documents read again, all compared to its manifest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dematfin.domain.backup.manifest import Manifest
from dematfin.domain.document import DocumentRef
from dematfin.errors import DocumentError
from dematfin.store.engine import connect
from dematfin.store.lease import Local
from dematfin.store.saved.beside import brought_back, faults, made_ready, spoilt_files, tampered
from dematfin.store.saved.listed import documents_of
from dematfin.store.saved.pool import take_out_spoilt, unsound
from dematfin.store.saved.snapshot import documents, gone, opened
from dematfin.store.saved.vault import Backup, Vault

FEW: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a trial found.

    Attributes:
        manifest: None when even that cannot be read.
        spoilt: fingerprints of the documents that are away or spoilt.
    """

    manifest: Manifest | None
    faults: tuple[str, ...]
    spoilt: tuple[str, ...] = ()


def tried(vault: Vault, backup: Backup, base: str, now: datetime, local: Local, *, spare: int = 0) -> Verdict:
    """Try a backup; `base` says on which server or beside which file, where `spare` bytes stay free.

    The caller keeps it from being taken away.

    Raises:
        ConfigError, ComeBackLater: it cannot be tried here, which says nothing of it.
    """
    try:
        manifest = backup.manifest()
    except DocumentError as error:
        return Verdict(manifest=None, faults=(str(error),))
    found, spoilt = spoilt_files(backup, manifest), list[DocumentRef]()
    try:
        if not found:
            with brought_back(backup, manifest, base, spare) as address:
                found += faults(address, manifest) or _once_ready(backup, manifest, address, now, local)
        spoilt = unsound(vault.documents(), documents_of(backup))
    except DocumentError as error:
        found.append(str(error))
    names = tuple(one.sha256 for one in spoilt)
    if spoilt:
        found.append(f"{_few(names)} absents ou abîmés")
        take_out_spoilt(vault.documents(), spoilt)
    if manifest.missing:
        found.append(f"il lui manquait {_few(manifest.missing)} quand elle a été faite")
    return Verdict(manifest=manifest, faults=tuple(dict.fromkeys(found)), spoilt=names)


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


def _few(sha256: Sequence[str]) -> str:
    some = ", ".join(f"{one[:12]}…" for one in sha256[:FEW])
    return f"{len(sha256)} document(s) ({some})"
