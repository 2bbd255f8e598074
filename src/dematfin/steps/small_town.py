"""Small commune: one person may do what takes two; the step that first sees this setting changed writes it down."""

from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.ports.app import App

SETTING: Final = "petite_commune"
YES: Final = "oui"
NO: Final = "non"


def tell_changed(app: App) -> None:
    """Record that the setting is not what the journal last knew; it was off where the journal never told of it."""
    now = YES if app.policy.small else NO
    if _last_known(app) == now:
        return
    with app.ledger.transaction() as books:
        before = _last_known(app)  # again: another step may have told it meanwhile
        if before == now:
            return
        motif = f"petite commune : {now}, depuis la configuration lue le {app.clock.today():%d/%m/%Y}"
        marks = {EXCEPTION: Exceptional.SETTING_CHANGED}
        books.record(app.event(Subject.SETTING, SETTING, before, now, motif, **marks))


def _last_known(app: App) -> str:
    told = app.ledger.history(Subject.SETTING, (SETTING,))
    return told[-1].event.after if told else NO
