"""A post office: our adapter before a real mail server on the loopback."""

from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Final

from contracts.mailer import Arrived
from dematfin.domain.mail import Attachment
from dematfin.mail.settings import MailSettings
from dematfin.mail.smtp import SmtpMailer
from dematfin.sandbox.mailbox import MailBox
from dematfin.sandbox.smtp import MailServer

PASSWORD: Final = "mot de passe d'essai"
IN_CLEAR: Final = MailBox()
WITH_TLS: Final = MailBox(certificat_serveur=Path("tdt-serveur.pem"), login="visas", mot_de_passe=PASSWORD)


@dataclass
class Office:
    """A server, and settings that lead to it."""

    server: MailServer
    settings: MailSettings
    secret: str = PASSWORD

    @property
    def mailer(self) -> SmtpMailer:
        return SmtpMailer(self.settings, lambda reference: self.secret)

    def but(self, **changes: Any) -> SmtpMailer:
        """Return a mailer whose settings are wrong somewhere."""
        return replace(self, settings=self.settings.model_copy(update=changes)).mailer

    def arrived(self) -> list[Arrived]:
        return [_arrived(message) for message in self.messages()]

    def messages(self) -> list[EmailMessage]:
        return [read(path) for path in self.server.kept()]

    def commit(self, fault: str) -> None:
        self.server.faults.set(fault, 1)

    def close(self) -> None:
        self.server.stop()


def read(path: Path) -> EmailMessage:
    """Open a mail that was kept."""
    found = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(found, EmailMessage)
    return found


def words(message: EmailMessage, kind: str) -> str:
    """Return the words of one of the two parts."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def settings(port: int, encryption: str, folder: Path) -> MailSettings:
    """Return what a configuration says of a server of the loopback."""
    secured = {"identifiant": "visas", "mot_de_passe": "secret:courriel", "autorites": folder / "tdt-ac.pem"}
    return MailSettings.model_validate(
        {
            "serveur": "127.0.0.1",
            "port": port,
            "chiffrement": encryption,
            "expediteur": "visas@valbrume.test",
            "delai": 5,
            **(secured if encryption != "aucun" else {}),
        }
    )


def _attached(part: EmailMessage) -> Attachment:
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    return Attachment(name=part.get_filename(""), media_type=part.get_content_type(), data=data)


def _arrived(message: EmailMessage) -> Arrived:
    (to,) = message["To"].addresses
    return Arrived(
        address=to.addr_spec,
        name=to.display_name,
        subject=message["Subject"],
        text=words(message, "plain"),
        html=words(message, "html"),
        attachments=tuple(map(_attached, message.iter_attachments())),
    )
