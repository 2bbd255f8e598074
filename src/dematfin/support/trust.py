"""Whom we trust over TLS: the strict context of a use and a file of authorities, made once for all collectivités.

Opening the authorities of a system takes twenty milliseconds; four hundred collectivités with three neighbours each
would spend half a minute a day on it. A file that changes, ours or the system's, makes a new context.
"""

import ssl
from functools import lru_cache
from pathlib import Path
from typing import Final

MOST: Final = 64
Stamp = tuple[str, int, int, int]
"""What tells one version of a file from another."""


def trusting(use: str, ca: Path | None) -> ssl.SSLContext:
    """Return the strict context that trusts the system, and one more CA file when given.

    It is shared by all that is of one `use`, which speaks one protocol: nobody adds anything to it.

    Raises:
        OSError, ssl.SSLError: the file cannot be read, or holds no certificate.
    """
    return _made(use, ca, stamps(ca))


def fresh(ca: Path | None) -> ssl.SSLContext:
    """Return such a context of one's own, to be added to; raises OSError, ssl.SSLError."""
    context = ssl.create_default_context()
    if ca is not None:
        context.load_verify_locations(cafile=ca)
    return context


def stamps(ca: Path | None) -> tuple[Stamp, ...]:
    """Return the versions of the files of which a context is made: those that are there."""
    system = ssl.get_default_verify_paths()
    named = (system.cafile, system.capath, ca)
    return tuple(_stamp(Path(one)) for one in named if one is not None and Path(one).exists())


def _stamp(path: Path) -> Stamp:
    found = path.stat()
    return str(path), found.st_mtime_ns, found.st_ino, found.st_size


@lru_cache(maxsize=MOST)
def _made(_: str, ca: Path | None, __: tuple[Stamp, ...]) -> ssl.SSLContext:
    return fresh(ca)
