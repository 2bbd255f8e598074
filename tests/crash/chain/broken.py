"""The product, broken on purpose, one way after the other: each must turn the campaign of the chain red.

`python -m crash.chain.broken [NOM...]` breaks it, strikes it there, and says what the judge found.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from crash.broken import result_first, told_blindly
from crash.broken_beside import patch
from crash.campaign.children import fork
from crash.chain.judge import Census
from crash.chain.place import Place
from crash.chain.plan import NAMED, Blow, Plan
from crash.chain.points import KILL, POWER
from crash.chain.quick import somewhere
from crash.chain.run import Met, met, run
from crash.chain.stages import lived
from crash.chain.table import Line
from dematfin.domain.exchange.hand_over import HandOverState, delivered_names
from dematfin.domain.visa.reminders import Reminder, ReminderState
from dematfin.finance.exchange import ExchangeFolders
from dematfin.ports.app import App
from dematfin.ports.exchange import Exchange
from dematfin.ports.paper_folders import Parcel
from dematfin.steps import dossier, handing, paper_intake, remind
from dematfin.steps.outcome import Tally
from dematfin.steps.receipts import receipt
from dematfin.store import documents
from dematfin.store.documents import FolderDocuments


def named_first() -> None:
    """Name a document in the ledger before it has its place: it gets it with the next one."""
    keep = FolderDocuments._keep
    left: dict[str, Path] = {}

    def late(self: FolderDocuments, files: dict[str, Path]) -> None:
        keep(self, dict(left))
        left.clear()
        for sha256, path in files.items():
            left[sha256] = path.rename(path.with_name(f"plus-tard-{sha256}"))

    def is_kept(self: FolderDocuments, sha256: str) -> bool:
        return sha256 in left or self._place(sha256).exists()

    def kept(self: FolderDocuments, ref: Any) -> Any:
        return left[ref.sha256].open("rb") if ref.sha256 in left else opened(self, ref)

    opened = FolderDocuments._kept
    patch(FolderDocuments, "_keep", late)
    patch(FolderDocuments, "_is_kept", is_kept)
    patch(FolderDocuments, "_kept", kept)


def unsynced() -> None:
    """Never ask the disk to keep a document."""
    patch(documents, "sync_file", lambda _: None)
    patch(documents, "sync_folder", lambda _: None)


def moved_first() -> None:
    """Let a scan go from its folder before its batch is written down."""
    take = paper_intake.take

    def hasty(app: App, parcel: Parcel) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(shutil.copy(parcel.path, folder))
            app.folders.done(parcel)
            return take(app, replace(parcel, path=copy))

    patch(paper_intake, "take", hasty)


def mailed_again() -> None:
    """Send again what a run that died was sending."""

    def forget(app: App, _: Tally) -> None:
        with app.ledger.transaction() as books:
            lost = books.find(Reminder, state=ReminderState.SENDING)
            books.save(*(replace(one, state=ReminderState.UNSENT) for one in lost))

    patch(remind, "_tell_interrupted", forget)


def given_twice() -> None:
    """Write down what is handed over only once it is given, under a number of its own, and look at no receipt."""

    def deliver(app: App, exchange: Exchange, kind: Any, delivery: str, things: Sequence[Any]) -> None:
        records = tuple(handing._record(app, kind, delivery, one) for one in things)
        exchange.put(kind, delivery, delivered_names(records), receipt(records))
        with app.ledger.transaction() as books:
            books.save(*(replace(one, state=HandOverState.DONE) for one in records))

    patch(ExchangeFolders, "receipts", lambda *_: ())
    for one in ("dematfin.steps.handed_invoices", "dematfin.steps.handed_answers"):
        patch(sys.modules[one], "deliver", deliver)
        patch(sys.modules[one], "next_delivery", lambda _: f"{time.time_ns() // 10**6 % 10**6:06d}")


def folder_twice() -> None:
    """Name a folder of the i-Parapheur anew each time that it is sent."""
    made = dossier.dossier

    def another(app: App, record: Any) -> Any:
        return replace(made(app, record), id=f"{record.id}-{app.clock.now():%H%M%S%f}")

    patch(sys.modules["dematfin.steps.parapheur"], "dossier", another)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    """How the product is broken, and where a process then has to die for it to hurt."""

    breaks: Callable[[], None]
    part: str
    dies: str
    how: str = KILL


BREAKAGES: Final = {
    "resultat-avant": Breakage(breaks=result_first, part="transmission", dies="* transmitter.send après"),
    "nomme-avant": Breakage(breaks=named_first, part="numérisation", dies="paper_intake.take écrire après"),
    "sans-synchro": Breakage(breaks=unsynced, part="numérisation", dies="paper_intake.take écrire après", how=POWER),
    "statut-a-l-aveugle": Breakage(breaks=told_blindly, part="contrôle", dies="* notice.publish après"),
    "scan-deplace-avant": Breakage(breaks=moved_first, part="numérisation", dies="paper_intake.* écrire avant"),
    "courriel-renvoye": Breakage(breaks=mailed_again, part="rappels", dies="* mailer.send après"),
    "remis-deux-fois": Breakage(breaks=given_twice, part="logiciel financier", dies="* exchange.put après"),
    "dossier-deux-fois": Breakage(breaks=folder_twice, part="i-Parapheur", dies="* parapheur.submit après"),
}


def all_seen(
    models: Mapping[str, Place], folder: Path, calm: Mapping[str, Met], names: Sequence[str] = ()
) -> Iterator[str]:
    """Break in one way after the other, each in a child; yield what the judge found. `calm`: how each part ends."""
    for name in names or BREAKAGES:
        said = folder / f"{name}.txt"
        expected = calm[BREAKAGES[name].part].census
        fork(partial(_play, models, said, name, expected), folder / "erreur.txt").end()
        yield f"{name}\n{said.read_text(encoding='utf-8') or '    rien vu'}\n"


def main(names: Sequence[str]) -> None:
    """Break in some ways, all of them unless they are named."""
    with somewhere() as kept:
        folder = Path(kept)
        models = lived(folder)
        parts = {BREAKAGES[name].part for name in names or BREAKAGES}
        calm = {part: met(models, folder / "calme", part) for part in parts}
        for found in all_seen(models, folder, calm, names):
            sys.stdout.write(f"{found}\n")
            sys.stdout.flush()


def _play(models: Mapping[str, Place], said: Path, name: str, expected: Census) -> None:
    one = BREAKAGES[name]
    one.breaks()
    plan = Plan(number=1, seed=1, part=one.part, fault=NAMED, blows=(Blow(how=one.how, at=one.dies),))
    said.write_text(Line.of(run(models, said.with_suffix(""), plan, expected), "").told(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
