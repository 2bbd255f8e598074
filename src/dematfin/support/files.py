"""Files written whole or not at all, and archives opened without trust."""

import errno
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Final

from dematfin.errors import TooLarge, UnsafeArchive

PDF_MAGIC: Final = b"%PDF-"
ZIP_MAGIC: Final = b"PK\x03\x04"
LARGEST_MEMBER: Final = 120 * 1024 * 1024
HIGHEST_RATIO: Final = 200
MEMBER: Final = b"PK\x01\x02"
"""How an archive begins each line of the list of its files."""
MOST_MEMBERS: Final = 20_000
CHUNK: Final = 1024 * 1024


def write_atomically(target: Path, data: bytes, mode: int = 0o644) -> None:
    """Put `data` at `target` so that a reader sees the old file or the new one, also after a power cut."""
    with written_atomically(target, mode) as sink:
        sink.write(data)


@contextmanager
def written_atomically(target: Path, mode: int = 0o644) -> Iterator[IO[bytes]]:
    """Lend what is written at `target`, whole, once it is complete; what was there stays when it never is."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as sink:
            yield sink
            sink.flush()
            os.fsync(sink.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make the names of a folder durable."""
    sync_file(folder)


def sync_file(path: Path) -> None:
    """Make the bytes of a file durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unzip_only_member(packed: IO[bytes], target: Path, what: str) -> None:
    """Write the one file of an archive to `target`, counted while it is read: its header may lie.

    Raises:
        UnsafeArchive, TooLarge: naming `what`, in French.
    """
    with opened(packed, what) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) != 1:
            message = f"{what} : l'archive zip contient {len(members)} fichiers, un seul était attendu."
            raise UnsafeArchive(message)
        extract_member(archive, members[0], target, packed.seek(0, os.SEEK_END), what)


@contextmanager
def opened(packed: Path | IO[bytes], what: str) -> Iterator[zipfile.ZipFile]:
    """Lend an archive; whatever is wrong with it is UnsafeArchive, a full disk is not.

    One that lists too many files is TooLarge before it is read: the list would stay in memory, hundreds of MB of it.
    """
    try:
        with packed.open("rb") if isinstance(packed, Path) else nullcontext(packed) as source:
            _check_list(source, what)
            with zipfile.ZipFile(source) as archive:
                yield archive
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:  # to seek where an archive points may be absurd
            raise
        message = f"{what} : ce n'est pas une archive zip, ou elle est abîmée ou protégée."
        raise UnsafeArchive(message) from error


def _check_list(packed: IO[bytes], what: str) -> None:
    """Count the files listed, by the archive or by those inside it: what it says of their number may be a lie."""
    packed.seek(0)
    count, end = 0, b""
    while chunk := packed.read(CHUNK):
        count += (end + chunk).count(MEMBER)
        end = (end + chunk)[1 - len(MEMBER) :]
    if count > MOST_MEMBERS:
        message = f"{what} : l'archive zip annonce plus de {MOST_MEMBERS} fichiers."
        raise TooLarge(message)


def extract_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, packed: int, what: str) -> None:
    """Write one file of an archive of `packed` bytes to `target`; raises TooLarge beyond what is believable."""
    limit = min(LARGEST_MEMBER, max(packed * HIGHEST_RATIO, CHUNK))
    size = 0
    with archive.open(member) as source, target.open("wb") as sink:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > limit:
                message = f"{what} : une fois décompressé, le fichier dépasse la limite de {limit // CHUNK} Mo."
                raise TooLarge(message)
            sink.write(chunk)
