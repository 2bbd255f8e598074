"""PES_Retour: listed, fetched, then acknowledged; only the unread ones are listed."""

from typing import Final

from dematfin.errors import BadAnswer
from dematfin.ports.transmitter import ReturnItem
from dematfin.support.xml import local_name
from dematfin.tdt import envelopes, heads
from dematfin.tdt.calls import NUMBER, Line
from dematfin.tdt.envelopes import LARGEST_ANSWER
from dematfin.tdt.failures import accepted, body

LIST: Final = "/modules/helios/api/helios_get_list.php"
FETCH: Final = "/modules/helios/api/helios_get_retour.php"
MARK: Final = "/modules/helios/api/helios_change_status.php"


def unread(line: Line) -> tuple[ReturnItem, ...]:
    """List the retours that were not acknowledged; none is a usual answer."""
    call = "liste des retours"
    envelope = accepted(envelopes.read(body(line.get(LIST), call), call, "liste"), call)
    return tuple(_item(part, call) for part in envelope.parts("pes_retour"))


def _item(part: envelopes.Envelope, call: str) -> ReturnItem:
    remote_id = part.text("id")
    if NUMBER.fullmatch(remote_id) is None:
        message = f"S²LOW répond mal à « {call} » : un retour n'y a pas de numéro. {envelopes.LASTING}"
        raise BadAnswer(message)
    return ReturnItem(remote_id=remote_id, name=envelopes.plain(part.text("nom")) or f"retour {remote_id}")


def fetch(line: Line, item: ReturnItem) -> bytes:
    """Return the bytes of a retour, untouched; a page or an envelope in its place is an error."""
    call = f"retour {item.name}"
    data = body(line.get(FETCH, LARGEST_ANSWER, id=item.remote_id), call)
    root = heads.root_of(data)
    if root is None or not heads.is_whole(data, root):
        raise BadAnswer(_no_retour(call, data))
    if local_name(root) == "get_retour":
        accepted(envelopes.read(data, call), call)
    if local_name(root).lower() != "pes_retour":
        raise BadAnswer(_no_retour(call, data))
    return data


def acknowledge(line: Line, item: ReturnItem) -> None:
    """Mark a retour as read; the root of the answer is not the one that S²LOW documents."""
    call = f"accusé de réception du retour {item.name}"
    data = body(line.get(MARK, id=item.remote_id), call)
    envelope = accepted(envelopes.read(data, call), call)
    if not envelope.parts("resultat"):
        message = f"S²LOW : la réponse à « {call} » est incompréhensible : {envelopes.shown(data)}. {envelopes.LASTING}"
        raise BadAnswer(message)


def _no_retour(call: str, data: bytes) -> str:
    return f"S²LOW a donné autre chose que le {call} : {envelopes.shown(data)}. {envelopes.LASTING}"
