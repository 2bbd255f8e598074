"""The product, broken on purpose in each commune in another way: a judge that sees nothing there is blind.

`python -m crash.syndicat.broken` breaks it, and says what the judge found.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

from crash.broken_beside import patch
from crash.campaign.children import fork
from crash.campaign.verdict import Fault
from crash.syndicat import engine
from crash.syndicat.cluster import Cluster
from crash.syndicat.communes import communes
from crash.syndicat.syndicate import Syndicate, sirets
from crash.syndicat.trial import judgement, make_tables
from dematfin.chorus.source import ChorusPro
from dematfin.domain.unattended.run import Run
from dematfin.mail.smtp import SmtpMailer
from dematfin.ports.invoice_source import RemoteRef
from dematfin.sandbox.weather import Trouble
from dematfin.steps import progress, remind
from dematfin.steps.day import DAY, is_due
from dematfin.steps.visa import visa
from dematfin.support import logs
from dematfin.tdt.s2low import S2low


def sent_twice() -> None:
    """Deposit each flow again, as other bytes under the same name."""
    send = S2low.send

    def twice(self: S2low, flow: Path, nomfic: str) -> str:
        remote_id = send(self, flow, nomfic)
        with tempfile.TemporaryDirectory() as folder:
            again = Path(folder) / flow.name
            again.write_bytes(flow.read_bytes() + b"\n")
            send(self, again, nomfic)
        return remote_id

    patch(S2low, "send", twice)


def mailed_twice() -> None:
    """Hand each mail over again."""
    send = SmtpMailer.send

    def twice(self: SmtpMailer, mail: Any) -> None:
        send(self, mail)
        send(self, mail)

    patch(SmtpMailer, "send", twice)


def one_lost() -> None:
    """Read all but the last invoice of each list."""
    changed = ChorusPro.changed

    def shortened(self: ChorusPro, door: str, since: date, until: date) -> Iterator[RemoteRef]:
        yield from sorted(changed(self, door, since, until), key=lambda ref: ref.remote_id)[:-1]

    patch(ChorusPro, "changed", shortened)


def one_skipped() -> None:
    """Leave a step out of the day."""
    patch(progress, "is_due", lambda app, step: step is not visa and is_due(app, step))


def backwards() -> None:
    """Begin the day by its end."""
    patch(progress, "DAY", DAY[::-1])


def cut_short() -> None:
    """Die before the end of the day."""
    patch(remind, "to_tell", lambda _: os._exit(0))


def said_to_be_well() -> None:
    """Say nothing of what failed."""
    patch(Run, "told", lambda self, *_: self)


def nothing() -> None:
    """Leave the product as it is."""


BREAKAGES: Final[Mapping[str, Callable[[], None]]] = {
    "envoye-deux-fois": sent_twice,
    "courriel-deux-fois": mailed_twice,
    "facture-perdue": one_lost,
    "etape-sautee": one_skipped,
    "a-rebours": backwards,
    "coupee": cut_short,
    "tue-ses-echecs": said_to_be_well,
    "rien": nothing,
}
"""In each commune, in their order; the neighbour of the last but one is down."""


def main() -> int:
    """Break, live the day, and say what the judge found in each commune."""
    with tempfile.TemporaryDirectory(prefix="cassee-") as folder, Cluster.open() as cluster:
        logs.configure()
        make_tables(cluster.url)
        for name, faults in found(Path(folder) / "syndicat", cluster.url).items():
            lines = [f"    {fault.kind} : {fault.sentence}" for fault in faults] or ["    rien vu"]
            sys.stdout.write("\n".join([name, *lines, "", ""]))
    return 0


def found(root: Path, base: str) -> dict[str, list[Fault]]:
    """Return the faults of each commune, by the name of its breakage."""
    syndicate = Syndicate(root=root, communes=communes(len(BREAKAGES)))
    names = dict(zip(sirets(syndicate.communes), BREAKAGES, strict=True))
    quiet, _ = syndicate.communes[-2:]
    syndicate.settle(f'postgresql = "{base}"')
    syndicate.trust_neighbours_only()
    with syndicate.neighbours():
        engine.evening(syndicate, 2)
        syndicate.morning()
        syndicate.weather(troubles={quiet.box: Trouble.DOWN})
        days = [
            fork(partial(_broken_day, syndicate, siret, BREAKAGES[name]), root / f"{siret}.txt")
            for siret, name in names.items()
        ]
        for one in days:
            one.end()
        faults = judgement(syndicate, (quiet.siret,))
    return sorted_out(faults, {one.name: names[one.siret] for one in syndicate.communes})


def sorted_out(faults: Iterable[Fault], names: Mapping[str, str]) -> dict[str, list[Fault]]:
    """Return the faults by the name of a breakage; `names`: of each commune."""
    found: dict[str, list[Fault]] = {name: [] for name in names.values()}
    for fault in faults:
        whose, _, said = fault.sentence.partition(" : ")
        found[names[whose]].append(replace(fault, sentence=said))
    return found


def _broken_day(syndicate: Syndicate, siret: str, breaks: Callable[[], None]) -> None:
    breaks()
    engine.day(syndicate, siret)


if __name__ == "__main__":
    sys.exit(main())
