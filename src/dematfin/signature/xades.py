"""Signing a flow, each bordereau or the whole of it: the rest of the file keeps every byte."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from dematfin.domain.finding import blocking
from dematfin.errors import SignatureError
from dematfin.signature.authorities import Authorities
from dematfin.signature.flow import Flow
from dematfin.signature.form import blank, seal
from dematfin.signature.keys import Key
from dematfin.signature.opening import open_key
from dematfin.signature.settings import SignatureSettings
from dematfin.signature.structure import bordereaux, is_paperless
from dematfin.support.splice import insert


class XadesSigner:
    """Signs with the key of the configuration, opened once: its password is never asked for a second time."""

    def __init__(self, settings: SignatureSettings, authorities: Authorities, password: Callable[[], str]) -> None:
        """Prepare to sign; `password` is asked for when the key is needed, and not kept."""
        self._settings = settings
        self._authorities = authorities
        self._password = password
        self._key: Key | None = None
        self._tried = False

    def sign(self, flow: Path, target: Path, at: datetime) -> None:
        """Write the flow with its signatures, whole or not at all.

        Raises:
            SignatureError: the flow cannot be signed, or the certificate may not sign it.
            ConfigError: the key file is unreadable.
        """
        opened = Flow.read(flow)
        whole = self._settings.portee == "globale"
        sheets = _to_sign(opened, whole=whole)
        key = self.open_key(at)
        signatures = [
            seal(blank(sheet.get("Id"), key.certificate, at, self._settings), opened.digest(sheet), key.sign)
            for sheet in sheets
        ]
        places = (opened.layout.end,) if whole else opened.layout.bordereaux
        insert(flow, target, zip(places, signatures, strict=True))

    def open_key(self, at: datetime) -> Key:
        """Open the key, and refuse one that may not sign at that instant; raises SignatureError."""
        key = self._key or self._opened()
        if found := blocking(self._authorities.judge(key.certificate, at)):
            raise SignatureError(" ".join(finding.sentence for finding in found))
        return key

    def _opened(self) -> Key:
        """Open the key, once: three wrong PINs lock a token, so that a failure is never followed by another try."""
        if self._tried:
            message = "La clé ne s'est pas ouverte la première fois : relancez la commande pour essayer de nouveau."
            raise SignatureError(message)
        self._key = open_key(self._settings, self._asked)
        return self._key

    def _asked(self) -> str:
        self._tried = True
        return self._password()


def _to_sign(flow: Flow, *, whole: bool) -> list[Any]:
    """Return what is to be signed in a flow that nobody has signed, each element with an Id of its own."""
    layout = flow.layout
    if layout.signatures:
        message = "Ce flux porte déjà une signature : il ne se signe pas deux fois."
        raise SignatureError(message)
    if layout.repeated:
        message = f"L'identifiant « {layout.repeated[0]} » est donné deux fois dans le flux : on ne sait lequel signer."
        raise SignatureError(message)
    sheets = bordereaux(flow.root)
    if not sheets:
        message = "Ce flux n'a pas de bordereau : il n'y a rien à signer."
        raise SignatureError(message)
    for sheet in sheets:
        _check(sheet, whole=whole)
    if whole and not flow.root.get("Id"):
        message = "Le flux n'a pas d'attribut Id : il ne peut pas être signé en entier (« portee » de [signature])."
        raise SignatureError(message)
    return [flow.root] if whole else sheets


def _check(sheet: Any, *, whole: bool) -> None:
    """Refuse what could be signed but would be refused by Hélios."""
    if not (whole or sheet.get("Id")) or not len(sheet):
        message = "Un bordereau du flux est vide ou n'a pas d'attribut Id : il ne peut pas être signé."
        raise SignatureError(message)
    if not is_paperless(sheet):
        message = (
            f"Le bordereau {sheet.get('Id')} est dans un flux qui ne se dit pas dématérialisé (InfoDematerialisee) : "
            "signé, il serait rejeté par Hélios. Reconstruisez le flux."
        )
        raise SignatureError(message)
