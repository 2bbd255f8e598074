"""A copy of a whole base, taken before its tables change, and by each backup."""

import errno
import os
import re
import shutil
import signal
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
FULL: Final = re.compile(r"No space left|File too large|Disk quota exceeded")


ENDED: Final = {-signal.SIGXFSZ: "File too large"}
"""What a program that was killed has no time to say."""


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
    """Copy a SQLite base, whole and checked, while others read it; raises ComeBackLater, ConfigError."""
    if not base.is_file():  # to open it would make one
        message = f"La base {base} n'existe pas : il n'y a rien à sauvegarder. Vérifiez la section [stockage]."
        raise ConfigError(message)
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


def back_up_postgresql(url: str, target: Path, snapshot: str = "") -> None:
    """Copy a PostgreSQL base by pg_dump, while others use it, as an exported snapshot of it shows it.

    Raises:
        ConfigError: pg_dump is not there, or refuses.
        ComeBackLater: the disk refuses.
    """
    as_of = [f"--snapshot={snapshot}"] if snapshot else []
    with _made(target) as making:
        said = run_program("pg_dump", url, "-Fc", "--file", str(making), *as_of)
        if FULL.search(said):
            raise OSError(errno.ENOSPC, said)
        if said:
            message = f"pg_dump n'a pas pu sauvegarder la base ({said}). Rien n'a été changé."
            raise ConfigError(message)


def run_program(name: str, url: str, *words: str) -> str:
    """Run a program of PostgreSQL on a base; return what it complains of, empty when it did its work.

    Raises:
        ConfigError: it is not installed here.
    """
    program = shutil.which(name)
    if program is None:
        message = (
            f"Le programme {name} n'est pas installé ici (paquet postgresql-client). Installez-le, ou faites cela "
            "vous-même (« base migrer » a alors --sauvegarde-faite). Rien n'a été changé."
        )
        raise ConfigError(message)
    address = make_url(url)
    # not set(), which passes over None: the password would be written, as three stars, and go before PGPASSWORD
    written = address._replace(drivername="postgresql", password=None).render_as_string()
    where, mark, options = written.partition("?")
    known = where + mark + options.replace("+", "%20")  # a space among options, which libpq writes otherwise
    secret = {"PGPASSWORD": str(address.password)} if address.password else {}
    ran = subprocess.run(  # noqa: S603 - the program of PostgreSQL, its arguments are ours
        [program, "--no-password", "--dbname", known, *words],
        capture_output=True,
        text=True,
        errors="replace",
        env=os.environ | secret | {"LC_ALL": "C"},
        check=False,
    )
    said = ran.stderr.strip().rpartition("\n")[2] or ENDED.get(ran.returncode, f"arrêté, code {ran.returncode}")
    return said if ran.returncode else ""


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
