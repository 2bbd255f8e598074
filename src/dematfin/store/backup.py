"""A copy of a whole base, taken before its tables change."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from dematfin.errors import ComeBackLater, ConfigError
from dematfin.store.engine import SQLITE, is_postgresql, shown
from dematfin.support.files import sync_file, sync_folder
from dematfin.support.refusals import reason

OWNER_ONLY: Final = 0o600
"""A copy says all that the base says, bank details included."""


def back_up(base: str, folder: Path | None, mark: str, *, done: bool) -> tuple[Path, ...]:
    """Save a base, SQLite beside itself unless a folder is named; nothing for PostgreSQL when somebody has `done` it.

    Raises:
        ConfigError: nobody said where a PostgreSQL base is to be saved, or pg_dump refuses.
        ComeBackLater: the disk or the base refuses.
    """
    if not is_postgresql(base):
        path = Path(base)
        target = (folder or path.parent) / f"{path.name}.{mark}"
        back_up_sqlite(path, target)
        return (target,)
    if folder:
        target = folder / f"{make_url(base).database}.{mark}.dump"
        back_up_postgresql(base, target)
        return (target,)
    if not done:
        message = (
            f"La base {shown(base)} n'est pas mise à jour : donnez le dossier de sa sauvegarde (--sauvegarde DOSSIER), "
            "ou dites qu'elle est faite (--sauvegarde-faite). Rien n'a été changé."
        )
        raise ConfigError(message)
    return ()


def back_up_sqlite(base: Path, target: Path) -> None:
    """Copy a SQLite base, whole and checked, while others read it; raises ComeBackLater."""
    with _made(target) as making:
        try:
            with closing(SQLITE.connect(str(base), isolation_level=None)) as source:
                source.execute("VACUUM INTO ?", (str(making),))
            with closing(SQLITE.connect(str(making))) as copy:
                (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
        except SQLITE.Error as error:
            message = f"La base {base} n'a pas pu être sauvegardée dans {target} ({error}). Rien n'a été changé."
            raise ComeBackLater(message) from error
        if verdict != "ok":
            message = (
                f"La sauvegarde de {base} est abîmée ({verdict}) : la base l'est sans doute aussi. Rien n'a été changé."
                " Restaurez la dernière sauvegarde saine."
            )
            raise ConfigError(message)


def back_up_postgresql(url: str, target: Path) -> None:
    """Copy a PostgreSQL base by pg_dump, while others use it; raises ConfigError."""
    program = shutil.which("pg_dump")
    if program is None:
        message = (
            "Le programme pg_dump n'est pas installé ici (paquet postgresql-client). Installez-le, ou sauvegardez "
            "vous-même la base puis relancez avec --sauvegarde-faite. Rien n'a été changé."
        )
        raise ConfigError(message)
    address = make_url(url)
    known = address.set(drivername="postgresql", password=None).render_as_string()
    secret = {"PGPASSWORD": str(address.password)} if address.password else {}
    with _made(target) as making:
        command = [program, "-Fc", "--no-password", "--file", str(making), "--dbname", known]
        ran = subprocess.run(  # noqa: S603 - the program of PostgreSQL, its arguments are ours
            command, capture_output=True, text=True, env=os.environ | secret, check=False
        )
        if ran.returncode:
            said = ran.stderr.strip().rpartition("\n")[2]
            message = f"pg_dump n'a pas pu sauvegarder la base ({said}). Rien n'a été changé."
            raise ConfigError(message)


@contextmanager
def _made(target: Path) -> Iterator[Path]:
    """Lend a file beside the target, which takes its name once it is whole and safe on the disk."""
    making = target.with_name(f"{target.name}.en-cours")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        making.unlink(missing_ok=True)
        os.close(os.open(making, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY))
        yield making
        sync_file(making)
        making.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        message = f"La sauvegarde {target} ne peut pas être écrite : {reason(error)}. Rien n'a été changé."
        raise ComeBackLater(message) from error
    finally:
        for left in (making, making.with_name(f"{making.name}-journal")):  # SQLite keeps the second on a full disk
            left.unlink(missing_ok=True)
