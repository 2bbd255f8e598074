"""Documents in the making: what folder and object store have in common until a document has its place.

A file is written beside everything else, under its SHA-256, and is put where it belongs only when it is whole.
"""

import errno
import hashlib
import os
import shutil
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from tempfile import mkdtemp
from time import time
from typing import BinaryIO, Final

from dematfin.domain.document import DocumentRef
from dematfin.errors import ComeBackLater, ConfigError

CHUNK: Final = 1024 * 1024
THREADS: Final = 8
AGAIN: Final = "Faites de la place puis relancez : rien n'est perdu."
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
LEFT: Final = 86_400
"""Seconds after which nobody is making a file any more, whatever the machine."""


class Making(ABC):
    """What takes documents in, alone or by batches; several threads may use it, each with its own batch."""

    def __init__(self, root: Path, minimum_free: int) -> None:
        """Open the folder; `minimum_free` is the space, in bytes, that must stay free on its volume."""
        self._root = root
        self._making = root / "en-cours"
        self._minimum_free = minimum_free
        self._mine = threading.local()
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="documents")
        try:
            self._making.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"Le dossier des documents {root} ne peut pas être créé : {error.strerror}."
            raise ConfigError(message) from error
        _sweep(self._making)

    @abstractmethod
    def _is_kept(self, sha256: str) -> bool:
        """Say whether a document has its place already; False where asking would cost as much as giving it again."""

    @abstractmethod
    def _keep(self, files: dict[str, Path]) -> None:
        """Give each file its place, by its fingerprint; they are safe when this returns."""

    @abstractmethod
    def _kept(self, ref: DocumentRef) -> BinaryIO:
        """Open a document that has its place; raises DocumentError."""

    def put(self, data: bytes) -> DocumentRef:
        """Keep bytes."""
        ref = DocumentRef(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
        if not self._has(ref):
            self._check_space()
            temporary = self._making / f"{os.getpid()}-{token_hex(8)}-{ref.sha256}"
            with self._room():
                temporary.write_bytes(data)
                self._settle(ref, temporary)
        return ref

    def put_file(self, path: Path) -> DocumentRef:
        """Keep a file of the workspace, by moving it."""
        digest = hashlib.sha256()
        size = 0
        with path.open("rb") as source:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
        ref = DocumentRef(sha256=digest.hexdigest(), size=size)
        if not self._has(ref):
            self._check_space()
            with self._room():
                self._settle(ref, path)
        return ref

    def open(self, ref: DocumentRef) -> BinaryIO:
        """Open a document for reading; raises DocumentError when somebody has taken it away."""
        made = (self._pending or {}).get(ref.sha256)
        return made.open("rb") if made else self._kept(ref)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Postpone what takes time to the end, where many files are made safe side by side.

        Only what this thread gives is postponed: two people of `dematfin web` have a batch each.
        """
        around, self._mine.files = self._pending, {}
        try:
            yield
        finally:
            made, self._mine.files = self._mine.files, around
            with self._room():
                self._keep_all(made)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """Lend a folder on the same volume, so that `put_file` only renames; a disk that fills meanwhile is said so."""
        self._check_space()
        with self._room():
            folder = Path(mkdtemp(prefix=f"{os.getpid()}-", dir=self._making))
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    @property
    def _pending(self) -> dict[str, Path] | None:
        """What the batch of this thread has been given; None outside of one."""
        return getattr(self._mine, "files", None)

    def _has(self, ref: DocumentRef) -> bool:
        return ref.sha256 in (self._pending or {}) or self._is_kept(ref.sha256)

    def _settle(self, ref: DocumentRef, temporary: Path) -> None:
        if self._pending is None:
            self._keep_all({ref.sha256: temporary})
        else:
            self._pending[ref.sha256] = temporary

    def _keep_all(self, files: dict[str, Path]) -> None:
        """Give each file its place, and leave none behind that could not have it."""
        try:
            self._keep(files)
        finally:
            for path in files.values():
                path.unlink(missing_ok=True)

    def _check_space(self) -> None:
        if shutil.disk_usage(self._root).free < self._minimum_free:
            message = (
                f"Le disque de {self._root} est presque plein (moins de {self._minimum_free // 1_000_000} Mo libres). "
                f"{AGAIN}"
            )
            raise ComeBackLater(message)

    @contextmanager
    def _room(self) -> Iterator[None]:
        """Have a disk, or a quota, that is full said so, whatever was looked at before; raises ComeBackLater."""
        try:
            yield
        except OSError as error:
            if error.errno not in FULL:
                raise
            message = f"Le disque de {self._root} est plein. {AGAIN}"
            raise ComeBackLater(message) from error


def _sweep(making: Path) -> None:
    """Clear what dead processes left half-made; another machine, or another container, has numbers of its own."""
    for left in making.iterdir():
        pid = left.name.partition("-")[0]
        with suppress(FileNotFoundError):  # another process sweeps too
            if not Path("/proc", pid).exists() and time() - left.stat().st_mtime > LEFT:
                shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink()
