"""A machine of one's own, in which a real systemd is the first process: this system, under a layer that goes with it.

What is written there is in a tmpfs and is lost at the end. It takes root, and the package systemd-container.
"""

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from uuid import uuid4

PATIENCE: Final = 120.0
BEAT: Final = 0.5
WATCH: Final = threading.Event()
UP: Final = {b"running", b"degraded"}
"""A unit of this system that fails there is not ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Its root as this system sees it, and its first process."""

    root: Path
    first: int

    @classmethod
    @contextmanager
    def booted(cls) -> Iterator[Self]:
        """Lend one that has come up."""
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="machine-")))
            stack.enter_context(_mounted(folder, "tmpfs", "mode=755"))
            upper, work, root = (folder / name for name in ("dessus", "travail", "racine"))
            for one in (upper, work, root):
                one.mkdir()
            stack.enter_context(_mounted(root, "overlay", f"lowerdir=/,upperdir={upper},workdir={work}"))
            yield cls(root=root, first=stack.enter_context(_running(root)))

    def __call__(self, command: str) -> "subprocess.CompletedProcess[str]":
        """Have the administrator of the machine type a line."""
        inside = ["nsenter", "--target", str(self.first), "--all", "--", "/bin/sh", "-c", f"cd /; {command}"]
        return subprocess.run(inside, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)

    def does(self, command: str) -> str:
        """Have it typed, and return what is said; stop everything when it fails."""
        done = self(command)
        if done.returncode:
            sys.exit(f"« {command} » a fini par {done.returncode} : {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def shows(self, unit: str, what: str) -> str:
        """Return a property of a unit."""
        return self.does(f"systemctl show {unit} --property {what} --value").strip()


def comes(true: Callable[[], bool], within: float = PATIENCE) -> bool:
    """Wait until something is so; say whether it has come in time."""
    end = time.monotonic() + within
    while not (come := true()) and time.monotonic() < end:
        WATCH.wait(BEAT)
    return come


@contextmanager
def _mounted(place: Path, kind: str, options: str) -> Iterator[None]:
    subprocess.run(["mount", "-t", kind, "-o", options, kind, str(place)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def _running(root: Path) -> Iterator[int]:
    """Boot what is under a root, and lend the number of its first process."""
    mark = f"machine={uuid4().hex}"
    boot = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--directory", str(root), "--boot", mark]
    with subprocess.Popen(boot, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as host:
        try:
            if not comes(lambda: any(_first_of(mark))):
                sys.exit("La machine ne démarre pas.")
            first = next(_first_of(mark))
            comes(lambda: subprocess.run(_asking(first), capture_output=True, check=False).stdout.strip() in UP)
            yield first
        finally:
            host.kill()


def _asking(first: int) -> list[str]:
    return ["nsenter", "--target", str(first), "--all", "--", "systemctl", "is-system-running"]


def _first_of(mark: str) -> Iterator[int]:
    """Yield the process that was started with a mark and is no systemd-nspawn."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_text(encoding="utf-8", errors="replace").split("\0")
        except OSError:
            continue
        if mark in words and words[0].endswith("/systemd"):
            yield int(path.parent.name)
