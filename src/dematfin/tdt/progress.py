"""Following a deposit: its status, then the acquit, believed only when it answers our flow."""

import re
from typing import Final

import httpx

from dematfin.errors import BadAnswer, DocumentError
from dematfin.ports.transmitter import Phase, Progress
from dematfin.support.xml import MEBIBYTE, local_name, parse_bytes
from dematfin.tdt import envelopes, statuses
from dematfin.tdt.calls import Line
from dematfin.tdt.failures import body, check_access, refusal

STATUS: Final = "/modules/helios/api/helios_transac_get_status.php"
ACQUIT: Final = "/modules/helios/helios_download_acquit.php"
LARGEST_ANSWER: Final = 150 * MEBIBYTE
ROOTS: Final = frozenset({"pes_acquit", "pes_nonacquit"})
WHOLE_NUMBER: Final = re.compile(r"-?[0-9]{1,4}")
GONE: Final = {
    "consultation statut": "S²LOW l'a annulé : aucun acquit ne viendra.",  # status 0 is falsy in its code
    "transaction invalide": "S²LOW ne le connaît plus : son administrateur l'a peut-être supprimé.",
}
NOMFIC: Final = "string(" + "/".join(f"*[local-name()='{name}']" for name in ("Enveloppe", "Parametres", "NomFic"))


def follow(line: Line, remote_id: str, nomfic: str) -> Progress:
    """Say where a deposit stands, and bring its acquit back when there is one."""
    call = f"état du flux {nomfic}"
    envelope = envelopes.read(body(line.get(STATUS, transaction=remote_id), call), call, "transaction")
    if envelope.refused:
        return _gone(envelope.message, call)
    status = _status(envelope, call)
    match statuses.phase(status):
        case Phase.ANSWERED:
            return _answered(line, remote_id, nomfic)
        case Phase.REFUSED:
            return _in_error(line, remote_id, nomfic, envelope.message)
        case phase:
            return Progress(phase=phase, message=statuses.words(status, envelope.message))


def _status(envelope: envelopes.Envelope, call: str) -> int:
    text = envelope.text("status")
    if WHOLE_NUMBER.fullmatch(text) is None:
        message = f"S²LOW répond mal à « {call} » : état « {text} » ({envelope.message}). {envelopes.LASTING}"
        raise BadAnswer(message)
    return int(text)


def _gone(said: str, call: str) -> Progress:
    for fragment, words in GONE.items():
        if fragment in said:
            return Progress(phase=Phase.LOST, message=words)
    raise refusal(said, call)


def _answered(line: Line, remote_id: str, nomfic: str) -> Progress:
    """The status may be a little ahead of the file."""
    acquit = _acquit(line, remote_id, nomfic)
    if acquit is None:
        message = f"S²LOW annonce une réponse d'Hélios, mais ne donne pas encore celle du flux {nomfic}."
        return Progress(phase=Phase.WAITING, message=message)
    return Progress(phase=Phase.ANSWERED, acquit=acquit)


def _in_error(line: Line, remote_id: str, nomfic: str, said: str) -> Progress:
    """An error of S²LOW may hide an answer of Hélios that its own schemas did not know, or the twin of a deposit whose
    answer was lost: S²LOW compares deposits, then stores them, so that both may pass."""
    acquit = _acquit(line, remote_id, nomfic)
    if acquit is not None:
        return Progress(phase=Phase.ANSWERED, acquit=acquit)
    if "par helios" in said.lower():
        message = f"Hélios lui a fait une réponse que S²LOW n'a pas su lire ({said}) : demandez-la au comptable."
        return Progress(phase=Phase.HELD, message=message)
    if "existe d" in said:
        message = f"S²LOW en a déjà un de même nom ({said}) : cherchez-y l'autre dépôt, c'est peut-être lui qui compte."
        return Progress(phase=Phase.HELD, message=message)
    return Progress(phase=Phase.REFUSED, message=said)


def _acquit(line: Line, remote_id: str, nomfic: str) -> bytes | None:
    """Return the acquit of our flow; None when S²LOW has none to give: it then redirects, or sends a page."""
    reply = line.get(ACQUIT, LARGEST_ANSWER, id=remote_id)
    check_access(reply)
    if httpx.codes.is_redirect(reply.status) or reply.status == httpx.codes.NOT_FOUND:
        return None
    data = body(reply, f"acquit du flux {nomfic}")
    return data if _answers(data, nomfic) else None


def _answers(data: bytes, nomfic: str) -> bool:
    try:
        root = parse_bytes(data, f"Acquit du flux {nomfic}", LARGEST_ANSWER)
    except DocumentError:
        return False
    return local_name(root).lower() in ROOTS and root.xpath(f"{NOMFIC}/@V)").strip() == nomfic
