"""The folders shared with the finance software, on disk, without claims by several processes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dematfin.domain.editor.hand_over import HandOverKind
from dematfin.ports.exchange import Export


@dataclass(frozen=True)
class FakeExchange:
    """What is put down lies in `exports`; what is claimed in `claimed`; what is given in `given`."""

    root: Path
    refusals: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("exports", "claimed", "refused", "staged", "given"):
            (self.root / name).mkdir(parents=True, exist_ok=True)

    def put_down(self, name: str, content: bytes) -> None:
        """Put an export down, as the finance software does."""
        (self.root / "exports" / name).write_bytes(content)

    def left(self) -> list[str]:
        """Return what was neither taken nor refused."""
        return sorted(path.name for part in ("exports", "claimed") for path in (self.root / part).iterdir())

    def exports(self) -> Iterator[Export]:
        for path in sorted((self.root / "exports").iterdir()):
            path.rename(self.root / "claimed" / path.name)
        for path in sorted((self.root / "claimed").iterdir()):
            yield Export(name=path.name, path=path)

    def taken(self, export: Export) -> None:
        export.path.unlink(missing_ok=True)

    def refuse(self, export: Export, why: str) -> None:
        export.path.rename(self.root / "refused" / export.name)
        self.refusals.append((export.name, why))

    def receives(self, kind: HandOverKind) -> bool:
        return kind in HandOverKind

    def stage(self, kind: HandOverKind, name: str, source: Path) -> None:
        (self.root / "staged" / f"{kind} {name}").write_bytes(source.read_bytes())

    def put(self, kind: HandOverKind, names: Sequence[str]) -> None:
        for name in names:
            staged = self.root / "staged" / f"{kind} {name}"
            if staged.exists():
                staged.rename(self.root / "given" / name)
