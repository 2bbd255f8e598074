"""Accounts for the pages: a password known by its scrypt digest only, and a lock after too many wrong ones."""

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from dematfin.errors import RuleError

SHORTEST: Final = 12
LONGEST: Final = 200
COST: Final = 2**15
BLOCK: Final = 8
LANES: Final = 3
MEMORY: Final = 2 * 128 * COST * BLOCK
"""scrypt: 32 MiB for each try, so that a stolen base is slow to guess from."""
TRIES: Final = 5
LOCK: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How one person signs in.

    Attributes:
        id: the person's.
        salt, digest: of the password, in hexadecimal.
        failures: wrong passwords since the last good one, or since the last lock.
        locked_until: until then even the good password is refused.
    """

    id: str
    salt: str
    digest: str
    failures: int = 0
    locked_until: datetime | None = None
    changed_at: datetime

    def is_locked(self, now: datetime) -> bool:
        """Say whether it is closed for a while."""
        return self.locked_until is not None and now < self.locked_until

    def accepts(self, password: str) -> bool:
        """Say whether a password is the good one, in the same time whatever it is."""
        return hmac.compare_digest(digest_of(password, self.salt), self.digest)

    def failed(self, now: datetime) -> "Account":
        """Return the account after one more wrong password: the fifth one closes it for a quarter of an hour."""
        if self.failures + 1 < TRIES:
            return replace(self, failures=self.failures + 1)
        return replace(self, failures=0, locked_until=now + LOCK)

    def cleared(self) -> "Account":
        """Return the account after a good password."""
        return replace(self, failures=0, locked_until=None)


def digest_of(password: str, salt: str) -> str:
    """Return the scrypt digest of a password, in hexadecimal."""
    made = hashlib.scrypt(
        password.encode(), salt=bytes.fromhex(salt), n=COST, r=BLOCK, p=LANES, maxmem=MEMORY, dklen=32
    )
    return made.hex()


def check_new(password: str, person_id: str) -> None:
    """Let a password be chosen, or raise RuleError: length is what makes it strong."""
    if not SHORTEST <= len(password) <= LONGEST:
        message = f"Le mot de passe doit faire de {SHORTEST} à {LONGEST} caractères : une phrase convient très bien."
        raise RuleError(message)
    if len(set(password)) < SHORTEST // 2 or person_id.lower() in password.lower():
        message = "Ce mot de passe se devine : évitez votre identifiant et les caractères répétés."
        raise RuleError(message)
