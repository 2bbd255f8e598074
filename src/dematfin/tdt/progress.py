"""Following a deposit: its status, then the acquit, believed only when it answers our flow."""

import re
from typing import Final

from dematfin.domain.mandat.deposit import Phase
from dematfin.errors import BadAnswer
from dematfin.ports.transmitter import Progress
from dematfin.tdt import acquits, envelopes, statuses
from dematfin.tdt.calls import Line
from dematfin.tdt.failures import body, refusal

PATH: Final = "/modules/helios/api/helios_transac_get_status.php"
WHOLE_NUMBER: Final = re.compile(r"-?[0-9]{1,4}")
GONE: Final = {
    "consultation statut": statuses.WORDS[statuses.CANCELLED],  # this status is falsy in its code
    "transaction invalide": "S²LOW ne le connaît plus : son administrateur l'a peut-être supprimé.",
}
BEFORE_SENDING: Final = re.compile(
    "non trouv|introuvable|virus|pas encod|pas en XML|ni bordereau|NomFic|CodCol|IdCol|depuis son postage|"
    "signature du fichier|enregistrement du PES|Helios FTP"
)
"""What S²LOW finds wrong by itself before it sends: only then has nothing reached Hélios."""


def follow(line: Line, remote_id: str, nomfic: str) -> Progress:
    """Say where a deposit stands, and bring its acquit back when there is one."""
    call = f"état du flux {nomfic}"
    envelope = ask(line, remote_id, call)
    if envelope.refused:
        return _gone(envelope.message, call)
    status = _status(envelope, call)
    if statuses.phase(status) is Phase.ANSWERED:
        return _answered(line, remote_id, nomfic)
    if status == statuses.REFUSED:
        return _in_error(line, remote_id, nomfic, envelope.message)
    if status == statuses.PURGED and (kept := acquits.of(line, remote_id, nomfic)):
        return Progress(phase=Phase.ANSWERED, acquit=kept)
    return Progress(phase=statuses.phase(status), message=statuses.words(status, envelope.message))


def ask(line: Line, remote_id: str, call: str) -> envelopes.Envelope:
    """Return what S²LOW says of a transaction; it says KO of one that it does not know."""
    return envelopes.read(body(line.get(PATH, transaction=remote_id), call), call, "transaction")


def _status(envelope: envelopes.Envelope, call: str) -> int:
    text = envelope.text("status")
    if WHOLE_NUMBER.fullmatch(text) is None:
        said = envelopes.plain(text)
        message = f"S²LOW répond mal à « {call} » : état « {said} » ({envelope.message}). {envelopes.LASTING}"
        raise BadAnswer(message)
    return int(text)


def _gone(said: str, call: str) -> Progress:
    for fragment, words in GONE.items():
        if fragment in said:
            return Progress(phase=Phase.LOST, message=words)
    raise refusal(said, call)


def _answered(line: Line, remote_id: str, nomfic: str) -> Progress:
    """The status may be a little ahead of the file."""
    acquit = acquits.of(line, remote_id, nomfic)
    if acquit is None:
        message = (
            f"S²LOW annonce une réponse d'Hélios, mais ne donne pas encore l'acquit entier du flux {nomfic}. Si cela "
            "dure, regardez sur son site ce qu'il a sous ce numéro : il est peut-être abîmé, ou d'un autre flux."
        )
        return Progress(phase=Phase.WAITING, message=message)
    return Progress(phase=Phase.ANSWERED, acquit=acquit)


def _in_error(line: Line, remote_id: str, nomfic: str, said: str) -> Progress:
    """An error of S²LOW may hide an answer of Hélios that its own schemas did not know, or the twin of a deposit whose
    answer was lost: S²LOW compares deposits, then stores them, so that both may pass. An administrator may write what
    he likes. So the flow is only given back when S²LOW says why it did not send it."""
    acquit = acquits.of(line, remote_id, nomfic)
    if acquit is not None:
        return Progress(phase=Phase.ANSWERED, acquit=acquit)
    if "par helios" in said.lower():
        message = f"Hélios lui a fait une réponse que S²LOW n'a pas su lire ({said}) : demandez-la au comptable."
        return Progress(phase=Phase.HELD, message=message)
    if "existe d" in said:
        message = f"S²LOW en a déjà un de même nom ({said}) : cherchez-y l'autre dépôt, c'est peut-être lui qui compte."
        return Progress(phase=Phase.HELD, message=message)
    if BEFORE_SENDING.search(said):
        return Progress(phase=Phase.REFUSED, message=said)
    message = (
        f"S²LOW l'a mis en erreur ({said or 'sans explication'}) sans dire s'il était déjà parti vers Hélios : "
        "demandez-le à l'administrateur de S²LOW, rien n'est renvoyé d'ici là."
    )
    return Progress(phase=Phase.HELD, message=message)
