"""Who calls: the account of a client certificate, chosen by login when several share it.

Trap kept on purpose: a session cookie names the account, and the credentials of the request are then ignored.
"""

import base64
import binascii
import hashlib
import secrets
import time
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dematfin.sandbox.server import Request
from dematfin.sandbox.world import TdtAccount

COOKIE: Final = "PHPSESSID"
NOUNCE_LIFE: Final = 300.0
"""Seconds."""
BY_NOUNCE: Final = frozenset({"nounce", "login", "hash"})
DEPOSITORS: Final = frozenset({"RW", "CS"})
HEADS: Final = frozenset({"GADM", "SADM"})
ARCHIVIST: Final = "ARCH"


class Accounts:
    """Finds accounts, and remembers sessions and nounces."""

    def __init__(
        self, accounts: tuple[TdtAccount, ...], folder: Path, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._by_fingerprint: dict[str, list[TdtAccount]] = {}
        for account in accounts:
            if not account.actif:
                continue
            certificate = x509.load_pem_x509_certificate((folder / account.certificat).read_bytes())
            fingerprint = _fingerprint(certificate.public_bytes(Encoding.DER))
            self._by_fingerprint.setdefault(fingerprint, []).append(account)
        self._clock = clock
        self._sessions: dict[str, TdtAccount] = {}
        self._nounces: dict[str, tuple[TdtAccount, float]] = {}

    def known(self, request: Request) -> list[TdtAccount]:
        """Return the accounts of a certificate."""
        return self._by_fingerprint.get(_fingerprint(request.peer or b""), [])

    def who(self, request: Request) -> TdtAccount | None:
        """Return the account behind a request, or None: by session, by nounce, by login, by certificate alone."""
        known = self.known(request)
        session = self._sessions.get(_cookie(request))
        if session is not None and session in known:
            return session
        if request.query.keys() >= BY_NOUNCE:
            return self._by_nounce(request, known)
        login, password = basic(request)
        if login:
            named = (one for one in known if (one.login, one.mot_de_passe) == (login, password))
            return next(named, None)
        return known[0] if len(known) == 1 else None

    def session(self, account: TdtAccount) -> dict[str, str]:
        """Open a session and return the header that sets its cookie."""
        key = secrets.token_hex(16)
        self._sessions[key] = account
        return {"Set-Cookie": f"{COOKIE}={key}; path=/"}

    def nounce(self, account: TdtAccount) -> str:
        """Return a word with which this account may be entered from a browser, for five minutes."""
        made = secrets.token_hex(16)
        self._nounces[made] = (account, self._clock() + NOUNCE_LIFE)
        return made

    def _by_nounce(self, request: Request, known: list[TdtAccount]) -> TdtAccount | None:
        nounce, login, proof = (request.query[name] for name in ("nounce", "login", "hash"))
        account, until = self._nounces.get(nounce, (None, 0.0))
        if account is None or account not in known or account.login != login or self._clock() > until:
            return None
        expected = hashlib.sha256(f"{account.mot_de_passe}:{nounce}".encode()).hexdigest()
        return account if proof == expected else None


def may_deposit(account: TdtAccount) -> bool:
    """Say whether an account may create a transaction."""
    return bool(DEPOSITORS & set(account.droits))


def may_edit(account: TdtAccount) -> bool:
    """Say whether an account may ask for statuses and mark retours; those above an authority may not."""
    return may_deposit(account) and account.role not in HEADS


def may_see(account: TdtAccount) -> bool:
    """Say whether an account may look at files."""
    return bool(account.droits) or account.role == ARCHIVIST


def basic(request: Request) -> tuple[str, str]:
    """Return the login and the password of a request, empty when it has none that can be read."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind != "Basic":
        return "", ""
    try:
        login, _, password = base64.b64decode(value).decode("utf-8", "replace").partition(":")
    except binascii.Error:
        return "", ""
    return login, password


def _fingerprint(der: bytes) -> str:
    """S²LOW keeps the base64 of a 20-byte hash of the certificate."""
    return base64.b64encode(hashlib.sha1(der, usedforsecurity=False).digest()).decode("ascii")


def _cookie(request: Request) -> str:
    try:
        cookies = SimpleCookie(request.headers.get("Cookie", ""))
    except CookieError:
        return ""
    return cookies[COOKIE].value if COOKIE in cookies else ""
