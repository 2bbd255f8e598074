"""One file of SQLite put in the place of another, which keeps all it had under another name."""

import os
import shutil
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from dematfin.errors import ComeBackLater
from dematfin.store.engine import SQLITE
from dematfin.support.files import sync_file, sync_folder

BESIDE: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a base: it belongs to that very file, and would spoil another."""


def take_the_place(new: Path, old: Path, mark: str) -> str:
    """Give a file the name of another one; return where that one is now, empty when there was none.

    The old file has two names for a moment, then the new one takes the first: whoever opens the base finds one of them,
    whole.

    Raises:
        ComeBackLater: somebody has the old one open.
        OSError: the disk refuses.
    """
    aside = old.with_name(f"{old.name}.avant-{mark}")
    _alone(new)
    if old.exists():
        with suppress(SQLITE.DatabaseError):  # one that is spoilt is set aside as it is, with what is beside it
            _closed(old)
        shutil.copymode(old, new)
        _give_to_the_owner_of(old, new)
    left = [end for end in ("", *BESIDE) if Path(f"{old}{end}").exists()]
    for end in left:
        os.link(f"{old}{end}", f"{aside}{end}")
    sync_folder(old.parent)
    for end in left:
        if end:
            Path(f"{old}{end}").unlink()
    new.replace(old)
    sync_folder(old.parent)
    return str(aside) if left else ""


def _give_to_the_owner_of(old: Path, new: Path) -> None:
    """Leave the base to the account that serves it, when the administrator restores."""
    if os.geteuid() == 0:
        owner = old.stat()
        os.chown(new, owner.st_uid, owner.st_gid)


def _alone(file: Path) -> None:
    """Have all that a base says in its one file, safe on the disk."""
    with closing(SQLITE.connect(str(file))) as base:
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sync_file(file)


def _closed(file: Path) -> None:
    """Have all that a base says in its one file; raises ComeBackLater when somebody has it open."""
    try:
        with closing(SQLITE.connect(str(file), timeout=2)) as base:
            base.execute("PRAGMA journal_mode=DELETE")
    except SQLITE.OperationalError as error:
        if "locked" not in str(error):
            raise
        message = (
            f"La base {file} sert encore à quelqu'un. Arrêtez le service, les pages et les ouvriers, puis relancez. "
            "Elle n'a pas été changée."
        )
        raise ComeBackLater(message) from error
