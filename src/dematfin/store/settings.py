"""`[stockage]`: where the ledger and the documents are."""

from pydantic import Field

from dematfin.support.settings import LocalPath, Section


class StoreSettings(Section):
    """Paths are relative to the configuration file.

    Attributes:
        base: SQLite file; leave it out when `postgresql` is given.
        postgresql: `postgresql+psycopg://user@host/base`; its password comes from `mot_de_passe`, a reference.
    """

    base: LocalPath | None = None
    postgresql: str = Field(default="", pattern=r"^(postgresql\+psycopg://[^:@]+@.+)?$")
    mot_de_passe: str = ""
    documents: LocalPath
    espace_minimum_mo: int = Field(default=2048, ge=0)
