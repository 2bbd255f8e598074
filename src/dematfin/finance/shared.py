"""A folder that another software shares with us: our own place in it, on the same volume, where renames are whole."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dematfin.errors import ConfigError, Unreachable
from dematfin.support.files import sync_folder
from dematfin.support.refusals import reason

OURS: Final = ".dematfin"
REMEDY: Final = "Vérifiez que le partage est là, qu'il y reste de la place et que ce compte peut y écrire."


@contextmanager
def reaching(folder: Path) -> Iterator[None]:
    """Say in French what the system refused about a folder."""
    try:
        yield
    except OSError as error:
        message = f"Le dossier d'échange {folder} ne peut pas servir : {reason(error)}. {REMEDY}"
        raise Unreachable(message) from error


def check_usable(folder: Path) -> None:
    """Raise OSError when a folder is not there, or nothing may be put in it."""
    if not stat.S_ISDIR(folder.stat().st_mode):
        raise NotADirectoryError(errno.ENOTDIR, "", str(folder))
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, "", str(folder))


def made_place(folder: Path, inner: str) -> Path:
    """Make our place in a folder that serves for the first time, and return it; OSError when it may not be made."""
    check_usable(folder)
    place = folder / OURS / inner
    place.mkdir(parents=True, exist_ok=True)
    sync_folder(folder / OURS)
    sync_folder(folder)
    return known_place(folder, inner)


def known_place(folder: Path, inner: str) -> Path:
    """Return our place in a folder that has served: a share that is not mounted looks like an empty folder.

    Raises:
        ConfigError: it is not there, or elsewhere than on the same volume.
    """
    folder.stat()
    place = folder / OURS / inner
    for one in (folder / OURS, place):
        if not one.is_dir() or one.is_symlink():
            message = (
                f"Le dossier d'échange {folder} n'a pas son sous-dossier {OURS}, où dematfin prépare ses fichiers. "
                "S'il a déjà servi, ce n'est pas le bon, ou son partage n'est pas monté. S'il est neuf, créez-y "
                f"{OURS}/{inner}, puis relancez."
            )
            raise ConfigError(message)
    if place.stat().st_dev != folder.stat().st_dev:
        message = f"{place} n'est pas sur le même disque que {folder} : supprimez ce montage."
        raise ConfigError(message)
    return place


def is_there(path: Path) -> bool:
    """Say whether something bears that name; OSError when nobody can tell."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    return True


def printable(path: Path) -> str:
    """Return the name of a file as it can be shown and kept: it may hold anything."""
    return "".join(sign if sign.isprintable() else "?" for sign in path.name)


def opened(path: Path) -> int:
    """Open a file to read it, only if it is one: a link is not followed, a pipe not waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileExistsError(errno.EEXIST, "", str(path))
    return descriptor
