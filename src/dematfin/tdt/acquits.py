"""The acquit of a deposit: S²LOW redirects, or sends a page, when it has none to give."""

from dataclasses import dataclass
from typing import Final

import httpx

from dematfin.support.xml import local_name
from dematfin.tdt import heads
from dematfin.tdt.calls import Line
from dematfin.tdt.envelopes import LARGEST_ANSWER
from dematfin.tdt.failures import body, check_access

PATH: Final = "/modules/helios/helios_download_acquit.php"
ROOTS: Final = frozenset({"pes_acquit", "pes_nonacquit"})


@dataclass(frozen=True, slots=True)
class Acquit:
    """The bytes of an acquit, and the flow that it answers."""

    nomfic: str
    data: bytes


def fetch(line: Line, remote_id: str) -> Acquit | None:
    """Return the acquit of a transaction, whole; None when there is none yet, or no more."""
    reply = line.get(PATH, LARGEST_ANSWER, id=remote_id)
    check_access(reply)
    if httpx.codes.is_redirect(reply.status) or reply.status == httpx.codes.NOT_FOUND:
        return None
    data = body(reply, f"acquit de la transaction {remote_id}")
    root = heads.root_of(data)
    if root is None or local_name(root).lower() not in ROOTS or not heads.is_whole(data, root):
        return None
    return Acquit(nomfic=heads.nomfic(root), data=data)


def of(line: Line, remote_id: str, nomfic: str) -> bytes | None:
    """Return the acquit of our flow; one that answers another flow is not believed."""
    acquit = fetch(line, remote_id)
    return acquit.data if acquit is not None and acquit.nomfic == nomfic else None
