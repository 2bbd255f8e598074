"""What the statuses of the i-Parapheur mean for us."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from dematfin.errors import BadAnswer
from dematfin.parapheur.client import LASTING, Reply
from dematfin.parapheur.soap import Answer
from dematfin.ports.parapheur import History, Passage, Phase

ENDED: Final = "Archive"
"""Not "archived": its circuit is over, it may be fetched."""
REFUSAL: Final = "Rejet"
SAID_YES: Final = frozenset({"Vise", "Signe"})
IN_PROGRESS: Final = SAID_YES | {
    "NonLu",
    "Lu",
    "EnCoursVisa",
    "EnCoursSignature",
    "PretCachet",
    "CachetOK",
    "EnCoursMailSec",
    "EnCoursMailSecPastell",
    "PretTdT",
    "EnCoursTransmission",
    "TransmissionOK",
    "ATraiter",
}
LONGEST: Final = 2000


def phase(status: str) -> Phase:
    """Return what a status means; whatever we do not know is in progress."""
    if status.startswith(REFUSAL):
        return Phase.REFUSED
    return Phase.FINISHED if status == ENDED else Phase.WAITING


def history(key: str, reply: Reply) -> History:
    """Return a history; its last line is its present state."""
    lines = tuple(_passage(one) for one in reply.answer.all("LogDossier"))
    if not lines:
        message = f"i-Parapheur : l'historique du dossier {key} est vide. {LASTING}"
        raise BadAnswer(message)
    status = lines[-1].status
    now = phase(status)
    said = lines[-1:] if now is Phase.REFUSED else tuple(_agreed(lines))
    known = now is not Phase.WAITING or status in IN_PROGRESS
    return History(phase=now, status=status, known=known, said=said, raw=reply.raw)


def _agreed(lines: Sequence[Passage]) -> Iterator[Passage]:
    """Return who said yes since the last refusal: an administrator there may put away what was refused."""
    refused = [number for number, one in enumerate(lines) if one.status.startswith(REFUSAL)]
    return (one for one in lines[max(refused, default=-1) + 1 :] if one.status in SAID_YES)


def _passage(line: Answer) -> Passage:
    return Passage(
        at=_instant(line.text("timestamp")),
        name=_shown(line.text("nom"))[:100],
        status=_shown(line.text("status"))[:100],
        annotation=_shown(line.text("annotation"))[:LONGEST],
    )


def _shown(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())


def _instant(text: str) -> datetime | None:
    """Return an instant; without its zone nobody knows when it was."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else None
