"""The agent of a TdT on somebody's desktop: it empties a drop folder, and brings what Hélios answers to another one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from dematfin.ports.transmitter import ReturnItem
from dematfin.tdt.folder import FolderTdt
from dematfin.tdt.folder_settings import FolderSettings
from fakes.clock import FakeClock
from fakes.tdt import FakeTdt


@dataclass
class Desktop:
    """Two shared folders, the agent that serves them, and the TdT behind it, which refuses twins.

    Attributes:
        taken: the name of each file taken away, in order.
    """

    drop: Path
    back: Path
    tdt: FakeTdt
    clock: FakeClock
    taken: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, folder: Path) -> Self:
        for name in ("depot", "retour", "tdt"):
            (folder / name).mkdir()
        return cls(folder / "depot", folder / "retour", FakeTdt(folder=folder / "tdt"), FakeClock())

    def transmitter(self, **settings: Any) -> FolderTdt:
        """Return our side of it; nothing is waited for unless a test says so."""
        found = FolderSettings.model_validate({"depot": self.drop, "retour": self.back, "stable": 0} | settings)
        return FolderTdt(found, self.clock.now)

    def ready(self, **settings: Any) -> FolderTdt:
        """Return our side, once a person has checked it."""
        found = self.transmitter(**settings)
        found.check()
        return found

    def take(self) -> list[str]:
        """Take away each file that is there, as soon as it is there, and hand it to the TdT."""
        keys = []
        for path in sorted(self.drop.glob("*.xml")):
            away = path.rename(self.tdt.folder / f"en route {path.name}")
            self.taken.append(path.name)
            keys.append(self.tdt.send(away, path.stem))
        return keys

    def answer(self, keys: list[str]) -> None:
        """Bring an acquit and a retour for each deposit, under names of the TdT's own."""
        for key in keys:
            nomfic = self.taken[int(key) - 1].removesuffix(".xml")
            retour = self.tdt.fetch(ReturnItem(remote_id=key, name=""))
            self.bring(f"ARP{key}.dat", self.tdt.follow(key, nomfic).acquit or b"")
            self.bring(f"PES2R_{key}.xml", retour)

    def bring(self, name: str, data: bytes) -> Path:
        path = self.back / name
        path.write_bytes(data)
        return path

    def work(self) -> None:
        """Take and answer."""
        self.answer(self.take())


def writer(folder: Path, flow: Callable[[str], bytes]) -> Callable[[str], Path]:
    def write(nomfic: str) -> Path:
        path = folder / f"source {nomfic}.xml"
        path.write_bytes(flow(nomfic))
        return path

    return write
