"""Who entered, certified or prepared does not do the next thing too: refused, or an exception in a small commune."""

from collections.abc import Sequence

from dematfin.domain.parties.person import Person
from dematfin.domain.parties.waiver import MUST, Duty, Waiver, waiver
from dematfin.errors import SeparationOfDuties
from dematfin.ports.app import App


def waivers(app: App, who: Person, duty: Duty, key: str, done: Sequence[str]) -> tuple[Waiver, ...]:
    """Return the exception to keep with a duty on the subject `key`, if this person has `done` anything before it.

    Raises:
        SeparationOfDuties: the commune is not a small one.
    """
    if not done:
        return ()
    if not app.policy.small:
        message = (
            f"{who.name} a {' et '.join(done)} : une autre personne doit {MUST[duty]}. "
            "(Petite commune : voir petite_commune dans la configuration.)"
        )
        raise SeparationOfDuties(message)
    return (waiver(who, duty, key, done, app.clock.today()),)
