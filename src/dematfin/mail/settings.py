"""`[courriel]`: the mail server through which reminders leave."""

from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from dematfin.mail.addresses import is_address
from dematfin.support.settings import LocalPath, Section

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def _address(text: str) -> str:
    if not is_address(text):
        message = "une adresse est attendue, par exemple « visas@valbrume.fr »"
        raise ValueError(message)
    return text


class MailSettings(Section):
    """`[courriel]`.

    Attributes:
        port: 587 usually with starttls, 465 with tls.
        chiffrement: `aucun` is for a server on this very machine.
        mot_de_passe: reference to a secret, never the secret.
        expediteur: the address that mails come from.
        autorites: one more certificate authority to trust, in PEM.
        delai: seconds granted to each exchange with the server.
    """

    serveur: str = Field(pattern=r"^[A-Za-z0-9.:-]{1,253}$")
    port: int = Field(default=587, ge=1, le=65535)
    chiffrement: Literal["starttls", "tls", "aucun"] = "starttls"
    identifiant: str = ""
    mot_de_passe: str = ""
    expediteur: Annotated[str, AfterValidator(_address)]
    autorites: LocalPath | None = None
    delai: float = Field(default=20, gt=0, le=300)

    @model_validator(mode="after")
    def _nothing_in_clear_on_a_network(self) -> Self:
        if self.chiffrement == "aucun" and self.serveur not in LOOPBACK:
            message = (
                "chiffrement = « aucun » n'est permis que vers cette machine même : mettez « starttls » ou « tls »"
            )
            raise ValueError(message)
        if bool(self.identifiant) != bool(self.mot_de_passe):
            message = "« identifiant » et « mot_de_passe » vont ensemble : donnez les deux, ou aucun"
            raise ValueError(message)
        return self
