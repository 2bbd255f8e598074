"""One collectivité of a configuration, before anybody asks whether what it says is right."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dematfin.config.reading import settings_of
from dematfin.config.settings import Settings
from dematfin.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One collectivité as its configuration names it; what is wrong with it is said when its settings are asked.

    Attributes:
        siret, name: empty when its configuration does not even say so.
        folder: where its relative paths and secrets begin.
        where: what to call its configuration in a message.
        trouble: why it cannot serve: its file cannot be read, or it shares with another what cannot be shared.
    """

    siret: str
    name: str
    folder: Path
    where: str
    values: Mapping[str, Any]
    trouble: str = ""

    @property
    def label(self) -> str:
        """Return what people call it."""
        named = " ".join(filter(None, (self.name, f"({self.siret})" if self.siret else "")))
        return named if self.siret else " ".join(filter(None, (self.name, f"({self.where})")))

    def settings(self) -> Settings:
        """Return its settings; raises ConfigError."""
        if self.trouble:
            raise ConfigError(self.trouble)
        return settings_of(dict(self.values), self.folder, self.where)
