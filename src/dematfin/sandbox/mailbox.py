"""What a world says of its mail server."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class MailBox(BaseModel):
    """Where it keeps mails, whom it lets in, and with which key and certificate (none: in clear).

    `comptes` are more accounts, password by login, of those who share the server.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dossier: Path = Path("courriels")
    certificat_serveur: Path | None = None
    login: str = ""
    mot_de_passe: str = ""
    comptes: dict[str, str] = {}
