"""An i-Parapheur in memory, and the people in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dematfin.errors import Refused
from dematfin.ports.parapheur import Dossier, History, Paper, Passage, Phase, Returned, Route

SLIP = b"%PDF-1.4 bordereau "
AT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


@dataclass
class Folder:
    """One folder there."""

    sent: Dossier
    steps: int
    lines: list[Passage] = field(default_factory=list)
    annexes: list[Paper] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def phase(self) -> Phase:
        status = self.lines[-1].status
        if status.startswith("Rejet"):
            return Phase.REFUSED
        return Phase.FINISHED if status == "Archive" else Phase.WAITING

    def log(self, name: str, status: str, annotation: str = "") -> None:
        self.lines.append(Passage(at=AT, name=name, status=status, annotation=annotation))


@dataclass
class FakeParapheur:
    """Implements Parapheur, and what tests ask of the people in it.

    Attributes:
        two_steps: services whose circuit has two steps.
        created: each folder that was really made, in order; `closed` those put away, `recalled` those taken back.
    """

    two_steps: frozenset[str] = frozenset({"VOIRIE"})
    folders: dict[str, Folder] = field(default_factory=dict)
    created: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    recalled: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Answer."""

    def routes(self) -> Sequence[Route]:
        return (Route(label="FACTURES / VISASERVICE", services=(), steps=("Affaires scolaires (Paul Viseur)",)),)

    def submit(self, dossier: Dossier) -> None:
        if dossier.id in self.folders:
            return
        folder = Folder(sent=dossier, steps=2 if dossier.service in self.two_steps else 1)
        folder.log("WebService", "NonLu", dossier.annotation)
        folder.log("Affaires scolaires", "EnCoursVisa")
        folder.annexes += dossier.annexes
        self.folders[dossier.id] = folder
        self.created.append(dossier.id)

    def moved(self, known: Mapping[str, str]) -> Iterator[str]:
        for key, status in known.items():
            folder = self.folders.get(key)
            if folder is None or folder.phase is not Phase.WAITING or folder.lines[-1].status != status:
                yield key

    def history(self, key: str) -> History:
        folder = self.folders.get(key)
        if folder is None:
            return History(phase=Phase.GONE, status="")
        lines = tuple(folder.lines)
        said = lines[-1:] if folder.phase is Phase.REFUSED else tuple(one for one in lines if one.status == "Vise")
        return History(phase=folder.phase, status=lines[-1].status, said=said, raw=repr(lines).encode())

    def documents(self, key: str, sent: int) -> Returned:
        folder = self._folder(key)
        slip = Paper(name="bordereau.pdf", media_type="application/pdf", data=SLIP + key.encode())
        return Returned(slip=slip, added=tuple(folder.annexes[sent:]), metadata=dict(folder.metadata))

    def close(self, key: str, *, refused: bool) -> None:
        if key not in self.folders:
            return
        if self.folders[key].phase is not (Phase.REFUSED if refused else Phase.FINISHED):
            message = f"Le dossier {key} n'est pas archivable."
            raise Refused(message)
        self.closed.append(key)
        del self.folders[key]

    def withdraw(self, key: str) -> None:
        if key not in self.folders:
            return
        if len(self.folders[key].lines) > 2:
            message = f"Le droit de remord n'est pas possible sur {key}."
            raise Refused(message)
        self.recalled.append(key)
        del self.folders[key]

    def visa(self, key: str, annotation: str = "", name: str = "Paul Viseur", **metadata: str) -> None:
        folder = self._folder(key)
        folder.metadata |= metadata
        folder.log(name, "Vise", annotation)
        folder.steps -= 1
        if folder.steps:
            folder.log("Direction", "EnCoursVisa")
        else:
            folder.log("WebService", "Archive", "Circuit terminé, dossier archivable")

    def reject(self, key: str, annotation: str, name: str = "Paul Viseur") -> None:
        self._folder(key).log(name, "RejetVisa", annotation)

    def annex(self, key: str, name: str, data: bytes) -> None:
        self._folder(key).annexes.append(Paper(name=name, media_type="application/pdf", data=data))

    def delete(self, key: str) -> None:
        del self.folders[key]

    def _folder(self, key: str) -> Folder:
        if key not in self.folders:
            message = f"Dossier {key} introuvable."
            raise Refused(message)
        return self.folders[key]
