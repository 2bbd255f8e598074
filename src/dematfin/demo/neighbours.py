"""The sandbox in a process of its own, for as long as the demonstration needs it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dematfin.errors import Unreachable

READY: Final = "prêts"
PATIENCE: Final = 20


@contextmanager
def running(config: Path) -> Iterator[None]:
    """Start the neighbours of a folder, and stop them at the end."""
    command = [sys.executable, "-m", "dematfin", "sandbox", "demarrer", "-c", str(config)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    try:
        assert process.stdout is not None  # noqa: S101 - asked for above
        if READY not in process.stdout.readline():
            _, errors = process.communicate(timeout=PATIENCE)
            message = f"Les voisins simulés n'ont pas démarré. {errors.strip().removeprefix('Erreur : ')}"
            raise Unreachable(message)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)
