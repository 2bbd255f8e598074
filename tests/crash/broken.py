"""The product, broken on purpose: each breakage must turn the campaign red, else its judge is blind.

`python -m crash.broken [NOM...]` breaks it in each way, hurts it there, and says what the judge found.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from crash.broken_beside import believed, given_first, imported_blindly, patch, taken_first
from crash.campaign import told
from crash.campaign.beside import CLERK, Fault
from crash.campaign.children import fork
from crash.campaign.plan import at_names
from crash.campaign.run import run
from crash.campaign.town import Town, warm
from dematfin.chorus import notice
from dematfin.chorus.notice import Notice, _request
from dematfin.chorus.wire.answers import Treated
from dematfin.chorus.wire.base import read
from dematfin.domain.figures import alerts, flow_alerts
from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.intention import Intention
from dematfin.domain.mandat.answers import Acquit
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.verdict import FlowVerdict, read_acquit
from dematfin.domain.reception import Answer, AnswerState
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.transmitter import ReturnItem
from dematfin.steps import acquits, answers, follow_up, reconcile, transmit
from dematfin.steps.attempts import arrived, sha1_of
from dematfin.support import logs
from dematfin.tdt.folder import FolderTdt
from dematfin.tdt.s2low import S2low


def result_first() -> None:
    """Deposit, and only then write that a deposit begins."""

    def deposit(app: App, flux: Flux) -> None:
        assert flux.to_deposit is not None
        with app.documents.local(flux.to_deposit) as path:
            remote_id = app.transmitter.send(path, flux.id)
            arrived(app, transmit.begin(app, flux, sha1_of(path)), remote_id)

    patch(transmit, "deposit", deposit)


def new_name() -> None:
    """Build a flow whose outcome is unknown again, under another NomFic."""

    def settle(app: App, flux: Flux, _: Any) -> None:
        with app.ledger.transaction() as books:
            books.save(replace(flux, state=FluxState.DROPPED))
            for sheet in books.find(Bordereau, id=flux.bordereaux):
                books.save(replace(sheet, flux="", sent_before=(*sheet.sent_before, flux.id)))

    patch(reconcile, "_settle", settle)


def acknowledged_first(tdt: type[S2low | FolderTdt]) -> None:
    """Tell the TdT that an answer was read, or put it away in the exchange folders, before its bytes are kept."""
    fetch: Any = tdt.fetch

    def hasty(self: S2low | FolderTdt, item: ReturnItem) -> bytes:
        data: bytes = fetch(self, item)
        self.acknowledge(item)
        return data

    patch(tdt, "fetch", hasty)


def applied_twice() -> None:
    """Forget, once an answer is applied, that it was, and apply it again."""

    def twice(app: App, answer: Any, *others: Any) -> None:
        with app.ledger.reading() as books:
            flows = books.find(Flux)
        answers.apply(app, answer, *others)
        with app.ledger.transaction() as books:
            books.save(answer, *flows)
        answers.apply(app, answer, *others)

    patch(follow_up, "apply", twice)


def told_blindly() -> None:
    """Write a status in Chorus Pro without asking first which one is there."""

    def publish(self: Notice, intention: Intention) -> str:
        door, _ = self._doors.ask(intention.remote_id, lambda one: one)
        answer = self._client.tell("factures/v1/traiter/recue", _request(intention), door)
        return read(Treated, answer).nouveauStatut

    patch(Notice, "publish", publish)


def another_number() -> None:
    """Tell suppliers a number that is not that of their mandat."""

    def request(intention: Intention) -> dict[str, Any]:
        return {**_request(intention), "numeroDPMandat": "987654"}

    patch(notice, "_request", request)


def forgotten() -> None:
    """Fail each day on a signed flow, for a reason that is foreseen, and tell nobody."""

    def deposit(_: App, flux: Flux) -> None:
        raise RuleError(flux.id)

    patch(transmit, "deposit", deposit)
    patch(flow_alerts, "_left_lying", lambda *_: "")


def nameless() -> None:
    """Alert that something is wrong, without saying of which flow."""

    def of_flows(held: Holdings, now: datetime) -> Iterator[str]:
        yield from ("Un flux attend. Voyez le portail du TdT." for _ in flow_alerts_of(held, now))

    flow_alerts_of = flow_alerts.of_flows
    patch(alerts, "of_flows", of_flows)


def unapplied() -> None:
    """Count an acquit as applied, and change nothing by it."""

    def apply_acquit(app: App, answer: Answer, *_: Any) -> tuple[str, ...]:
        with app.ledger.transaction() as books:
            books.save(replace(answer, state=AnswerState.APPLIED))
        return ()

    patch(answers, "apply_acquit", apply_acquit)


def yes_to_all() -> None:
    """Take a refused bordereau for an accepted one."""

    def deaf(acquit: Acquit) -> FlowVerdict:
        heard = read_acquit(acquit)
        return replace(heard, whole=(), accepted=heard.accepted | heard.refused.keys(), refused={})

    patch(acquits, "read_acquit", deaf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    """How the product is broken, and what is needed for it to hurt: a death, a fault of the neighbours."""

    breaks: Callable[[], None]
    dies: tuple[str, ...] = ()
    fault: str = ""
    neighbour: str = "tdt"
    by_folder: bool = False
    beside: bool = False


BREAKAGES: Final = {
    "resultat-avant": Breakage(breaks=result_first, dies=("transmitter.send * après",)),
    "nouveau-nomfic": Breakage(breaks=new_name, dies=("transmitter.send * après",)),
    "lu-avant": Breakage(breaks=partial(acknowledged_first, S2low), dies=("transmitter.fetch * après",)),
    "range-avant": Breakage(
        breaks=partial(acknowledged_first, FolderTdt), dies=("transmitter.fetch * après",), by_folder=True
    ),
    "applique-deux-fois": Breakage(breaks=applied_twice, dies=("écrire steps.follow_up* après",)),
    "applique-sans-effet": Breakage(breaks=unapplied),
    "tout-accepte": Breakage(breaks=yes_to_all, fault="bordereau_ko"),
    "mandatee-a-l-aveugle": Breakage(breaks=told_blindly, dies=("notice.publish * après",)),
    "autre-numero": Breakage(breaks=another_number),
    "oublie-signe": Breakage(breaks=forgotten),
    "pris-avant": Breakage(breaks=taken_first, dies=("écrire steps.editor_import* avant",), beside=True),
    "import-sans-garde": Breakage(breaks=imported_blindly, fault="exported_twice", neighbour=CLERK, beside=True),
    "remis-avant": Breakage(breaks=given_first, dies=("exchange.put * avant",), beside=True),
    "cru-sur-parole": Breakage(breaks=believed, fault="twice", neighbour=CLERK, beside=True),
    "alerte-sans-nom": Breakage(breaks=nameless, fault="held_13"),
}


def main(names: Sequence[str]) -> int:
    """Break in one way after the other, each in a child, and say what the judge found; 1 when it was blind once."""
    blind = 0
    logs.configure()
    with tempfile.TemporaryDirectory(prefix="cassee-") as folder:
        model = warm(Path(folder))
        for name in names or BREAKAGES:
            said = Path(folder) / f"{name}.txt"
            fork(partial(_play, model, name, said), Path(folder) / "erreur.txt").end()
            found = said.read_text(encoding="utf-8")
            blind += not found
            sys.stdout.write(f"{name}\n{found or RIEN}\n\n")
    return int(blind > 0)


RIEN: Final = "    rien vu"


def _play(model: Town, name: str, said: Path) -> None:
    one = BREAKAGES[name]
    one.breaks()
    faults = (Fault(neighbour=one.neighbour, name=one.fault, times=9),) if one.fault else ()
    plan = replace(at_names(1, one.dies), faults=faults, archivist=True, by_folder=one.by_folder, beside=one.beside)
    said.write_text(told.of_run(run(model, said.with_suffix(""), plan)), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
