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
from dematfin.steps.traces import is_ours_by_name, keep, of_acquit

ACQUIT: Final = "l'acquit du flux"
LATELY: Final = timedelta(days=3)
"""How far back deposits are listed each day; a longer silence is asked about by `flux rapprocher`."""
SEEN: Final = (
    "reconnue chez un voisin : {what} « {nomfic} » porte un nom que seul dematfin donne, et n'est pas connu ici"
)


def look_for(app: App) -> Restored | None:
    """Shut the gate when something of ours is there that the books do not know, or hold for unsent; what was settled
    once is no news."""
    unknown = [one for one in (*_acquits(app), *_deposits(app)) if _is_news(app, one[1])]
    if not unknown:
        return None
    last = app.ledger.following(app.ledger.end().sequence - 1, 1)
    since = min([app.clock.now() - LATELY, *(one.event.at for one in last)])
    made = mark(app, since, SEEN.format(what=unknown[0][0], nomfic=unknown[0][1]))
    for what, nomfic in unknown:
        if what == ACQUIT:  # its deposit may be listed no more: it is not forgotten all the same
            with app.ledger.transaction() as books:
                keep(app, books, of_acquit(app, made, nomfic))
    return made


def _acquits(app: App) -> Iterator[tuple[str, str]]:
    with app.ledger.reading() as books:
        lost = books.find(Answer, state=AnswerState.QUARANTINED, seen="")
    lately = app.clock.now() - LATELY
    yield from ((ACQUIT, one.flux) for one in lost if one.flux and one.received_at >= lately)


def _deposits(app: App) -> Iterator[tuple[str, str]]:
    """Yield what the TdT lists; one that is away tells nothing today."""
    try:
        held = app.transmitter.deposits((app.clock.local(app.clock.now()) - LATELY).date())
    except (ConnectorError, ConfigError):
        return
    yield from (("le dépôt", one.nomfic) for one in held or ())


def _is_news(app: App, nomfic: str) -> bool:
    if not is_ours_by_name(app, nomfic):
        return False
    with app.ledger.reading() as books:
        left = [one for one in books.find(Flux, id=nomfic) if one.state not in NEVER_LEFT]
        return not (left or books.find(Trace, nomfic=nomfic))
