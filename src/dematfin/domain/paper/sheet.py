"""The separator sheet: what its symbols say.

`DMF1:<mark>:<route>:<serial>:<crc>`: QR alphanumeric signs only, 27 at most, the same in every symbol of a sheet.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

FAMILY: Final = "DMF"
PATCHT: Final = "PATCHT"
"""What other programs' separators spell."""
LAST_SERIAL: Final = 999_999
PAYLOAD: Final = re.compile(r"DMF1:([FAL]):([A-Z0-9-]{1,8}):(\d{6}):([0-9A-F]{4})")
ROUTE: Final = re.compile(r"[A-Z0-9-]{1,8}")


class Mark(StrEnum):
    """What begins, or ends, after a sheet."""

    INVOICE = "F"
    ANNEX = "A"  # what follows belongs to the invoice before
    END = "L"  # end of the batch; its route is the number of invoices since the last end


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One printed sheet.

    Attributes:
        route: short local key that the configuration leads to a service; the count, on an END sheet.
        serial: number of the printed sheet; sheets are used again and again. 0: not one of ours (`PATCHT`).
    """

    mark: Mark = Mark.INVOICE
    route: str = ""
    serial: int = 0

    @property
    def series(self) -> str:
        """The serial as it is printed."""
        return f"{self.serial:06d}" if self.serial else ""

    @property
    def count(self) -> int | None:
        """How many invoices an END sheet announces."""
        return int(self.route) if self.mark is Mark.END and self.route.isdigit() else None


def payload(sheet: Sheet) -> str:
    """Return what the symbols of a sheet say.

    >>> payload(Sheet(route="SCOLAIRE", serial=42))
    'DMF1:F:SCOLAIRE:000042:5C64'
    """
    body = f"DMF1:{sheet.mark}:{sheet.route}:{sheet.serial:06d}"
    return f"{body}:{_crc(body)}"


def parse(text: str) -> Sheet | None:
    """Return the sheet that a symbol names; None for anything else, a wrong checksum included.

    >>> parse("DMF1:F:SCOLAIRE:000042:5C64").route, parse("DMF1:F:SCOLAIRE:000043:5C64")
    ('SCOLAIRE', None)
    """
    found = PAYLOAD.fullmatch(text)
    if found is None or _crc(text[:-5]) != found[4]:
        return None
    return Sheet(mark=Mark(found[1]), route=found[2], serial=int(found[3]))


def sheet_in(texts: Iterator[str], *, patcht: bool = False) -> Sheet | None:
    """Return the first sheet named by the symbols of a page; `patcht`: also a separator of other programs."""
    for text in texts:
        if patcht and text.strip() == PATCHT:
            return Sheet()
        if sheet := parse(text):
            return sheet
    return None


def is_damaged(text: str) -> bool:
    """Say whether a symbol that names no sheet was meant to name one."""
    return text.startswith(FAMILY) and parse(text) is None


def _crc(body: str) -> str:
    """Return the CRC-16/CCITT of a text, which begins with FFFF."""
    return f"{binascii.crc_hqx(body.encode('ascii', 'replace'), 0xFFFF):04X}"
