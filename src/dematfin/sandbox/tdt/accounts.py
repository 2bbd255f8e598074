"""Who calls: the account of a client certificate, chosen by login when several share it.

Trap kept on purpose: a session cookie names the account, and the credentials of the request are then ignored.
"""

import base64
import hashlib
import secrets
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dematfin.sandbox.server import Request
from dematfin.sandbox.world import TdtAccount

COOKIE: Final = "PHPSESSID"


class Accounts:
    """Finds accounts, and remembers sessions."""

    def __init__(self, accounts: tuple[TdtAccount, ...], folder: Path) -> None:
        self._by_fingerprint: dict[str, list[TdtAccount]] = {}
        for account in accounts:
            certificate = x509.load_pem_x509_certificate((folder / account.certificat).read_bytes())
            fingerprint = _fingerprint(certificate.public_bytes(Encoding.DER))
            self._by_fingerprint.setdefault(fingerprint, []).append(account)
        self._sessions: dict[str, TdtAccount] = {}

    def who(self, request: Request) -> TdtAccount | None:
        """Return the account behind a request, or None."""
        known = self._by_fingerprint.get(_fingerprint(request.peer or b""), [])
        session = self._sessions.get(_cookie(request))
        if session is not None and session in known:
            return session
        login, password = _basic(request)
        if login:
            named = (one for one in known if (one.login, one.mot_de_passe) == (login, password))
            return next(named, None)
        return known[0] if len(known) == 1 else None

    def logins(self, request: Request) -> list[str]:
        """Return the logins of a certificate."""
        return [account.login for account in self._by_fingerprint.get(_fingerprint(request.peer or b""), [])]

    def session(self, account: TdtAccount) -> dict[str, str]:
        """Open a session and return the header that sets its cookie."""
        key = secrets.token_hex(16)
        self._sessions[key] = account
        return {"Set-Cookie": f"{COOKIE}={key}; path=/"}


def _fingerprint(der: bytes) -> str:
    """S²LOW keeps the base64 of a 20-byte hash of the certificate."""
    return base64.b64encode(hashlib.sha1(der, usedforsecurity=False).digest()).decode("ascii")


def _cookie(request: Request) -> str:
    cookies = SimpleCookie(request.headers.get("Cookie", ""))
    return cookies[COOKIE].value if COOKIE in cookies else ""


def _basic(request: Request) -> tuple[str, str]:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind != "Basic":
        return "", ""
    login, _, password = base64.b64decode(value).decode("utf-8", "replace").partition(":")
    return login, password
