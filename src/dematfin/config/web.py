"""`[web]`: where the pages are served, and how their readers are recognised."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Final, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, model_validator

from dematfin.support.settings import Section

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def _public(url: str) -> str:
    """Passwords and session cookies travel in clear over plain HTTP: it is for one machine only."""
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname):
        message = "une adresse https://… est attendue"
        raise ValueError(message)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        message = "il faut une adresse https:// (http:// n'est permis que sur cette machine même)"
        raise ValueError(message)
    return _as_browsers_write(parts) if url else ""


def _as_browsers_write(parts: SplitResult) -> str:
    """Links and the cookie start at the root of a host; what a browser says of where a form comes from has no more."""
    if parts.path not in {"", "/"} or parts.query or parts.fragment or "@" in parts.netloc:
        message = "une adresse comme https://visas.exemple.fr est attendue, rien après"
        raise ValueError(message)
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in {None, usual} else "")


class WebSettings(Section):
    """`[web]`.

    Attributes:
        url: the address that people type, behind the reverse proxy; mails lead there.
        ecoute, port: where `dematfin web` listens.
        entete_identite: header in which a reverse proxy names who has signed in; empty: accounts of our own.
        mandataires: the only addresses from which that header is believed.
        inactivite: minutes after which a session ends by itself.
    """

    url: Annotated[str, AfterValidator(_public)] = ""
    ecoute: str = "127.0.0.1"
    port: int = Field(default=8400, ge=1, le=65535)
    entete_identite: str = Field(default="", pattern=r"^([A-Za-z][A-Za-z0-9-]*)?$")
    mandataires: tuple[IPv4Network | IPv6Network, ...] = ()
    inactivite: int = Field(default=30, ge=1, le=720)

    @model_validator(mode="after")
    def _a_header_is_believed_of_somebody(self) -> Self:
        if self.entete_identite and not self.mandataires:
            message = "entete_identite ne se croit que de mandataires connus : donnez leurs adresses"
            raise ValueError(message)
        return self
