"""S²LOW, version 5 and after, as the pipeline sees it: deposit once, find again, follow, bring answers back."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

from dematfin.errors import BadAnswer, UnknownOutcome, Unreachable
from dematfin.ports.transmitter import Progress, ReturnItem
from dematfin.support.http import Timeouts, check_url
from dematfin.tdt import archive, deposit, failures, progress, returns, tls
from dematfin.tdt.calls import Line
from dematfin.tdt.envelopes import LASTING, shown
from dematfin.tdt.settings import S2lowSettings

CONNECTION: Final = "/api/test-connexion.php"

Secret = Callable[[str], str]


class S2low:
    """Implements ports.transmitter.Transmitter."""

    refuses_twins = True
    """S²LOW compares the SHA-1 of a deposit with that of all those it ever had."""

    def __init__(self, settings: S2lowSettings, secret: Secret) -> None:
        """Open the client certificate; `secret` turns a reference of the configuration into the secret itself.

        Raises:
            ConfigError: the address, the certificate or a secret cannot be used.
        """
        certificate = tls.load(settings.certificat, secret(settings.mot_de_passe_certificat))
        context = tls.context(certificate, settings.autorites)

        def line(login: str, password: str) -> Line:
            return Line(
                url=check_url(settings.url),
                tls=context,
                login=(login, secret(password)) if login else None,
                reading=Timeouts(connect=settings.delai_connexion, read=settings.delai_lecture),
                writing=Timeouts(connect=settings.delai_connexion, read=settings.delai_depot),
            )

        self._line = line(settings.identifiant, settings.mot_de_passe)
        self._archivist = line(settings.archiviste, settings.mot_de_passe_archiviste) if settings.archiviste else None
        self._largest = settings.taille_maximale
        self.certificate_expires_on: date = certificate.expires_on

    def check(self) -> None:
        """Try the link and the account, or raise what is wrong with them."""
        call = "test de connexion"
        reply = self._line.get(CONNECTION)
        failures.check_admitted(reply, call)
        said = failures.body(reply, call)
        if not said.lstrip().startswith(b"OK"):
            message = f"S²LOW répond mal à « {call} » : {shown(said)}. {LASTING}"
            raise BadAnswer(message)

    def send(self, flow: Path, nomfic: str) -> str:
        """Deposit a flow once; the account is tried first, while nothing has left us."""
        deposit.check_size(flow, nomfic, self._largest)
        try:
            self.check()
        except BadAnswer as error:
            message = f"{error} Le flux {nomfic} n'est pas parti, il repartira au prochain envoi."
            raise Unreachable(message) from error
        return deposit.deposit(self._line, flow, nomfic)

    def find(self, flow: Path, nomfic: str) -> str:
        """Look for our bytes among the deposits; S²LOW lists them to archivists only."""
        if self._archivist is None:
            message = f"Flux {nomfic} : sans compte archiviste, on ne peut pas chercher s'il est sur S²LOW."
            raise UnknownOutcome(message)
        return archive.find(self._archivist, flow, nomfic)

    def follow(self, remote_id: str, nomfic: str) -> Progress:
        """Ask where a deposit stands; its acquit comes with the answer."""
        return progress.follow(self._line, remote_id, nomfic)

    def returns(self) -> tuple[ReturnItem, ...]:
        """List the retours that were not marked as read."""
        return returns.unread(self._line)

    def fetch(self, item: ReturnItem) -> bytes:
        """Download one retour, untouched."""
        return returns.fetch(self._line, item)

    def acknowledge(self, item: ReturnItem) -> None:
        """Mark a retour as read."""
        returns.acknowledge(self._line, item)
