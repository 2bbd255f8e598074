"""What must never leave in a log: secrets, known by their name, their shape or because this process has read them, and
bank accounts."""

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Set
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any, Final
from urllib.parse import quote, quote_plus

from dematfin.support.accounts import without_accounts

HIDDEN: Final = "***"
LONGEST: Final = 2000
"""Signs of a text that are kept; of one that was too long, its beginning."""
MARGIN: Final = 8 * LONGEST
"""Signs that are looked at: what is cut before it is looked at could leave half a secret at the cut."""
EDGE: Final = 300
DEEPEST: Final = 8
SHORTEST: Final = 6
"""Signs of a secret that can be told from an ordinary word."""
WORDS: Final = (
    "passw", "pwd", "mot_de_passe", "secret", "token", "passphrase", "cookie", "apikey", "api_key", "api-key",
    "authorization", "cpro", "privatekey", "private_key", "pin",
)  # fmt: skip
"""One of them is in any text that names a secret."""
HARMLESS: Final = re.compile(r"[\w.-]{0,14}")
"""A short word: too short for an account, with nothing that would give a value to a name."""
SECRET_KEYS: Final = re.compile(
    r"passw|pwd|mot_de_passe|secret|token|passphrase|cookie|api[_-]?key|authorization|cpro|private_?key"
    r"|(?:^|[_-])pin(?:$|[_-])",
    re.IGNORECASE,
)
NAME: Final = (
    r"[\w-]{0,40}(?:passw(?:or)?d|pwd|mot_de_passe|secret|token|passphrase|cookie|api[_-]?key|authorization|cpro-account"
    r"|private_?key|\bpin|_pin)(?:[_-]\w{1,40})?"
)
VALUE: Final = r"""b?"(?:[^"\\]|\\.)*"?|b?'(?:[^'\\]|\\.)*'?"""
SAID: Final = (
    re.compile(rf"""(["']{NAME}["']\s*[:,=]\s*)({VALUE}|[^\s,}}\])]+)""", re.IGNORECASE),
    re.compile(rf"""(\b{NAME}\s*=\s*)({VALUE}|[^\s&;,)\]}}<>"']+)""", re.IGNORECASE),
    re.compile(rf"""(<(?:\w{{1,20}}:)?{NAME}(?:\s[^<>]{{0,200}})?>)([^<]+)""", re.IGNORECASE),
    re.compile(
        r"""(\b(?:proxy-)?authorization|\b(?:set-)?cookie|\bcpro-account|\bx-[\w-]{0,40}(?:token|key))(\s*:\s*[^\r\n"']+)""",
        re.IGNORECASE,
    ),
)
IN_URL: Final = re.compile(r"(://)[^\s/@:]*:[^\s/]*@")
BEARER: Final = re.compile(r"(\bbearer\s+|\bBasic\s+|\bBASIC\s+)[A-Za-z0-9+/=._~-]{6,}", re.IGNORECASE)
JWT: Final = re.compile(r"\beyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){1,4}")
PEM: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL
)
SMALL: Final = 10**10
"""A number below is no account."""


class _Known:
    """Secrets that this process has read, by their first signs: one look a sign, however many there are."""

    def __init__(self) -> None:
        self._by_start: dict[str, tuple[str, ...]] = {}

    def add(self, secret: str) -> None:
        for said in _writings(secret):
            others = self._by_start.get(said[:SHORTEST], ())
            if said not in others:
                self._by_start[said[:SHORTEST]] = tuple(sorted((*others, said), key=len, reverse=True))

    def hidden(self, text: str) -> str:
        if not self._by_start:
            return text
        starts = {text[at : at + SHORTEST] for at in range(len(text) - SHORTEST + 1)} & self._by_start.keys()
        for secret in sorted((one for start in starts for one in self._by_start[start]), key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text


_KNOWN: Final = _Known()


def keep_quiet(secret: str) -> None:
    """Mask a secret wherever it appears from now on, however it is written; a short one could be any word."""
    _KNOWN.add(secret)


def _writings(secret: str) -> Iterator[str]:
    """Yield the ways a secret may be written: as it is, in an address, in XML, escaped, encoded; and its lines."""
    lines = [line.strip() for line in secret.splitlines()] if "\n" in secret else []
    for one in (secret, *lines):
        if len(one) >= SHORTEST:
            yield from {one, *_in_address(one), *_escaped(one), *_encoded(one)}


def _in_address(secret: str) -> Iterator[str]:
    for said in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield from (said, re.sub("%..", lambda found: found[0].lower(), said))


def _escaped(secret: str) -> Iterator[str]:
    """Yield a secret as XML, Python and JSON write it."""
    yield from (escape(secret, quote=False), escape(secret), escape(secret, quote=False).replace('"', "&quot;"))
    yield from (repr(secret)[1:-1], repr(secret.encode())[2:-1])
    yield from (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])


def _encoded(secret: str) -> Iterator[str]:
    """Yield what base64 makes of a secret, wherever it begins in what is encoded, as after the name of an account."""
    for before in range(3):
        whole = bytes(before) + secret.encode()
        own = slice(-(-before * 4 // 3), len(whole) * 4 // 3)
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(whole).decode()[own]


def discreet_text(text: str) -> str:
    """Return a text without what must not leave, whole.

    >>> discreet_text("postgresql://dematfin:chut@base/x refuse le mot_de_passe=chut")  # pragma: allowlist secret
    'postgresql://***@base/x refuse le mot_de_passe=***'
    """
    text = _KNOWN.hidden(text)
    if HARMLESS.fullmatch(text):
        return text
    if "PRIVATE KEY" in text:
        text = PEM.sub(HIDDEN, text)
    if "eyJ" in text:
        text = JWT.sub(HIDDEN, text)
    if "://" in text:
        text = IN_URL.sub(rf"\1{HIDDEN}@", text)
    lower = text.lower()
    if "bearer" in lower or "basic" in lower:
        text = BEARER.sub(rf"\1{HIDDEN}", text)
    if any(word in lower for word in WORDS):
        for rule in SAID:
            text = rule.sub(_unnamed, text)
    return without_accounts(text)


def _unnamed(found: re.Match[str]) -> str:
    """Leave the name of a secret, and the quotes around it."""
    marks = '"' if found[2].startswith(('"', 'b"')) else "'" if found[2].startswith(("'", "b'")) else ""
    after = ": " if found[2].lstrip().startswith(":") else ""
    return f"{found[1]}{after}{marks}{HIDDEN}{marks}"


def discreet_value(value: Any, depth: int = 0) -> Any:
    """Return a value that JSON can hold, without what must not leave, at any depth."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < SMALL else _number(value)
    if depth > DEEPEST:
        return "…"
    if is_dataclass(value) and not isinstance(value, type):
        value = {one.name: getattr(value, one.name, None) for one in fields(value)}
    if isinstance(value, Mapping):
        return {discreet_text(str(key)): _named(str(key), one, depth) for key, one in list(value.items())}
    if isinstance(value, (list, tuple, Set)):
        return [discreet_value(one, depth + 1) for one in value]
    return _shortened(_said(value))


def _said(value: object) -> str:
    """Return what a value says as a text."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value[: MARGIN + 1]).decode("utf-8", "replace").replace("\0", "")
    return str(value) if isinstance(value, (str, float, Decimal, date, BaseException)) else repr(value)


@lru_cache(maxsize=4096)
def is_secret(key: str) -> bool:
    """Say whether what a key holds is a secret."""
    return SECRET_KEYS.search(key) is not None


def _named(key: str, value: Any, depth: int) -> Any:
    return HIDDEN if is_secret(key) else discreet_value(value, depth + 1)


def _number(value: int) -> int | str:
    """A number may be an account too."""
    said = str(value)
    safe = discreet_text(said)
    return value if safe == said else safe


def _shortened(text: str) -> str:
    """Return a text, or the beginning of a long one, without what must not leave."""
    if len(text) <= LONGEST:
        return discreet_text(text)
    safe = discreet_text(text[:MARGIN])
    if len(text) > MARGIN:
        safe = safe[:-EDGE]  # what was cut in two there is not known for what it is
    return f"{safe[:LONGEST]}…" if len(text) > MARGIN or len(safe) > LONGEST else safe
