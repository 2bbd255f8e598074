"""The version of the DGFiP's schemas that judges our flows."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaVersion:
    """One installed set.

    Attributes:
        name: as the DGFiP names it, e.g. `v5.17`.
        sha256: fingerprint of the archive that it came from.
        folder: name of the folder that holds it.
    """

    name: str
    sha256: str
    installed_on: date
    folder: str
