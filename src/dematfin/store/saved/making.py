"""One backup: the base first, then the documents that it names, then the manifest; its name last.

A document is always kept before the row that names it, and the base is copied first: none can be missing but those
that were eliminated since. An elimination is written down before any byte goes: a second copy of the base knows of it.
What is killed on the way has no name yet, and the next backup clears it.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from dematfin import __version__
from dematfin.domain.backup.manifest import BASE, DOCUMENTS, Kept, Manifest
from dematfin.domain.document import DocumentRef
from dematfin.errors import ComeBackLater
from dematfin.ports.documents import Documents
from dematfin.store.documents import FolderDocuments
from dematfin.store.engine import is_postgresql, shown
from dematfin.store.making import CHUNK
from dematfin.store.saved import manifest_file
from dematfin.store.saved.copied import copy_base
from dematfin.store.saved.pool import Brought, bring
from dematfin.store.saved.vault import Backup, Vault
from dematfin.support.files import sync_folder
from dematfin.support.refusals import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What is saved together.

    Attributes:
        name: what the base is called among backups.
        base: its address.
        documents: where those of each collectivité are, by SIRET.
        configuration: files that go with it, by name.
    """

    name: str
    base: str
    documents: Mapping[str, Documents]
    configuration: Mapping[str, bytes]

    def place_of(self, siret: str) -> Documents:
        """Return where a collectivité keeps its documents."""
        return self.documents.get(siret) or next(iter(self.documents.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that was just made, and what was new in it."""

    backup: Backup
    manifest: Manifest
    brought: Brought


def make(vault: Vault, source: Source, now: datetime) -> Made:
    """Save one base, its documents and its configuration; the caller holds the turn to write.

    Raises:
        ConfigError: the base is not there or is damaged.
        ComeBackLater: the base is away, or the disk refuses: nothing is left that passes for a backup.
        ConnectorError: the store of the documents does not answer.
    """
    folder = None
    try:
        folder = vault.begin(source.name, now)
        manifest, brought = _filled(vault, source, folder, now)
        write(folder / manifest_file.NAME, manifest_file.written(manifest))
        return Made(backup=vault.finish(folder), manifest=manifest, brought=brought)
    except OSError as error:
        message = (
            f"La sauvegarde de {shown(source.base)} ne peut pas être écrite dans {vault.root} : {reason(error)}. Les "
            "sauvegardes d'avant sont intactes. Faites de la place, puis relancez."
        )
        raise ComeBackLater(message) from error
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def _filled(vault: Vault, source: Source, folder: Path, now: datetime) -> tuple[Manifest, Brought]:
    """Bring all that a backup holds to its folder; return what is to be said of it."""
    copied = copy_base(source.base, folder / BASE, source.place_of)
    brought = _bring(vault, source, copied.documents)
    if copied.lost(brought):
        copied = copy_base(source.base, folder / BASE, source.place_of)
        brought = brought.then(_bring(vault, source, copied.documents))
    missing = copied.lost(brought)
    every = {ref.sha256: ref for some in copied.documents.values() for ref in some}
    kept_here = every.keys() - set(brought.missing)
    listed = "".join(f"{one} {every[one].size}\n" for one in sorted(kept_here))
    counted = kept_here | set(missing)
    manifest = Manifest(
        taken_at=now,
        base=shown(source.base),
        on_sqlite=not is_postgresql(source.base),
        tables=copied.tables,
        program=__version__,
        ends=copied.ends,
        heads=copied.heads,
        rows=copied.rows,
        files=_files(folder, {DOCUMENTS: listed.encode(), **source.configuration}),
        documents=len(counted),
        size=sum(every[one].size for one in counted),
        missing=missing,
        configuration=fingerprint(source.configuration),
        server=copied.server,
    )
    return manifest, brought


def fingerprint(files: Mapping[str, bytes]) -> str:
    """Return one fingerprint for several files, their names included."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name} {hashlib.sha256(files[name]).hexdigest()}\n".encode())
    return digest.hexdigest()


def write(path: Path, data: bytes) -> None:
    """Write a file of a backup, safe on the disk, for its owner only."""
    with _made(path) as target:
        target.write(data)
        target.flush()
        os.fsync(target.fileno())


def copy_file(source: Path, target: Path) -> None:
    """Copy a file, safe on the disk, for its owner only; what the target had is replaced."""
    target.unlink(missing_ok=True)
    with source.open("rb") as whole, _made(target) as into:
        shutil.copyfileobj(whole, into, CHUNK)
        into.flush()
        os.fsync(into.fileno())


def _made(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def kept(path: Path) -> Kept:
    """Return the fingerprint and the size of a file."""
    with path.open("rb") as source:
        return Kept(sha256=hashlib.file_digest(source, "sha256").hexdigest(), size=path.stat().st_size)


def lacking(pool: FolderDocuments, refs: Iterable[DocumentRef]) -> Iterator[DocumentRef]:
    """Yield the documents that are not there; one that was cut short since gives its place up."""
    for ref in refs:
        if not pool.has(ref):
            pool.take_away(ref.sha256)
            yield ref


def _bring(vault: Vault, source: Source, refs: Mapping[str, Iterable[DocumentRef]]) -> Brought:
    """Bring the documents that no backup has yet, from where each collectivité keeps its own."""
    pool, total = vault.documents(), Brought()
    for siret, some in refs.items():
        brought = bring(lacking(pool, some), source.place_of(siret), pool)
        total.count += brought.count
        total.size += brought.size
        total.missing += [one for one in brought.missing if one not in total.missing]
    return total


def _files(folder: Path, contents: Mapping[str, bytes]) -> dict[str, Kept]:
    """Write what goes with the base; return all that is in the folder."""
    found = {BASE: kept(folder / BASE)}
    for name, data in contents.items():
        path = folder / name
        path.parent.mkdir(0o700, exist_ok=True)
        write(path, data)
        found[name] = kept(path)
    for inner in {(folder / name).parent for name in contents}:
        sync_folder(inner)
    return found
