"""SMTP: one conversation for each mail, over strict TLS, and failures told apart by what had left when they came.

Until the server has taken the envelope nothing has left us. From the first byte of the message on, a lost connection
leaves its fate unknown; an answer, be it a refusal, is an answer.
"""

import base64
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.utils import formatdate
from pathlib import Path
from typing import Final

from dematfin.domain.mail import Mail
from dematfin.errors import AccessDenied, BadAnswer, ConfigError, Refused, UnknownOutcome, Unreachable
from dematfin.mail.message import message_of
from dematfin.mail.settings import MailSettings
from dematfin.support import trust
from dematfin.support.calls import counted
from dematfin.support.refusals import reason

SIGNED_IN: Final = 235
TAKEN: Final = frozenset({250, 251})
LONGEST_WORDS: Final = 200


class SmtpMailer:
    """The mail server of a configuration."""

    def __init__(self, settings: MailSettings, secret: Callable[[str], str]) -> None:
        self._settings = settings
        self._secret = secret
        self._name = settings.expediteur.rpartition("@")[2]  # a machine's own would tell strangers of its network
        self._tls = None if settings.chiffrement == "aucun" else _strict(settings.autorites)

    @property
    def server(self) -> str:
        """Its name."""
        return self._settings.serveur

    def send(self, mail: Mail) -> None:
        """Hand a mail over; see `ports.mailer`."""
        message = message_of(mail, self._settings.expediteur, formatdate(localtime=False))
        with counted("courriel"), self._conversation() as smtp:
            self._envelope(smtp, mail)
            self._contents(smtp, message.as_bytes())

    def check(self) -> None:
        """Begin a conversation and end it: nothing is sent."""
        with self._conversation() as smtp, self._failures():
            smtp.noop()

    @contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        """Connect, encrypt, sign in; hang up whatever happens."""
        with self._failures():
            smtp = self._open()
        try:
            with self._failures():
                self._enter(smtp)
            yield smtp
        finally:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()

    def _open(self) -> smtplib.SMTP:
        where = (self._settings.serveur, self._settings.port)
        if self._settings.chiffrement == "tls":
            return smtplib.SMTP_SSL(*where, self._name, timeout=self._settings.delai, context=self._tls)
        return smtplib.SMTP(*where, self._name, timeout=self._settings.delai)

    def _enter(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self._settings.chiffrement == "starttls":
            smtp.starttls(context=self._tls)
            smtp.ehlo()
        if self._settings.identifiant:
            _sign_in(smtp, self._settings.identifiant, self._secret(self._settings.mot_de_passe))

    def _envelope(self, smtp: smtplib.SMTP, mail: Mail) -> None:
        with self._failures():
            answers = [smtp.mail(self._settings.expediteur), smtp.rcpt(mail.address)]
        for code, words in answers:
            if code not in TAKEN:
                raise self._refused(code, words)

    def _contents(self, smtp: smtplib.SMTP, data: bytes) -> None:
        try:
            code, words = smtp.data(data)
        except smtplib.SMTPDataError as error:
            raise self._refused(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            message = (
                "la connexion au serveur de courriel a été perdue pendant l'envoi. Le courriel est peut-être parti : "
                "il n'est pas renvoyé. Prévenez cette personne."
            )
            raise UnknownOutcome(message) from error
        if code not in TAKEN:
            raise self._refused(code, words)

    def _refused(self, code: int, words: bytes | str) -> Refused:
        return Refused(
            f"le serveur de courriel ne prend pas ce courriel : {_said(code, words)}. Il sera proposé de nouveau au "
            "prochain passage ; vérifiez l'adresse de cette personne."
        )

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Say in our words why a conversation could not be had; nothing has left us yet."""
        who = f"Le serveur de courriel {self._settings.serveur}"
        try:
            yield
        except smtplib.SMTPAuthenticationError as error:
            message = (
                f"{who} refuse notre compte : {_said(error.smtp_code, error.smtp_error)}. Vérifiez « identifiant » et "
                "« mot_de_passe » dans la section [courriel]."
            )
            raise AccessDenied(message) from error
        except smtplib.SMTPNotSupportedError as error:
            message = f"{who} n'offre pas ce que demande la section [courriel] (« starttls », ou un compte)."
            raise BadAnswer(message) from error
        except smtplib.SMTPResponseException as error:
            message = f"{who} ne veut pas nous parler : {_said(error.smtp_code, error.smtp_error)}. Relancez plus tard."
            raise Unreachable(message) from error
        except ssl.SSLCertVerificationError as error:
            message = f"{who} montre un certificat qui n'est pas reconnu : rien n'est parti. Voyez « autorites »."
            raise Unreachable(message) from error
        except (OSError, smtplib.SMTPException) as error:
            message = f"{who} ne répond pas ({_why(error)}). Relancez plus tard : rien n'est perdu."
            raise Unreachable(message) from error


def _sign_in(smtp: smtplib.SMTP, account: str, password: str) -> None:
    """Give an account and its password; smtplib knows those in ASCII only, AUTH PLAIN takes UTF-8 (RFC 4616)."""
    if (account + password).isascii():
        smtp.login(account, password)
        return
    if not smtp.has_extn("auth"):
        raise smtplib.SMTPNotSupportedError
    told = base64.b64encode(f"\0{account}\0{password}".encode()).decode("ascii")
    code, words = smtp.docmd("AUTH", f"PLAIN {told}")
    if code != SIGNED_IN:
        raise smtplib.SMTPAuthenticationError(code, words)


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "délai dépassé"
    return reason(error) if isinstance(error, OSError) and error.errno else "connexion coupée"


def _said(code: int, words: bytes | str) -> str:
    """Return a server's own words, on one line; they are in its language."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    plain = "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
    return f"« {code} {plain[:LONGEST_WORDS]} »"


def _strict(authorities: Path | None) -> ssl.SSLContext:
    try:
        return trust.trusting("smtp", authorities)
    except (OSError, ssl.SSLError) as error:
        message = f"Le fichier d'autorités {authorities} est illisible : vérifiez « autorites » dans [courriel]."
        raise ConfigError(message) from error
