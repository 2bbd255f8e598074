"""Hélios' office: an entry gate and a comptable with a memory, and the town whose mayor they know."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from dematfin.domain.mandat.answers import Acquit, Retour
from dematfin.pes.reader import Reader
from dematfin.pes.validate import Schemas
from dematfin.sandbox.helios.comptable import Comptable
from dematfin.sandbox.helios.gate import Gate
from dematfin.sandbox.helios.registry import Registry
from dematfin.sandbox.helios.signatures import SignatureGate
from dematfin.sandbox.world import Helios, HeliosBudget, Rejection
from signature.town import Town
from tdt.flows import COMMUNE, flow

CCAS = "26990042000010"
BUDGETS = (
    HeliosBudget(siret=COMMUNE, poste="099042", code_collectivite="142", code_budget="00", fonctions_refusees=("999",)),
    HeliosBudget(siret=CCAS, poste="099042", code_collectivite="143", code_budget="00"),
)
READER = Reader(Schemas())


@dataclass
class Office:
    """What a test asks of Hélios; `said` are the retours delivered so far."""

    town: Town
    folder: Path
    gate: Gate
    comptable: Comptable
    said: list[tuple[str, str, bytes]] = field(default_factory=list)
    written: int = 0

    @classmethod
    def open(cls, folder: Path, town: Town, rejections: tuple[Rejection, ...] = (), delay: float = 0) -> Self:
        world = Helios(
            budgets=BUDGETS, autorites=(town.folder / "racine.pem", town.folder / "ac.pem"), rejets=rejections
        )
        registry = Registry(folder / "helios.db")
        gate = Gate(world=world, registry=registry, signatures=SignatureGate(world.autorites), delay=delay)
        return cls(town, folder, gate, Comptable(world=world, registry=registry))

    def close(self) -> None:
        self.gate.registry.state.close()

    def write(self, *, sign: bool = True, declared: str = "1", **content: Any) -> Path:
        """Write a flow where the TdT would keep it, signed by the mayor; `declared` is its InfoDematerialisee."""
        self.written += 1
        path = self.folder / "flux.xml"
        path.write_bytes(flow(**{"nomfic": f"PESALR1_TEST_{self.written}", **content}))
        signed = self.town.sign(path) if sign else path
        signed.write_bytes(
            signed.read_bytes().replace(b'Dematerialisee V="1"', f'Dematerialisee V="{declared}"'.encode())
        )
        return signed

    def answer(self, path: Path) -> Acquit:
        """Send a flow through the gate and read its acquit."""
        return READER.acquit(self.gate.acquit(path))

    def receive(self, **content: Any) -> Acquit:
        """Sign a flow, send it through the gate and read its acquit."""
        return self.answer(self.write(**content))

    def speak(self) -> list[Retour]:
        """Let the comptable speak, and read what he says."""
        before = len(self.said)
        self.comptable.retours(lambda *retour: self.said.append(retour))
        return [READER.retour(data) for _, _, data in self.said[before:]]
