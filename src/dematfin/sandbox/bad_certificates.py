"""Certificates that must be refused: ended, or of an authority that nobody here recognises.

    tdt-serveur-expire.pem, tdt-serveur-etranger.pem     for a platform: a client of ours sends it nothing
    tdt-client-expire, tdt-client-etranger (.pem, .p12)  for a client: the platform lets it in nowhere

A world takes one of the first two as its `certificat_serveur`.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from dematfin.sandbox import pki
from dematfin.sandbox.pki import Identity, Profile

LONG_AGO, MONTH = timedelta(days=-400), timedelta(days=30)


def make(folder: Path, password: str, authority: Identity) -> None:
    """Write them beside the good ones of `pki.make_transport_pki`, made by the same authority."""
    stranger = pki.make(replace(pki.ROOT, name="TEST AC inconnue", authority=0))
    client = pki.client_profile("TEST client")
    _server(folder / "tdt-serveur-expire.pem", _ended(pki.TDT_SERVER), authority)
    _server(folder / "tdt-serveur-etranger.pem", pki.TDT_SERVER, stranger)
    _client(folder / "tdt-client-expire", _ended(client), authority, password)
    _client(folder / "tdt-client-etranger", client, stranger, password)


def _ended(profile: Profile) -> Profile:
    return replace(profile, starts=LONG_AGO, lasts=MONTH)


def _server(path: Path, profile: Profile, issuer: Identity) -> None:
    made = pki.make(profile, issuer)
    pki.private(path, made.key_pem + made.pem)


def _client(path: Path, profile: Profile, issuer: Identity, password: str) -> None:
    made = pki.make(profile, issuer)
    pki.private(path.with_suffix(".pem"), made.key_pem + made.pem)
    pki.private(path.with_suffix(".p12"), made.p12(password))
