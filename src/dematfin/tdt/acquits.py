"""The acquit of a deposit: S²LOW redirects, or sends a page, when it has none to give."""

from typing import Final

import httpx

from dematfin.support.xml import Element, local_name
from dematfin.tdt import heads
from dematfin.tdt.calls import Line
from dematfin.tdt.envelopes import LARGEST_ANSWER
from dematfin.tdt.failures import body, check_access

PATH: Final = "/modules/helios/helios_download_acquit.php"
ROOTS: Final = frozenset({"pes_acquit", "pes_nonacquit"})


def of(line: Line, remote_id: str, nomfic: str) -> bytes | None:
    """Return the acquit of our flow, whole; None when there is none yet, no more, or one that answers another flow."""
    reply = line.get(PATH, LARGEST_ANSWER, id=remote_id)
    check_access(reply)
    if httpx.codes.is_redirect(reply.status) or reply.status == httpx.codes.NOT_FOUND:
        return None
    data = body(reply, f"acquit du flux {nomfic}")
    root = heads.root_of(data)
    return data if root is not None and _named(root) == nomfic and heads.is_whole(data, root) else None


def answered(line: Line, remote_id: str) -> str:
    """Return the NomFic of the flow that the acquit of a transaction answers; empty when there is none."""
    root = heads.download(line, PATH, remote_id)
    return "" if root is None else _named(root)


def _named(root: Element) -> str:
    return heads.nomfic(root) if local_name(root).lower() in ROOTS else ""
