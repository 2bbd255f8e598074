"""A folder that another software shares with us: our own place in it, on the same volume, where renames are whole."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from dematfin.errors import ConfigError
from dematfin.support.files import sync_folder
from dematfin.support.shares import check_writable

OURS: Final = ".dematfin"
TRY: Final = ".dematfin-essai"
CHUNK: Final = 1_000_000
LARGEST: Final = 20_000_000
"""Bytes of a file of ours that is read as one."""


def try_out(folder: Path) -> None:
    """Write and remove a file that nobody looks at: what a share says of its rights is not what it grants."""
    check_writable(folder)
    with written(folder / TRY) as sink:
        sink.write(b"1")
    (folder / TRY).unlink()


@contextmanager
def written(target: Path) -> Iterator[IO[bytes]]:
    """Lend what is written at `target`, whole or not at all; a link that somebody planted there is not followed.

    Its name is durable once its folder is.
    """
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        with part.open("xb") as sink:
            yield sink
            sink.flush()
            os.fsync(sink.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def made_place(folder: Path, inner: str) -> Path:
    """Make our place in a folder that serves for the first time, and return it; OSError when it may not be made."""
    check_writable(folder)
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


def read(path: Path) -> bytes:
    """Return a file of ours, of which a share may have made anything."""
    with os.fdopen(opened(path), "rb") as source:
        return source.read(LARGEST)


def holds(path: Path, source: Path) -> bool:
    """Say whether a name bears a plain file of the very same bytes."""
    try:
        descriptor = opened(path)
    except OSError:
        return False
    with os.fdopen(descriptor, "rb") as there, source.open("rb") as ours:
        while (chunk := ours.read(CHUNK)) == there.read(CHUNK):
            if not chunk:
                return True
        return False
