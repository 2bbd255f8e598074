"""`[s2low]`: how to reach the TdT."""

from typing import Any, Final, Self

from pydantic import Field, model_validator

from dematfin.support.settings import LocalPath, Section

MEBIBYTE: Final = 1024 * 1024


def _as_long_as_a_deposit(values: dict[str, Any]) -> float:
    return float(values["delai_depot"])


class S2lowSettings(Section):
    """A client certificate, and a login when several accounts share it.

    Attributes:
        certificat: PKCS#12 file that only its owner may read.
        mot_de_passe*: references to secrets, never the secrets.
        autorites: one more certificate authority to trust, in PEM.
        archiviste: an account of role ARCH on the same certificate; it only finds again a flow whose answer was lost.
        delai_*: seconds.
        attente_verification: seconds after which a deposit whose answer was lost cannot be under way any more.
        taille_maximale: bytes that this platform accepts in one flow.
    """

    url: str
    certificat: LocalPath
    mot_de_passe_certificat: str
    autorites: LocalPath | None = None
    identifiant: str = ""
    mot_de_passe: str = ""
    archiviste: str = ""
    mot_de_passe_archiviste: str = ""
    delai_connexion: float = Field(default=10, gt=0)
    delai_depot: float = Field(default=300, gt=0)
    delai_lecture: float = Field(default=60, gt=0)
    attente_verification: float = Field(default_factory=_as_long_as_a_deposit, ge=0)
    taille_maximale: int = Field(default=128 * MEBIBYTE, gt=0)

    @model_validator(mode="after")
    def _logins_are_whole(self) -> Self:
        for login, password in (("identifiant", "mot_de_passe"), ("archiviste", "mot_de_passe_archiviste")):
            if bool(getattr(self, login)) != bool(getattr(self, password)):
                message = f"« {login} » et « {password} » vont ensemble : donnez les deux, ou aucun"
                raise ValueError(message)
        return self
