"""Whether the sick are seen by who does not look: mails of the step `alertes`, `sante`, `ouvrier morts`."""

from collections.abc import Iterator

from crash.campaign.verdict import BROKEN, DOUBLED, HIDDEN, Fault
from crash.syndicat.crew import Crew
from crash.syndicat.eve import AGENT
from crash.syndicat.records import Platforms
from crash.syndicat.sickness import Sickness
from crash.syndicat.syndicate import Syndicate


def alerted(syndicate: Syndicate, crew: Crew, sick: Sickness) -> Iterator[Fault]:
    """A commune that has failed for days is told by mail, once, where a mail can leave; `sante` names every one."""
    platforms = Platforms.read(syndicate)
    known = {one["siret"]: {trouble["code"] for trouble in one["ennuis"]} for one in crew.asked("sante")}
    for one in syndicate.communes:
        alarms = [mail for mail in platforms.posted(one) if AGENT.email in mail["pour"]]
        if one.siret in sick.hung:
            continue  # they may have failed or not
        wanted = int(one.siret in sick.alerted)
        if len(alarms) != wanted:
            kind = DOUBLED if len(alarms) > wanted else HIDDEN
            yield Fault(kind, f"{one.name} : {len(alarms)} courriel d'alerte au lieu de {wanted}")
        if ("echec" in known[one.siret]) != (one.siret in sick.failed):
            yield Fault(HIDDEN, f"{one.name} : dematfin sante en dit {known[one.siret] or 'que tout va bien'}")
    yield from _dead(crew)


def all_well(crew: Crew) -> Iterator[Fault]:
    """Once all are cured, nothing is said of anybody."""
    for one in crew.asked("sante"):
        if one["ennuis"]:
            yield Fault(BROKEN, f"{one['nom']} : guérie, et dematfin sante en dit {one['ennuis']}")
    yield from _dead(crew)


def _dead(crew: Crew) -> Iterator[Fault]:
    """Kills at random are nobody's fault: no step is given up for them."""
    for one in crew.asked("ouvrier", "morts"):
        yield Fault(BROKEN, f"{one['name']} : étape {one['key']} mise de côté après {one['attempts']} essais")
