"""Whose a PES file is, told by its head: the rest, perhaps 150 MiB, is read once, by whoever applies it."""

import re
from typing import Final

import httpx

from dematfin.errors import DocumentError
from dematfin.support.xml import Element, check_bytes, local_name, parse_head
from dematfin.tdt.calls import Line, Reply
from dematfin.tdt.envelopes import LARGEST_ANSWER
from dematfin.tdt.failures import check_access

NOMFIC: Final = "/".join(f"*[local-name()='{name}']" for name in ("Enveloppe", "Parametres", "NomFic")) + "/@V"
LONGEST_NAME: Final = 100
HEAD: Final = 8192
TAIL: Final = 256
END: Final = re.compile(rb"</(?:[^\s<>/:]+:)?([^\s<>/:]+)\s*>\s*$")


def root_of(data: bytes) -> Element | None:
    """Return the root of a file, read as far as its head; None when it is no XML."""
    try:
        return parse_head(data, "Fichier")
    except DocumentError:
        return None


def download(line: Line, path: str, remote_id: str) -> Element | None:
    """Return the root of a file of S²LOW, whose rest is not even downloaded; None when there is no such file."""
    with line.download(path, id=remote_id) as response:
        check_access(Reply(status=response.status_code, location=response.headers.get("Location", ""), body=b""))
        return root_of(next(response.iter_bytes(HEAD), b"")) if response.status_code == httpx.codes.OK else None


def nomfic(root: Element) -> str:
    """Return the NomFic of a flow, or that of the flow which an acquit answers; empty when there is none, or two."""
    names = {str(one).strip() for one in root.xpath(NOMFIC)}
    name = names.pop() if len(names) == 1 else ""
    return name if len(name) <= LONGEST_NAME and name.isprintable() else ""


def is_whole(data: bytes, root: Element) -> bool:
    """Say whether a file has its end: a connection that is cut may look like one that has said everything."""
    end = END.search(data[-TAIL:])
    if end is not None and end[1].decode("iso-8859-1") == local_name(root):
        return True
    try:  # it ends in a rarer way, or not at all
        check_bytes(data, "Fichier", LARGEST_ANSWER)
    except DocumentError:
        return False
    return True
