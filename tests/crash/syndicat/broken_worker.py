"""Workers that were broken on purpose, in each commune in another way: a judge that sees nothing there is blind.

`python -m crash.syndicat.broken_worker` lives a day with them, and says what the judge found. With the words of a
command line behind it, it is one of these workers.
"""

import random
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from structlog.contextvars import get_contextvars

from crash.broken_beside import patch
from crash.syndicat import engine, past, watchman
from crash.syndicat.broken import sent_twice, sorted_out
from crash.syndicat.cluster import Cluster
from crash.syndicat.communes import communes
from crash.syndicat.course import Course
from crash.syndicat.crew import Crew
from crash.syndicat.sickness import Sickness
from crash.syndicat.syndicate import Syndicate, sirets
from crash.syndicat.trial import judgement, make_tables
from dematfin.__main__ import main as dematfin
from dematfin.domain.unattended.run import DAY, Run
from dematfin.ports.app import App
from dematfin.sandbox.weather import Trouble
from dematfin.service import carrier
from dematfin.service.carrier import Carrier
from dematfin.steps import alarm
from dematfin.steps.outcome import Outcome
from dematfin.steps.progress import leave
from dematfin.steps.running import Then, nothing
from dematfin.support import logs
from dematfin.tdt.s2low import S2low

NAMES: Final = ("renvoie", "saute-visa", "n-enchaine-pas", "n-alerte-pas", "rien")
"""In each commune, in their order."""
BROKEN: Final = dict(zip(NAMES, sirets(communes(len(NAMES))), strict=True))
PROGRAM: Final = ("-m", "crash.syndicat.broken_worker")


def sends_again() -> None:
    """Deposit each flow again, as other bytes under the same name."""
    send = S2low.send
    sent_twice()
    twice = S2low.send

    def sent(self: S2low, flow: Path, nomfic: str) -> str:
        mine = get_contextvars()["coll"] == BROKEN["renvoie"]
        return (twice if mine else send)(self, flow, nomfic)

    patch(S2low, "send", sent)


def skips() -> None:
    """Leave a step out, and say that it was run."""
    go_on = carrier.go_on  # type: ignore[attr-defined]

    def skipping(app: App, day: Run, then: Then) -> tuple[Outcome, Run]:
        if app.policy.collectivite == BROKEN["saute-visa"] and day.position == "visa":
            account = Outcome(step="visa")
            return account, leave(app, day, account, then)
        found: tuple[Outcome, Run] = go_on(app, day, then)
        return found

    patch(carrier, "go_on", skipping)


def forgets_what_follows() -> None:
    """Put no next step in the queue, and do not look for days that stand still."""
    following, due = Carrier._following, carrier.due  # type: ignore[attr-defined]

    def forgetting(self: Carrier, app: App) -> Then:
        return nothing if app.policy.collectivite == BROKEN["n-enchaine-pas"] else following(self, app)

    def only_new(runs: Mapping[str, Run], hours: Any, now: Any) -> Any:
        standing = DAY in runs and bool(runs[DAY].position)
        return () if standing else due(runs, hours, now)

    patch(Carrier, "_following", forgetting)
    patch(carrier, "due", only_new)


def tells_nobody() -> None:
    """Find nothing urgent."""
    urgent = alarm.urgent  # type: ignore[attr-defined]
    patch(alarm, "urgent", lambda app: () if app.policy.collectivite == BROKEN["n-alerte-pas"] else urgent(app))


BREAKS: Final[tuple[Callable[[], None], ...]] = (sends_again, skips, forgets_what_follows, tells_nobody)


def main() -> int:
    """Live the day, and say what the judge found in each commune."""
    with tempfile.TemporaryDirectory(prefix="cassee-") as folder, Cluster.open() as cluster:
        logs.configure()
        make_tables(cluster.url)
        for name, faults in found(Path(folder) / "syndicat", cluster).items():
            lines = [f"    {fault.kind} : {fault.sentence}" for fault in faults] or ["    rien vu"]
            sys.stdout.write("\n".join([name, *lines, "", ""]))
    return 0


def found(root: Path, cluster: Cluster) -> dict[str, list[Any]]:
    """Return the faults of each commune, by the name of its breakage."""
    syndicate = Syndicate(root=root, communes=communes(len(NAMES)))
    everybody = sirets(syndicate.communes)
    ill = syndicate.communes[NAMES.index("n-alerte-pas")]
    sick = Sickness(
        troubles={ill.technical: Trouble.DOWN},
        own={},
        failed=(ill.siret,),
        hung=(),
        failing={ill.siret: ("import",)},
        alerted=(ill.siret,),
    )
    syndicate.settle(f'postgresql = "{cluster.url}"')
    syndicate.trust_neighbours_only()
    with syndicate.neighbours():
        engine.evening(syndicate, 2)
        past.remember(syndicate, sick.failing)
        syndicate.morning()
        syndicate.configure(past.hours(everybody, sick.own))
        syndicate.weather(troubles=sick.troubles)
        with Crew.hired(syndicate.config, root / "ouvriers.log", 2, program=PROGRAM) as crew:
            course = Course(cluster=cluster, crew=crew, chance=random.Random(1), kills=0)
            others = [one for one in everybody if one != BROKEN["n-enchaine-pas"]]
            course.until(lambda: course.are_done(others))
            crew.dismiss()
        faults = (*judgement(syndicate, sick.failed), *watchman.alerted(syndicate, crew, sick))
    return sorted_out(faults, {one.name: name for one, name in zip(syndicate.communes, NAMES, strict=True)})


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(main())
    for breaks in BREAKS:
        breaks()
    dematfin()
