"""The law for whoever reads what comes from outside: a value or one of our errors, in bounded time and memory, nothing
written elsewhere, nobody called."""

import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, Final

from dematfin.errors import DematfinError

Read = Callable[[bytes, Path], object]
"""Reads some bytes, with a folder of its own to write in."""

SECONDS: Final = 30
"""What one reading may take, on a machine that does much else."""
MEGABYTES: Final = 600
"""How much the memory of the process may grow in one reading; one document may be of 120 MB."""
ELSEWHERE: Final = "/etc/passwd"
"""A file that nobody was asked to read, and what stands in it."""
CANARY: Final = "root:x:0"
WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES: Final = frozenset({"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.truncate"})
IN_A_FOLDER: Final = frozenset({"os.remove", "os.rmdir"})
"""What may be told of a name in a folder that is open: that folder was looked at before."""
CALLS: Final = frozenset({"socket.connect", "socket.sendto", "socket.getaddrinfo", "os.system", "os.exec"})
PREFIX: Final = "dematfin-fuzz-"
OURS: Final = str(Path(tempfile.gettempdir()) / PREFIX)
"""How the folders begin in which readers may write."""
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})


class Fault(AssertionError):
    """The law was broken."""


@dataclass
class _Watched:
    """What is done while a reading is watched; the hook of the interpreter cannot be taken off, only put to sleep."""

    folder: str = ""
    seen: list[str] = field(default_factory=list)


WATCHED: Final = _Watched()


def judge(read: Read, data: bytes) -> bool:
    """Say whether a reader takes some bytes; it refuses them by one of our errors, or Fault is raised."""
    with tempfile.TemporaryDirectory(prefix=PREFIX) as place:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        taken = _answer(read, data, Path(place))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    if WATCHED.seen:
        raise Fault("; ".join(WATCHED.seen[:3]))
    if grown > MEGABYTES:
        message = f"memory grew by {grown} MB"
        raise Fault(message)
    return taken


def _answer(read: Read, data: bytes, folder: Path) -> bool:
    with _alarm(), _watch(folder):
        try:
            value = read(data, folder)
        except DematfinError as error:
            return _sentence(error)
        except Fault:
            raise
        except Exception as error:
            message = f"{type(error).__name__}: {str(error)[:200]}"
            raise Fault(message) from error
    if CANARY in repr(value):
        message = "a file of this machine was read"
        raise Fault(message)
    return True


def _sentence(error: DematfinError) -> bool:
    """Refuse what a person could not read: a sentence, of a bounded length, without what was read elsewhere."""
    said = str(error)
    if not said.strip() or len(said) > 4000 or CANARY in said:
        message = f"{type(error).__name__} says what nobody can read: {said[:200]!r}"
        raise Fault(message)
    try:
        said.encode()
    except UnicodeEncodeError as wrong:
        message = f"{type(error).__name__} says what no log can write: {said[:200]!r}"
        raise Fault(message) from wrong
    return False


@contextmanager
def _alarm() -> Iterator[None]:
    def ring(_: int, __: FrameType | None) -> None:
        message = f"more than {SECONDS} seconds"
        raise Fault(message)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _watch(folder: Path) -> Iterator[None]:
    _hook()
    WATCHED.folder, WATCHED.seen = str(folder), []
    try:
        yield
    finally:
        WATCHED.folder = ""


@cache
def _hook() -> None:
    sys.addaudithook(_heard)


def _heard(event: str, told: tuple[Any, ...]) -> None:
    if not WATCHED.folder:
        return
    if event == "open":
        path, _, flags = told
        if isinstance(path, str | bytes | os.PathLike) and isinstance(flags, int) and flags & WRITING:
            _inside(event, path)
    elif event in CHANGES and not (event in IN_A_FOLDER and told[1] >= 0):
        _inside(event, told[0])
    elif event in CALLS and not _at_home(event, told):
        WATCHED.seen.append(f"{event} {told[:2]!r}"[:200])


def _inside(event: str, path: Any) -> None:
    if isinstance(path, int):
        return
    where = os.path.realpath(os.fsdecode(path))
    if not where.startswith((os.path.realpath(OURS), os.devnull)):
        WATCHED.seen.append(f"{event} {where}"[:200])


def _at_home(event: str, told: tuple[Any, ...]) -> bool:
    """Whether a call is to the loopback, where tests play neighbours."""
    address = told[0] if event == "socket.getaddrinfo" else told[-1]
    host = address[0] if isinstance(address, tuple) else address
    return host in LOOPBACK
