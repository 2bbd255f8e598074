"""A backup put in the place of what was lost: documents first, the base last, by a rename; the old base is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from dematfin.domain.backup.manifest import Manifest
from dematfin.domain.document import DocumentRef
from dematfin.errors import ComeBackLater, ConfigError, DocumentError, LedgerAway, RuleError
from dematfin.store.documents import FolderDocuments
from dematfin.store.engine import connect, is_postgresql, shown
from dematfin.store.lease import Local, refuse_while_held
from dematfin.store.saved import file_of_sqlite, postgresql
from dematfin.store.saved.beside import brought_back, faults, made_ready, spoilt_files, tampered
from dematfin.store.saved.listed import documents_of
from dematfin.store.saved.pool import Place, bring, is_sound, unsound
from dematfin.store.saved.snapshot import documents, gone, opened
from dematfin.store.saved.vault import Backup, Vault
from dematfin.support.refusals import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a backup is restored.

    Attributes:
        base: address of the base.
        documents: where those of each collectivité go, by SIRET.
        replaces: a base that is there may be set aside.
        spare: bytes that stay free on the disk of the base.
        mark: leaves word in the base, before it serves, that its data are those of an instant.
    """

    base: str
    documents: Mapping[str, Place]
    replaces: bool
    mark: Callable[[str, datetime], None]
    spare: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was done; `aside` is where the old base is now, empty when there was none."""

    manifest: Manifest
    brought: int
    aside: str


def restore(vault: Vault, backup: Backup, target: Target, now: datetime, local: Local) -> Restored:
    """Restore a base and its documents; killed anywhere, the old base serves or the new one does, and it is run again.

    Raises:
        RuleError: a base is there, and nobody said that it may be set aside.
        DocumentError: the backup is damaged, or a document of it is; the base was not touched.
        ConfigError, ComeBackLater: it cannot be done here, or now; the base was not touched.
    """
    manifest = backup.manifest()
    _refuse_strangers(backup, manifest, target)
    _refuse_a_living_one(target, now, local)
    _refuse_damage(backup, spoilt_files(backup, manifest))
    with brought_back(backup, manifest, target.base, target.spare) as address:
        _refuse_damage(backup, faults(address, manifest))
        made_ready(address, now, local)
        _refuse_damage(backup, tampered(address, manifest))
        brought = _put_back(_wanted(address, backup, manifest), vault, target)
        with opened(address):
            target.mark(address, manifest.taken_at)
        aside = _take_the_place(address, target.base, f"{local(now):%Y%m%d_%H%M%S}")
    return Restored(manifest=manifest, brought=brought, aside=aside)


def _refuse_a_living_one(target: Target, now: datetime, local: Local) -> None:
    if not (postgresql.is_there(target.base) if is_postgresql(target.base) else Path(target.base).exists()):
        return
    if not target.replaces:
        message = (
            f"La base {shown(target.base)} est déjà là. Si elle doit être remplacée, relancez avec --remplacer : elle "
            "sera mise de côté, jamais effacée. Rien n'a été changé."
        )
        raise RuleError(message)
    try:
        with opened(target.base) as engine, connect(engine) as connection, connection.begin():
            refuse_while_held(connection, now, local)
    except (DatabaseError, LedgerAway):
        if is_postgresql(target.base):
            raise
        # a file that does not open holds nobody's turn


def _refuse_strangers(backup: Backup, manifest: Manifest, target: Target) -> None:
    if others := sorted(manifest.ends.keys() - target.documents.keys()):
        message = (
            f"La sauvegarde {backup.folder} contient aussi {', '.join(others)}, que cette configuration ne nomme pas : "
            "ce n'est pas la sienne, ou il y manque une section. Prenez l'autre configuration, ou rendez-lui cette "
            "section le temps de restaurer. Rien n'a été changé."
        )
        raise ConfigError(message)


def _refuse_damage(backup: Backup, found: list[str]) -> None:
    if found:
        message = f"La sauvegarde {backup.folder} est abîmée : {', '.join(found)}. Prenez-en une autre."
        raise DocumentError(message)


def _wanted(address: str, backup: Backup, manifest: Manifest) -> dict[str, list[DocumentRef]]:
    """Return the documents that a base names, but what was missing or eliminated when it was saved."""
    with opened(address) as engine, connect(engine) as connection, connection.begin():
        named, away = documents(connection), gone(connection)
    every = frozenset[str]().union(*away.values())
    back = {ref.sha256 for ref in documents_of(backup) if ref.sha256 in every}  # the same bytes came once more
    wanted = {}
    for siret, refs in named.items():
        left = (away[siret] - back) | {*manifest.missing}
        wanted[siret] = [ref for ref in refs if ref.sha256 not in left]
    return wanted


def _put_back(named: Mapping[str, Sequence[DocumentRef]], vault: Vault, target: Target) -> int:
    """Put back each document that is lost or spoilt where it belongs; return how many."""
    pool, anywhere, count = vault.documents(), next(iter(target.documents.values())), 0
    for siret, refs in named.items():
        place = target.documents.get(siret, anywhere)
        wanted = unsound(place, refs)
        if isinstance(place, FolderDocuments):
            for ref in wanted:
                if is_sound(pool, ref):
                    place.take_away(ref.sha256)  # a spoilt one keeps its name from the right one
        brought = bring(wanted, pool, place)
        if lost := brought.missing or [one.sha256 for one in unsound(place, wanted)]:
            message = (
                f"{len(lost)} document(s) de la sauvegarde ne peuvent pas être remis ({lost[0][:12]}…) : ils y sont "
                "abîmés, ou leur place est prise par un autre. La base n'a pas été touchée. Prenez-en une autre."
            )
            raise DocumentError(message)
        count += brought.count
    return count


def _take_the_place(address: str, base: str, mark: str) -> str:
    if is_postgresql(base):
        return postgresql.take_the_place(base, mark)
    try:
        return file_of_sqlite.take_the_place(Path(address), Path(base), mark)
    except OSError as error:
        message = f"La base {base} ne peut pas être remplacée : {reason(error)}. Relancez : l'ancienne est gardée."
        raise ComeBackLater(message) from error
