"""The real log, as a collector of logs reads it; and another way to find IBANs, that shares no code with ours."""

import io
import json
import logging
import string
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from dematfin.support import logs
from quiet import quieten

LENGTHS: Final = {
    "AT": 20, "BE": 16, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27,
    "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IT": 27, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31,
    "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
}  # fmt: skip
SIGNS: Final = frozenset(string.ascii_letters + string.digits)


class Lines(io.StringIO):
    """What went out."""

    def read_all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@contextmanager
def listening(*, verbose: bool = True, service: bool = False) -> Iterator[Lines]:
    """Let the process log as it does in production, into a text."""
    root = logging.getLogger()
    before, level, stderr = root.handlers, root.level, sys.stderr
    lines = Lines()
    sys.stderr = lines
    try:
        logs.configure(verbose=verbose, service=service)
        yield lines
    finally:
        sys.stderr = stderr
        root.handlers = before
        root.setLevel(level)
        logging.captureWarnings(capture=False)
        quieten()


def ibans_of(text: str) -> set[str]:
    """Return the IBANs of a text, whatever stands between their signs."""
    signs = "".join(one for one in text if one in SIGNS).upper()
    found = set()
    for at in range(len(signs) - 14):
        length = LENGTHS.get(signs[at : at + 2])
        one = signs[at : at + length] if length else ""
        if one and len(one) == length and one[2:4].isdigit() and _rest(one) == 1:
            found.add(one)
    return found


def _rest(iban: str) -> int:
    rest = 0
    for sign in iban[4:] + iban[:4]:
        value = int(sign) if sign.isdigit() else ord(sign) - ord("A") + 10
        rest = (rest * (100 if value > 9 else 10) + value) % 97
    return rest


def texts_of(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file of a folder as a log might hold it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            for encoding in ("utf-8", "latin-1"):
                try:
                    yield path, data.decode(encoding)
                except UnicodeDecodeError:
                    continue
                break
