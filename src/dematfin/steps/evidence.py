"""Evidence: what a neighbour has under a name that we alone give, and that the books do not know, tells that they were
put back to an older point without a word."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from dematfin.domain.mandat.deposit import Held
from dematfin.domain.mandat.flux import NEVER_LEFT, Flux, FluxState
from dematfin.domain.reception import Answer, AnswerState
from dematfin.domain.restoration import Restored, Trace
from dematfin.errors import ConfigError, ConnectorError
from dematfin.ports.app import App
from dematfin.steps.restored import mark
from dematfin.steps.traces import is_ours_by_name, keep, of_acquit

ACQUIT: Final = "l'acquit du flux"
LATELY: Final = timedelta(days=3)
"""How far back deposits are listed each day; a longer silence is asked about by `flux rapprocher`."""
FARTHEST: Final = 2**7 * LATELY
"""A base put back in silence is taken for no older than that: more than a year."""
NOT_SENT: Final = NEVER_LEFT | {FluxState.DROPPED}
SEEN: Final = (
    "reconnue chez un voisin : {what} « {nomfic} » porte un nom que seul dematfin donne, et n'est pas connu ici"
)


def look_for(app: App) -> Restored | None:
    """Shut the gate when something of ours is there that the books do not know, or hold for unsent; what was settled
    once is no news."""
    unknown = [one for one in (*_acquits(app), *_deposits(app)) if _is_news(app, one[1])]
    if not unknown:
        return None
    made = mark(app, _age(app), SEEN.format(what=unknown[0][0], nomfic=unknown[0][1]))
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
    yield from (("le dépôt", one.nomfic) for one in _listed(app, LATELY) or ())


def _listed(app: App, age: timedelta) -> tuple[Held, ...] | None:
    try:
        return app.transmitter.deposits((app.clock.local(app.clock.now()) - age).date())
    except (ConnectorError, ConfigError):
        return None


def _age(app: App) -> datetime:
    """Return an instant before which the books know all deposits; whatever was written since teaches nothing.

    Twice as far each time, until what comes in addition is all known and follows something that is not.
    """
    now, age, known, unknown = app.clock.now(), LATELY / 2, 0, 0
    first = min((one.event.at for one in app.ledger.following(0, 1)), default=now - FARTHEST)  # nothing left before
    while age < FARTHEST and now - age > first:
        age *= 2
        held = _listed(app, age)
        if held is None:
            age = FARTHEST
            break
        names = {one.nomfic for one in held if is_ours_by_name(app, one.nomfic)}
        lost = sum(_is_news(app, one) for one in names)
        if lost and lost == unknown and len(names) - lost > known:
            break
        known, unknown = len(names) - lost, lost
    return max(now - age, first)


def _is_news(app: App, nomfic: str) -> bool:
    if not is_ours_by_name(app, nomfic):
        return False
    with app.ledger.reading() as books:
        left = [one for one in books.find(Flux, id=nomfic) if one.state not in NOT_SENT]
        return not (left or books.find(Trace, nomfic=nomfic))
