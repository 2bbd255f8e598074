"""Signing the bordereaux of a flow, one signature each: the rest of the file keeps every byte."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from dematfin.domain.finding import blocking
from dematfin.errors import SignatureError
from dematfin.signature.authorities import Authorities
from dematfin.signature.canonical import canonical
from dematfin.signature.form import blank, seal
from dematfin.signature.keys import Key, open_pkcs12
from dematfin.signature.layout import Layout, light_copy, survey
from dematfin.signature.settings import SignatureSettings
from dematfin.signature.splice import insert
from dematfin.signature.structure import bordereaux
from dematfin.support.xml import parse_bytes


class XadesSigner:
    """Signs with the key of the configuration, opened once: its password is never asked for a second time."""

    def __init__(self, settings: SignatureSettings, authorities: Authorities, password: Callable[[], str]) -> None:
        """Prepare to sign; `password` is asked for when the key is needed, and not kept."""
        self._settings = settings
        self._authorities = authorities
        self._password = password
        self._key: Key | None = None

    def sign(self, flow: Path, target: Path, at: datetime) -> None:
        """Write the flow with each bordereau signed, whole or not at all.

        Raises:
            SignatureError: the flow cannot be signed, or the certificate may not sign it.
            ConfigError: the key file is unreadable.
        """
        layout = survey(flow)
        sheets = _to_sign(flow, layout)
        key = self.open_key(at)
        signatures = [
            seal(blank(sheet.get("Id"), key.certificate, at, self._settings), canonical(sheet), key.sign)
            for sheet in sheets
        ]
        insert(flow, target, zip(layout.bordereaux, signatures, strict=True))

    def open_key(self, at: datetime) -> Key:
        """Open the key, and refuse one that may not sign at that instant; raises SignatureError."""
        key = self._key = self._key or open_pkcs12(self._settings.pkcs12, self._password())
        if found := blocking(self._authorities.judge(key.certificate, at)):
            raise SignatureError(" ".join(finding.sentence for finding in found))
        return key


def _to_sign(flow: Path, layout: Layout) -> list[Any]:
    """Return the bordereaux of a flow that nobody has signed, each with an Id of its own."""
    if layout.signatures:
        message = "Ce flux porte déjà une signature : il ne se signe pas deux fois."
        raise SignatureError(message)
    if layout.repeated:
        message = f"L'identifiant « {layout.repeated[0]} » est donné deux fois dans le flux : on ne sait lequel signer."
        raise SignatureError(message)
    sheets = bordereaux(parse_bytes(light_copy(flow, layout), f"Flux {flow.name}"))
    if not sheets:
        message = "Ce flux n'a pas de bordereau : il n'y a rien à signer."
        raise SignatureError(message)
    for sheet in sheets:
        _check(sheet)
    return sheets


def _check(sheet: Any) -> None:
    """Refuse what could be signed but would be refused by Hélios."""
    if not sheet.get("Id") or not len(sheet):
        message = "Un bordereau du flux est vide ou n'a pas d'attribut Id : il ne peut pas être signé."
        raise SignatureError(message)
    declared = sheet.getparent().find("*/InfoDematerialisee")
    if declared is None or declared.get("V") not in {"1", "true"}:
        message = (
            f"Le bordereau {sheet.get('Id')} est dans un flux qui ne se dit pas dématérialisé (InfoDematerialisee) : "
            "signé, il serait rejeté par Hélios. Reconstruisez le flux."
        )
        raise SignatureError(message)
