"""Closures: nothing is sent to Hélios while it is closed; what waits is told once, with the day when it opens."""

from collections.abc import Iterable

from dematfin.domain.mandat.closure import closed, reopens_at
from dematfin.ports.app import App


def is_closed(app: App) -> bool:
    """Say whether Hélios is closed now."""
    return closed(app.policy.closures, app.clock.now()) is not None


def closed_words(app: App, waiting: Iterable[str]) -> str:
    """Say until when Hélios is closed and which flows wait for it; an empty text when it is open, or nothing waits."""
    now, flows = app.clock.now(), sorted(waiting)
    closure = closed(app.policy.closures, now)
    if closure is None or not flows:
        return ""
    end = app.clock.local(reopens_at(app.policy.closures, now))
    why = f" ({closure.reason})" if closure.reason else ""
    return (
        f"Hélios est fermé jusqu'au {end:%d/%m/%Y} à {end:%H:%M}{why} : rien ne part, ni n'est annoncé à Chorus Pro. "
        f"Partiront ensuite d'eux-mêmes : {', '.join(flows)}."
    )
