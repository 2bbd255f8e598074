"""What the service would do now in a collectivité, and when next, in words."""

from collections.abc import Iterator

from dematfin.config.service import hours_of
from dematfin.config.several import House
from dematfin.domain.unattended.run import DAY, Run
from dematfin.errors import DematfinError
from dematfin.ports.clock import Clock
from dematfin.service.due import EVER, Due, due, following
from dematfin.steps.day import NAMES
from dematfin.steps.progress import BY_KEY
from dematfin.wiring import open_clock, open_ledger


def foreseen(house: House) -> Iterator[str]:
    """Say what is due and what comes next in one collectivité, or why it could not be served."""
    try:
        settings = house.settings()
        clock = open_clock(settings)
        with open_ledger(settings, house.folder).reading() as books:
            runs = {one.id: one for one in books.find(Run)}
    except DematfinError as error:
        yield f"impossible : {error}"
        return
    hours = hours_of(settings.horaires, settings.fuseau)
    for one in due(runs, hours, clock.now()):
        yield _due(one, runs, clock)
    for key, hour in sorted(following(runs, hours, clock.now()).items(), key=lambda found: found[1]):
        yield f"ensuite : {_named(key)}, le {clock.local(hour):%d/%m/%Y à %H:%M}"
    if not hours:
        yield "rien n'est prévu : [horaires] est vide"


def _due(one: Due, runs: dict[str, Run], clock: Clock) -> str:
    if one.hour is None:
        at = BY_KEY.get(runs[DAY].position)
        return f"à faire : reprendre la journée interrompue à « {NAMES[at] if at else runs[DAY].position} »"
    since = "jamais faite" if one.hour == EVER else f"attendue depuis le {clock.local(one.hour):%d/%m/%Y à %H:%M}"
    return f"à faire : {_named(one.key)}, {since}"


def _named(key: str) -> str:
    return "la journée" if key == DAY else f"l'étape « {NAMES.get(BY_KEY[key], key)} »"
