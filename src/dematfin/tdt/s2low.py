"""S²LOW, version 5 and after, as the pipeline sees it: deposit once, find again, follow, bring answers back."""

import ssl
from collections.abc import Callable
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

from dematfin.domain.mandat.deposit import Held
from dematfin.errors import BadAnswer, UnknownOutcome, Unreachable
from dematfin.ports.transmitter import Progress, ReturnItem
from dematfin.support import tls
from dematfin.support.http import Timeouts, check_url
from dematfin.support.tls import ClientCertificate
from dematfin.tdt import archive, deposit, failures, listing, progress, returns
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
        """Prepare; `secret` turns a reference of the configuration into the secret itself.

        Nothing is opened before it serves: a head of service who certifies has no right to read these secrets. A
        certificate, a secret or an address that cannot be used is then a ConfigError.
        """
        self._settings = settings
        self._secret = secret

    @property
    def name(self) -> str:
        """S²LOW, at that address, for that login."""
        login = f", compte « {self._settings.identifiant} »" if self._settings.identifiant else ""
        return f"S²LOW ({self._settings.url}{login})"

    @property
    def certificate_expires_on(self) -> date:
        """Last day of our client certificate."""
        return self._certificate.expires_on

    def check(self) -> None:
        """Try the link and each account, or raise what is wrong with them."""
        self._try()
        if self._archivist is not None:
            listing.check(self._archivist)

    def _try(self) -> None:
        """Try the account that deposits."""
        call = "test de connexion"
        reply = self._line.get(CONNECTION)
        failures.check_admitted(reply, call)
        said = failures.body(reply, call)
        if not said.lstrip().startswith(b"OK"):
            message = f"S²LOW répond mal à « {call} » : {shown(said)}. {LASTING}"
            raise BadAnswer(message)

    def send(self, flow: Path, nomfic: str) -> str:
        """Deposit a flow once; the account is tried first, while nothing has left us."""
        deposit.check_size(flow, nomfic, self._settings.taille_maximale)
        try:
            self._try()
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

    def confirm(self, remote_id: str, flow: Path, nomfic: str) -> bool:
        """Compare our bytes with those of one deposit, which the account that made it may download; or its acquit."""
        return archive.confirm(self._line, remote_id, flow, nomfic)

    def deposits(self, since: date, until: date | None = None) -> tuple[Held, ...] | None:
        """List our deposits; S²LOW lists them to archivists only."""
        return None if self._archivist is None else listing.deposits(self._archivist, since, until)

    def recover(self, remote_id: str, target: Path) -> bool:
        """Download a deposit: the account that made it may, and an archivist."""
        lines = filter(None, (self._line, self._archivist))
        return any(archive.recover(line, remote_id, target) for line in lines)

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

    @cached_property
    def _certificate(self) -> ClientCertificate:
        return tls.load(self._settings.certificat, self._secret(self._settings.mot_de_passe_certificat))

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return tls.context(self._certificate, self._settings.autorites)

    @cached_property
    def _line(self) -> Line:
        return self._line_of(self._settings.identifiant, self._settings.mot_de_passe)

    @cached_property
    def _archivist(self) -> Line | None:
        login, password = self._settings.archiviste, self._settings.mot_de_passe_archiviste
        return self._line_of(login, password) if login else None

    def _line_of(self, login: str, password: str) -> Line:
        connect = self._settings.delai_connexion
        return Line(
            url=check_url(self._settings.url),
            tls=self._context,
            login=(login, self._secret(password)) if login else None,
            reading=Timeouts(connect=connect, read=self._settings.delai_lecture),
            writing=Timeouts(connect=connect, read=self._settings.delai_depot),
        )
