"""Folders that may be shares of another machine: what cannot be known of them is an error, never a no."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

from dematfin.errors import Unreachable
from dematfin.support.refusals import reason

MOST_FILES: Final = 20_000
"""What is looked at in a folder at once: the others come once these were taken, or taken away."""
REMEDY: Final = "Vérifiez que le partage est là, qu'il y reste de la place et que ce compte peut y écrire."


@contextmanager
def reaching(folder: Path) -> Iterator[None]:
    """Say in French what the system refused about a folder."""
    try:
        yield
    except OSError as error:
        message = f"Le dossier {folder} ne peut pas servir : {reason(error)}. {REMEDY}"
        raise Unreachable(message) from error


def check_writable(folder: Path) -> None:
    """Raise OSError when a folder is not there, or nothing may be put in it."""
    if not stat.S_ISDIR(folder.stat().st_mode):
        raise NotADirectoryError(errno.ENOTDIR, "", str(folder))
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, "", str(folder))


def entries(folder: Path) -> "list[os.DirEntry[str]]":
    """Return what lies in a folder, by its name: of a folder that somebody has filled without end, the first found."""
    with os.scandir(folder) as found:
        return sorted(islice(found, MOST_FILES), key=lambda one: one.name)


def is_there(path: Path) -> bool:
    """Say whether something bears that name; OSError when nobody can tell."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    return True


def digest(path: Path) -> str:
    """Return the SHA-256 of a file; OSError for anything else: a pipe would be waited for, a device never end."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as source:
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            raise FileExistsError(errno.EEXIST, "", str(path))
        return hashlib.file_digest(source, "sha256").hexdigest()
