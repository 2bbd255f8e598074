"""A backup brought back to life beside the base that serves: to try it, or to take its place."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from dematfin.domain.backup.manifest import BASE, Kept, Manifest
from dematfin.domain.head import Head
from dematfin.errors import ComeBackLater, ConfigError
from dematfin.ports.ledger import JournalReport
from dematfin.store.backup import run_program
from dematfin.store.engine import SQLITE, connect, is_postgresql, writing
from dematfin.store.journal import Journal
from dematfin.store.lease import Local
from dematfin.store.migrate import expected, version
from dematfin.store.saved import postgresql
from dematfin.store.saved.making import copy_file, kept
from dematfin.store.saved.snapshot import collectivites, ends, forget_turns, heads, opened, rows
from dematfin.store.saved.vault import Backup
from dematfin.store.upgrade import migrate
from dematfin.store.verification import Asked, verify
from dematfin.support.refusals import reason

SUFFIX: Final = ".restauration"
FEW: Final = 3
"""Defects of one collectivité that are told one by one."""


@contextmanager
def brought_back(backup: Backup, manifest: Manifest, base: str, spare: int) -> Iterator[str]:
    """Lend the address of a base made from a backup beside `base`; it is taken away, unless it has another name then.

    The caller has compared the copy with its manifest. `spare` bytes stay free on the disk of a file of SQLite.

    Raises:
        ConfigError: the backup is of the other engine, the server does not give the right to make a base, or its
            programs do not read the copy.
        ComeBackLater: another one is doing it, there is no room, the disk or the server refuses.
    """
    if is_postgresql(base) == manifest.on_sqlite:
        was, there = ("SQLite", "PostgreSQL") if manifest.on_sqlite else ("PostgreSQL", "SQLite")
        message = (
            f"La sauvegarde {backup.folder} est celle d'une base {was}, et [stockage] nomme une base {there}. "
            f"Restaurez-la avec une configuration qui nomme une base {was}, puis déplacez-la : dematfin base copier"
        )
        raise ConfigError(message)
    copy = backup.folder / BASE
    with (
        _in_postgresql(copy, base, manifest.server) if is_postgresql(base) else _in_sqlite(copy, base, spare) as address
    ):
        yield address


def spoilt_files(backup: Backup, manifest: Manifest) -> list[str]:
    """Name the files that are not there any more, or not what the manifest says."""
    wrong = [name for name, known in manifest.files.items() if _kept(backup.folder / name) != known]
    return [f"{name} est absent ou abîmé" for name in wrong]


def _kept(path: Path) -> Kept | None:
    try:
        return kept(path)
    except OSError:
        return None


def faults(address: str, manifest: Manifest) -> list[str]:
    """Return what a base that was brought back has not, or has otherwise than its manifest says."""
    found = [] if is_postgresql(address) else _damage(Path(address))
    if found:
        return found
    with opened(address) as engine, connect(engine) as connection, connection.begin():
        if (ends(connection), _printed(heads(connection))) != (dict(manifest.ends), _printed(manifest.heads)):
            found.append("la fin du journal n'est pas celle du manifeste")
        counted = rows(connection)
        found += [
            f"la table {name} n'a pas ses lignes" for name in manifest.rows if counted.get(name) != manifest.rows[name]
        ]
        return found + (_broken_journals(connection) if version(connection) != expected() else [])


def made_ready(address: str, now: datetime, local: Local) -> None:
    """Bring a base that was brought back up to this program, where nobody holds a turn; raises as `migrate` does."""
    with opened(address) as engine:
        with writing(connect(engine)) as connection, connection.begin():
            forget_turns(connection)
        migrate(engine, lambda: None, now, local)


def tampered(address: str, manifest: Manifest) -> list[str]:
    """Return what was changed behind the program's back in a base that is ready: events, seals, records, the head."""
    with opened(address) as engine, connect(engine) as connection, connection.begin():
        reports = {
            siret: verify(connection, siret, Asked(heads=(manifest.heads[siret],)))
            for siret in collectivites(connection)
        }
    return [sentence for siret, report in reports.items() for sentence in _told(siret, report)]


def _told(siret: str, report: JournalReport) -> list[str]:
    first = [f"{siret} : {one.sentence.rstrip('.')}" for one in report.defects[:FEW]]
    more = len(report.defects) + report.untold - len(first)
    return [*first, f"{siret} : et {more} autres défauts"] if more else first


def _printed(some: Mapping[str, Head]) -> dict[str, str]:
    return {siret: str(one) for siret, one in some.items()}


def _broken_journals(connection: Connection) -> list[str]:
    reports = {siret: Journal(connection, siret).verify() for siret in collectivites(connection)}
    return [
        f"le journal de {siret} est rompu à l'évènement n° {report.broken_at}"
        for siret, report in reports.items()
        if report.broken_at
    ]


def _damage(file: Path) -> list[str]:
    """Ask SQLite what is wrong in a file."""
    try:
        with closing(SQLITE.connect(str(file))) as base:
            said = [str(row[0]) for row in base.execute("PRAGMA integrity_check(5)")]
            lost = base.execute("PRAGMA foreign_key_check").fetchone()
    except SQLITE.Error as error:
        return [f"la base ne s'ouvre pas ({error})"]
    return [f"la base est abîmée ({said[0]})"] if said != ["ok"] else ["un lien entre tables est rompu"] if lost else []


@contextmanager
def _in_sqlite(copy: Path, base: str, spare: int) -> Iterator[str]:
    place = Path(base + SUFFIX)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with _alone(place):
            try:
                _clear(place)
                _refuse_a_full_disk(place, copy.stat().st_size + spare)
                copy_file(copy, place)
                yield str(place)
            finally:
                _clear(place)
    except OSError as error:
        message = f"{place} ne peut pas être écrit : {reason(error)}. La base d'avant n'a pas été touchée."
        raise ComeBackLater(message) from error


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    with os.fdopen(os.open(f"{place}.verrou", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"Une autre restauration, ou un essai, écrit {place} : relancez quand elle sera finie."
            raise ComeBackLater(message) from error
        yield


def _refuse_a_full_disk(place: Path, needed: int) -> None:
    if shutil.disk_usage(place.parent).free < needed:
        message = (
            f"Il n'y a pas la place d'écrire {place} : il faut {needed / 1_000_000:.0f} Mo libres, dont ceux que garde "
            "espace_minimum_mo. Faites de la place, puis relancez. La base d'avant n'a pas été touchée."
        )
        raise ComeBackLater(message)


def _clear(place: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        Path(f"{place}{end}").unlink(missing_ok=True)


@contextmanager
def _in_postgresql(copy: Path, base: str, server: str) -> Iterator[str]:
    with postgresql.made_beside(base) as address:
        said = run_program("pg_restore", address, "--exit-on-error", "--no-owner", "--no-privileges", str(copy))
        if said:
            whose = f" d'un serveur PostgreSQL {server}" if server else ""
            message = (
                f"pg_restore n'a pas pu relire {copy} ({said}). Le fichier est intact : c'est celui{whose} qui a été "
                "écrit. Installez un serveur et un postgresql-client au moins aussi récents, puis relancez."
            )
            raise ConfigError(message)
        yield address
