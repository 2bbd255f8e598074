"""The one part that a deposit must have, cut out of a form without copying it about."""

import re
from dataclasses import dataclass
from typing import Final

from dematfin.sandbox.server import Request

FIELD: Final = re.compile(rb'name="enveloppe"; filename="([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file of a form."""

    name: str
    data: bytes


def upload(request: Request) -> Upload | None:
    """Return the file of the field `enveloppe`, or None."""
    found = re.search(r'boundary="?([^";]+)"?', request.headers.get("Content-Type", ""))
    if found is None:
        return None
    boundary = b"--" + found.group(1).encode()
    field = FIELD.search(request.body, 0, 4096)
    if field is None:
        return None
    start = request.body.index(b"\r\n\r\n", field.end()) + 4
    end = request.body.rindex(b"\r\n" + boundary)
    return Upload(name=field.group(1).decode("utf-8", "replace"), data=request.body[start:end])
