"""Files written whole or not at all, and archives opened without trust."""

import io
import os
import zipfile
from pathlib import Path
from typing import Final

from dematfin.errors import TooLarge, UnsafeArchive

PDF_MAGIC: Final = b"%PDF-"
ZIP_MAGIC: Final = b"PK\x03\x04"
LARGEST_MEMBER: Final = 120 * 1024 * 1024
HIGHEST_RATIO: Final = 200
CHUNK: Final = 1024 * 1024


def write_atomically(target: Path, data: bytes, mode: int = 0o644) -> None:
    """Put `data` at `target` so that a reader sees the old file or the new one, also after a power cut."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as sink:
        sink.write(data)
        sink.flush()
        os.fsync(sink.fileno())
    temporary.replace(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make the names of a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unzip_only_member(data: bytes, what: str) -> bytes:
    """Return the one file of an archive, counted while it is read: its header may lie.

    Raises:
        UnsafeArchive, TooLarge: naming `what`, in French.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read_member(archive, len(data), what)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        message = f"{what} : l'archive zip est abîmée ou protégée ({error})."
        raise UnsafeArchive(message) from error


def _read_member(archive: zipfile.ZipFile, packed: int, what: str) -> bytes:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) != 1:
        message = f"{what} : l'archive zip contient {len(members)} fichiers, un seul était attendu."
        raise UnsafeArchive(message)
    limit = min(LARGEST_MEMBER, max(packed * HIGHEST_RATIO, CHUNK))
    with archive.open(members[0]) as source:
        content = source.read(limit + 1)
    if len(content) > limit:
        message = f"{what} : une fois décompressé, le fichier dépasse la limite de {limit // CHUNK} Mo."
        raise TooLarge(message)
    return content
