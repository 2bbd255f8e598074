"""The folders of a finance software, in a folder of the test: no share that is slow, shared or gone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dematfin.domain.exchange.hand_over import HandOverKind
from dematfin.errors import ConfigError, Refused, Unreachable
from dematfin.ports.exchange import Export

RETURNS = frozenset({HandOverKind.ACQUIT, HandOverKind.RETOUR})


def place_of(kind: HandOverKind) -> str:
    """Return the folder of a kind: acquits and retours share theirs."""
    return "retours" if kind in RETURNS else kind.value


@dataclass
class FakeExchange:
    """Implements Exchange.

    Attributes:
        root: where claimed exports lie; whoever claims them may read them.
        depot: the exports that nobody has claimed.
        staged, given: bytes by folder and name; `order` tells what appeared, first to last.
        refused: why each export was.
    """

    root: Path
    kinds: frozenset[HandOverKind] = frozenset(HandOverKind)
    depot: dict[str, bytes] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    ready: set[str] = field(default_factory=set)
    staged: dict[tuple[str, str], bytes] = field(default_factory=dict)
    given: dict[tuple[str, str], bytes] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    kept: dict[tuple[str, str], bytes] = field(default_factory=dict)
    gone: bool = False

    def put_down(self, name: str, content: bytes) -> None:
        """Do as the finance software, which exports a flow."""
        self.depot[name] = content

    def left(self) -> list[str]:
        """Return what was neither taken nor refused."""
        return sorted((*self.depot, *(path.name[3:] for path in self.root.glob("00_*"))))

    def exports(self) -> Iterator[Export]:
        self._reach()
        self.root.mkdir(exist_ok=True)
        yield from [Export(name=path.name[3:], path=path) for path in sorted(self.root.glob("00_*"))]
        for name in sorted(self.depot):
            path = self.root / f"00_{name}"
            path.write_bytes(self.depot.pop(name))
            yield Export(name=name, path=path)

    def taken(self, export: Export) -> None:
        export.path.unlink(missing_ok=True)

    def refuse(self, export: Export, why: str) -> None:
        if export.path.exists():
            export.path.unlink()
            self.refused[export.name] = why

    def ignored(self) -> tuple[str, ...]:
        return ()

    def receives(self, kind: HandOverKind) -> bool:
        return kind in self.kinds

    def prepare(self, kind: HandOverKind) -> None:
        self._reach()
        self.ready.add(place_of(kind))

    def stage(self, kind: HandOverKind, name: str, source: Path) -> None:
        if self._is_free(kind, name, source.read_bytes()):
            self.staged[place_of(kind), name] = source.read_bytes()

    def put(self, kind: HandOverKind, delivery: str, names: Sequence[str], receipt: bytes) -> None:
        self._check(kind, "x")
        self.kept[place_of(kind), delivery] = receipt
        for name in names:
            key = (place_of(kind), name)
            if key in self.staged and self._is_free(kind, name, self.staged[key]):
                self.given[key] = self.staged[key]
                self.order.append(name)
            self.staged.pop(key, None)

    def begun(self, kind: HandOverKind, delivery: str, receipt: bytes) -> bool:
        self._check(kind, "x")
        return self.kept.get((place_of(kind), delivery)) == receipt

    def receipts(self, kind: HandOverKind, beyond: str) -> tuple[bytes, ...]:
        self._reach()
        here = sorted((int(number), data) for (place, number), data in self.kept.items() if place == place_of(kind))
        return tuple(data for number, data in here if number > int(beyond))

    def take_away(self, kind: HandOverKind, name: str) -> bytes:
        """Do as the finance software, which empties its folder at any moment."""
        return self.given.pop((place_of(kind), name))

    def names(self, kind: HandOverKind) -> list[str]:
        return sorted(name for place, name in self.given if place == place_of(kind))

    def _reach(self) -> None:
        if self.gone:
            message = "Le dossier ne peut pas servir : fichier ou dossier absent."
            raise Unreachable(message)

    def _check(self, kind: HandOverKind, name: str) -> None:
        self._reach()
        if kind not in self.kinds:
            raise Unreachable
        if place_of(kind) not in self.ready:
            message = "Le dossier d'échange n'a pas son sous-dossier .dematfin."
            raise ConfigError(message)
        if name.startswith(".") or "/" in name:
            message = f"« {name} » ne peut pas y être mis."
            raise Refused(message)

    def _is_free(self, kind: HandOverKind, name: str, data: bytes) -> bool:
        self._check(kind, name)
        there = self.given.get((place_of(kind), name))
        if there not in {None, data}:
            message = f"« {name} » y est déjà."
            raise Refused(message)
        return there is None
