"""The two fields that a deposit may have, found in a form without copying the flow about."""

import re
from dataclasses import dataclass
from typing import Final

from dematfin.sandbox.server import Request

BOUNDARY: Final = re.compile(r'boundary="?([^";]+)"?')
FILE: Final = re.compile(rb'name="?enveloppe"?;[^\r\n]*filename="([^"\r\n]*)"')
TO_SIGN: Final = re.compile(rb'name="?must_signed"?\r\n(?:[^\r\n]+\r\n)*\r\n[^\r\n]')


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A flow in its form; `to_sign` when it must wait for a signature on the platform's own pages."""

    name: str
    data: memoryview
    to_sign: bool


def upload(request: Request) -> Upload | None:
    """Return the file of the field `enveloppe`, or None."""
    found = BOUNDARY.search(request.headers.get("Content-Type", ""))
    field = FILE.search(request.body) if found else None
    if found is None or field is None:
        return None
    mark = b"\r\n--" + found.group(1).encode("latin-1")
    start = request.body.find(b"\r\n\r\n", field.end()) + 4
    end = request.body.find(mark, start)
    if start < field.end() or end < 0:
        return None
    around = request.body[: field.start()] + request.body[end:]
    return Upload(
        name=field.group(1).decode("utf-8", "replace"),
        data=memoryview(request.body)[start:end],
        to_sign=TO_SIGN.search(around) is not None,
    )
