"""`[tdt_dossier]`: the folders by which flows leave and answers come, where no adapter of ours speaks to the TdT."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from dematfin.support.settings import LocalPath, Section


class FolderSettings(Section):
    """A drop folder and a return folder, which may be shares of another machine.

    Attributes:
        depot: where signed flows are put; whoever takes them to the TdT takes them away.
        retour: where the answers of Hélios come.
        traites, erreurs: where answers go once kept, and those that cannot be read; beside the others when not told.
        sous_dossiers: answers may lie in sub-folders of `retour` too.
        stable: seconds during which a file must not change before it is read.
    """

    depot: LocalPath
    retour: LocalPath
    traites: LocalPath | None = None
    erreurs: LocalPath | None = None
    sous_dossiers: bool = False
    stable: int = Field(default=10, ge=0, le=3600)

    @property
    def done(self) -> Path:
        """Return where answers go once they are kept."""
        return self.traites or self.retour / "traites"

    @property
    def failed(self) -> Path:
        """Return where answers that cannot be read go."""
        return self.erreurs or self.retour / "erreurs"

    @model_validator(mode="after")
    def _places_are_distinct(self) -> Self:
        """What was read would be listed again, or taken by whoever empties the drop folder."""
        if {self.depot, self.retour} & {self.done, self.failed} or self.done == self.failed:
            message = "traites et erreurs sont deux dossiers différents, autres que depot et retour"
            raise ValueError(message)
        return self
