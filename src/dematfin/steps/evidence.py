"""Evidence: what a neighbour has under a name that we alone give, and that the books do not know, tells that they were
put back to an older point without a word."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from dematfin.domain.mandat.flux import NEVER_LEFT, Flux
from dematfin.domain.reception import Answer, AnswerState
from dematfin.domain.restoration import Restored, Trace
from dematfin.errors import ConfigError, ConnectorError
from dematfin.ports.app import App
from dematfin.steps.restored import mark
from dematfin.steps.traces import is_ours_by_name

LATELY: Final = timedelta(days=3)
"""How far back deposits are listed each day; a longer silence is asked about by `flux rapprocher`."""
SEEN: Final = (
    "reconnue chez un voisin : {what} « {nomfic} » porte un nom que seul dematfin donne, et n'est pas connu ici"
)


def look_for(app: App) -> Restored | None:
    """Shut the gate when something of ours is there that the books do not know, or hold for unsent; what was settled
    once is no news."""
    for what, nomfic in (*_acquits(app), *_deposits(app)):
        if is_ours_by_name(app, nomfic) and not _known(app, nomfic):
            last = app.ledger.following(app.ledger.head().sequence - 1, 1)
            since = min([app.clock.now() - LATELY, *(one.event.at for one in last)])
            return mark(app, since, SEEN.format(what=what, nomfic=nomfic))
    return None


def _acquits(app: App) -> Iterator[tuple[str, str]]:
    with app.ledger.reading() as books:
        lost = books.find(Answer, state=AnswerState.QUARANTINED, seen="")
    lately = app.clock.now() - LATELY
    yield from (("l'acquit du flux", one.flux) for one in lost if one.flux and one.received_at >= lately)


def _deposits(app: App) -> Iterator[tuple[str, str]]:
    """Yield what the TdT lists; one that is away tells nothing today."""
    try:
        held = app.transmitter.deposits((app.clock.local(app.clock.now()) - LATELY).date())
    except (ConnectorError, ConfigError):
        return
    yield from (("le dépôt", one.nomfic) for one in held or ())


def _known(app: App, nomfic: str) -> bool:
    with app.ledger.reading() as books:
        left = [one for one in books.find(Flux, id=nomfic) if one.state not in NEVER_LEFT]
        return bool(left or books.find(Trace, nomfic=nomfic))
