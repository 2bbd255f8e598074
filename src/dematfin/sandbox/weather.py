"""How a platform feels today: what each answer costs, and who finds it down, silent or slow.

Said in one small file, read again whenever it changes, so that it can be changed while the platform runs:

    {"latence": 0.05, "lenteur": 2, "comptes": {"TECH_1_0001@cpro.fr": "panne", "agent-0002": "muet"}}
"""

import json
import threading
import time
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

CLEAR: Final[Mapping[str, "Trouble"]] = {}
LONGEST: Final = 300.0
"""Seconds for which nobody is answered; whoever is left waiting that long is cut."""
EVERY: Final = 0.05


class Trouble(StrEnum):
    """What a platform does to one account."""

    DOWN = "panne"
    HUNG = "muet"
    SLOW = "lent"


class Sky(BaseModel):
    """Seconds before each answer, seconds more for slow accounts, and the accounts in trouble, by login."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    latence: float = 0
    lenteur: float = 2
    comptes: dict[str, Trouble] = {}

    def delay(self, login: str) -> float:
        """Return the seconds before an answer to an account."""
        return self.latence + (self.lenteur if self.comptes.get(login) is Trouble.SLOW else 0)

    def is_down(self, login: str) -> bool:
        """Say whether an account is told to come back later."""
        return self.comptes.get(login) is Trouble.DOWN

    def is_hung(self, login: str) -> bool:
        """Say whether an account is accepted, and then left without an answer."""
        return self.comptes.get(login) is Trouble.HUNG


class Weather:
    """Reads the file of a platform; without one the sky is clear."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._sky = Sky()
        self._lock = threading.Lock()

    @property
    def sky(self) -> Sky:
        """How it is at this instant."""
        with self._lock:
            if (seen := _stamp(self._path)) != self._seen:
                self._seen = seen
                self._sky = Sky() if seen is None else Sky.model_validate_json(self._path.read_bytes())
            return self._sky

    def wait_while_hung(self, login: str) -> None:
        """Hold somebody up for as long as the account is left without an answer."""
        began = time.monotonic()
        while self.sky.is_hung(login) and time.monotonic() - began < LONGEST:
            threading.Event().wait(EVERY)


def tell(path: Path, latency: float = 0, troubles: Mapping[str, Trouble] = CLEAR, slowness: float = 2) -> None:
    """Change the weather of a platform, at once for all who call from now on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(".part")
    sky = Sky(latence=latency, lenteur=slowness, comptes=dict(troubles))
    written.write_text(json.dumps(sky.model_dump()), encoding="utf-8")
    written.rename(path)


def _stamp(path: Path) -> tuple[int, int] | None:
    """Return what tells one version of a file from another; None where there is no file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino
