"""`[sauvegarde]`: where backups are put, and how long they are kept."""

from pydantic import Field

from dematfin.domain.backup.rotation import Retention
from dematfin.support.settings import LocalPath, Section


class BackupSettings(Section):
    """`[sauvegarde]`.

    Attributes:
        dossier: where they are put.
        ailleurs: where one a week is copied: another machine's disk.
        jours: how many of the newest days are kept whole, here.
        semaines, mois: of how many weeks and months the last one is kept, elsewhere.
    """

    dossier: LocalPath | None = None
    ailleurs: LocalPath | None = None
    jours: int = Field(default=14, ge=1, le=400)
    semaines: int = Field(default=5, ge=1, le=200)
    mois: int = Field(default=12, ge=0, le=400)

    def here(self) -> Retention:
        """Return what is kept here."""
        return Retention(days=self.jours)

    def elsewhere(self) -> Retention:
        """Return what is kept elsewhere."""
        return Retention(weeks=self.semaines, months=self.mois)
