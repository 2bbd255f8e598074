"""The DGFiP's schemas, which may not be redistributed: each collectivité installs its own copy."""

from datetime import date
from pathlib import Path
from typing import Protocol

from dematfin.domain.schemas import SchemaVersion


class SchemaSet(Protocol):
    """Keeps the official set."""

    def version(self) -> SchemaVersion | None:
        """Return what is installed, if anything."""
        ...

    def install(self, archive: Path, today: date) -> SchemaVersion:
        """Install a set; the one before stays in use when this one is not good, which raises DocumentError."""
        ...
