"""`[stockage]`: where the ledger and the documents are."""

from pathlib import Path
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, model_validator

from dematfin.support.settings import LocalPath, Section

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class S3Settings(Section):
    """`[stockage.s3]`: documents in an S3-compatible store, for several machines.

    Attributes:
        url: address of the store; https, but on this very machine.
        seau: bucket, private, made beforehand.
        prefixe: what objects' names begin with; collectivités that share a bucket may share one.
        cle: access key; `secret` is a reference to its secret.
        delai: seconds granted to one request.
        autorites: one more certificate authority to trust, in PEM.
    """

    url: str = Field(pattern=r"^https?://[^/?#@]+/?$")
    seau: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    region: str = "us-east-1"
    prefixe: str = Field(default="", pattern=r"^([A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)?$")
    cle: str
    secret: str
    delai: int = Field(default=120, ge=1, le=3600)
    autorites: LocalPath | None = None

    @property
    def is_here(self) -> bool:
        """Say whether the store is on this very machine."""
        return urlsplit(self.url).hostname in LOOPBACK

    @model_validator(mode="after")
    def _nothing_in_clear_on_a_network(self) -> Self:
        if self.url.startswith("http://") and not self.is_here:
            message = "http:// n'est permis que vers cette machine même : mettez https://"
            raise ValueError(message)
        return self


class StoreSettings(Section):
    """Paths are relative to the configuration file.

    Attributes:
        base: SQLite file, empty when `postgresql` is given.
        postgresql: `postgresql+psycopg://user@host/base`; its password comes from `mot_de_passe`, a reference.
        documents: folder of the documents; with `s3`, only where they are made and read.
    """

    base: Annotated[LocalPath | None, BeforeValidator(lambda given: given or None)] = None
    postgresql: str = Field(default="", pattern=r"^(postgresql\+psycopg://[^:@]+@.+)?$")
    mot_de_passe: str = ""
    documents: LocalPath
    espace_minimum_mo: int = Field(default=2048, ge=0)
    s3: S3Settings | None = None

    def witness_place(self, siret: str) -> Path:
        """Return the file that remembers how far a journal goes: beside the base, or the documents."""
        beside = self.base or self.documents
        return beside.with_name(f"{beside.name}.{siret}.temoin")

    @model_validator(mode="after")
    def _one_base(self) -> Self:
        """One that a collectivité names must not give way, unseen, to one that all share."""
        if self.base and self.postgresql:
            message = (
                "base et postgresql sont donnés tous les deux : lequel ? Gardez l'un ; pour une seule collectivité, "
                'postgresql = "" ou base = "" dans son bloc ôte celui de [commun]'
            )
            raise ValueError(message)
        return self
