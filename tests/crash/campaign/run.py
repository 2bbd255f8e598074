"""One run: a town lives, its processes die as the plan says, its neighbours behave in the end, and it is judged."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from crash.campaign.beside import served
from crash.campaign.children import ChildFailed, fork
from crash.campaign.clerk import Clerk
from crash.campaign.crossings import struck
from crash.campaign.judge import judge
from crash.campaign.plan import Plan
from crash.campaign.records import Ours, Theirs
from crash.campaign.town import Town, copied
from crash.campaign.verdict import BROKEN, Fault
from crash.campaign.worker import live

ROUNDS: Final = 3
"""Days that a process lives before the last fault."""
FAULTY: Final = 2
"""Days of one that nobody kills, while the neighbours still commit their faults."""
HEALTHY: Final = 40
"""Days, at most, until everything is settled once the neighbours behave."""
AT_AN_INSTANT: Final = "à un instant quelconque"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of a plan: where processes died, what was wrong, which flows wait with an alert."""

    plan: Plan
    struck: tuple[str, ...]
    faults: tuple[Fault, ...]
    limbo: tuple[str, ...]


def run(model: Town, root: Path, plan: Plan) -> Run:
    """Play a plan."""
    with copied(model, root) as town:
        return _played(town, plan)


def _played(town: Town, plan: Plan) -> Run:
    died: list[str] = []
    try:
        clerk = partial(Clerk.sits, renumbers=plan.renumbers) if plan.beside else None
        with served(town, plan.faults, clerk) as neighbours:
            if plan.hasty:
                town.hasty.touch()
            if plan.beside and plan.fickle:
                town.fickle.touch()
            town.connect(archivist=plan.archivist, by_folder=plan.by_folder, beside=plan.beside)
            died += _days(town, plan)
            if plan.faults:
                _survive(town, FAULTY)
            neighbours.behave()
            _survive(town, HEALTHY)
        verdict, limbo = _judged(town)
    except ChildFailed as failure:
        verdict, limbo = (Fault(BROKEN, str(failure)),), ()
    return Run(plan=plan, struck=tuple(died), faults=(*verdict, *_unforeseen(town)), limbo=limbo)


def _days(town: Town, plan: Plan) -> Sequence[str]:
    """Have one process after the other live and die; return where they did."""
    died: list[str] = []
    for number, death in enumerate(plan.deaths):
        fatal = death.fatal(set(died))
        child = fork(lambda n=number, f=fatal: live(town, ROUNDS, f, town.log(f"passages-{n}")), town.log("erreur.txt"))  # type: ignore[misc]
        if child.end(killed_after=death.after):
            died.append(struck(town.log(f"passages-{number}")) or AT_AN_INSTANT)
    return died


def _survive(town: Town, rounds: int) -> None:
    fork(lambda: live(town, rounds), town.log("erreur.txt")).end()


def _judged(town: Town) -> tuple[tuple[Fault, ...], tuple[str, ...]]:
    kept = town.log("verdict.json")
    fork(lambda: _judge(town, kept), town.log("erreur.txt")).end()
    said = json.loads(kept.read_text(encoding="utf-8"))
    return tuple(Fault(*one) for one in said["faults"]), tuple(said["limbo"])


def _judge(town: Town, kept: Path) -> None:
    verdict = judge(Ours.read(town), Theirs.read(town))
    faults = [(one.kind, one.sentence) for one in verdict.faults]
    kept.write_text(json.dumps({"faults": faults, "limbo": verdict.limbo}), encoding="utf-8")


def _unforeseen(town: Town) -> tuple[Fault, ...]:
    path = town.log("imprévu")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return tuple(Fault(BROKEN, line) for line in dict.fromkeys(lines))


def clean(root: Path) -> None:
    """Erase what a campaign leaves."""
    shutil.rmtree(root, ignore_errors=True)
