"""One run: a town at the stage of a part, the part struck as the plan says, all that follows in peace, the judge."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from crash.campaign.beside import served
from crash.campaign.children import ChildFailed, fork
from crash.campaign.crossings import struck
from crash.campaign.town import copied
from crash.campaign.verdict import BROKEN, Fault
from crash.chain import certificates
from crash.chain.days import finish, work
from crash.chain.judge import Census, as_ever, judge
from crash.chain.parts import PARTS, Part
from crash.chain.place import Place, at
from crash.chain.plan import CLOCK, EXPIRED, TWO, Blow, Plan
from crash.chain.points import calm
from crash.chain.stages import mandates

AT_AN_INSTANT = "à un instant quelconque"
Within = Callable[[Place], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of a plan: where it was struck, and what is wrong."""

    plan: Plan
    struck: tuple[str, ...]
    faults: tuple[Fault, ...]


def run(
    models: Mapping[str, Place],
    root: Path,
    plan: Plan,
    expected: Census | None = None,
    within: Within = lambda _: nullcontext(),
) -> Run:
    """Play a plan; `expected`: how its part ends when nobody is struck; `within`: where its part is played."""
    part = PARTS[plan.part]
    with copied(models[part.stage], root) as town:
        place = at(town.root)
        where: list[str] = []
        try:
            faults = _played(place, part, plan, where, within)
            if expected is not None and not plan.whole:
                faults += tuple(as_ever(census_of(place), expected))
        except ChildFailed as failure:
            faults = (Fault(BROKEN, str(failure)),)
        return Run(plan=plan, struck=tuple(where), faults=(*faults, *_unforeseen(place)))


class Met(NamedTuple):
    """What a calm run of a part meets: its points, each once, and how it ends."""

    points: tuple[str, ...]
    census: Census


def met(models: Mapping[str, Place], root: Path, name: str) -> Met:
    """Play a part in peace."""
    part = PARTS[name]
    with copied(models[part.stage], root) as town:
        place = at(town.root)
        place.describe_parapheur()
        with served(place, (), mandates):  # type: ignore[arg-type]
            place.settle(part.lieu)
            fork(lambda: work(place, part, calm, place.log("passages")), place.log("erreur.txt")).end()
            fork(lambda: finish(place, part, whole=False), place.log("erreur.txt")).end()
        lines = place.log("passages").read_text(encoding="utf-8").splitlines()
        return Met(tuple(sorted(dict.fromkeys(lines))), census_of(place))


def _played(place: Place, part: Part, plan: Plan, where: list[str], within: Within) -> tuple[Fault, ...]:
    place.describe_parapheur()
    lies = [one for one in plan.lies if one.neighbour != "certificat"]
    with served(place, lies, mandates) as neighbours:  # type: ignore[arg-type]
        place.settle(part.lieu)
        if plan.fault == EXPIRED:
            certificates.expire(place, plan.lies[0].name)
        if plan.fault == TWO:
            _together(place, part, plan.blows, where)
        else:
            with within(place):
                _struck(place, part, plan, where)
        if plan.fault == EXPIRED:
            certificates.renew(place)
        neighbours.behave()
        fork(lambda: finish(place, part, whole=plan.whole, shifted=plan.stays), place.log("erreur.txt")).end()
    kept = place.log("verdict.json")
    fork(lambda: _judged(place, kept, plan), place.log("erreur.txt")).end()
    return tuple(Fault(*one) for one in json.loads(kept.read_text(encoding="utf-8")))


def census_of(place: Place) -> Census:
    """Return what a town that has ended counted of itself."""
    found: Census = json.loads(place.log("recensement.json").read_text(encoding="utf-8"))
    return found


def _struck(place: Place, part: Part, plan: Plan, where: list[str]) -> None:
    """Have one process after the other do the work, and be struck."""
    for number, blow in enumerate(plan.blows):
        log = place.log(f"passages-{number}")
        child = fork(partial(work, place, part, blow.strikes(), log, plan.jump), place.log("erreur.txt"))
        died = child.end(killed_after=blow.after)
        if name := struck(log) or next(iter(_marked(log)), "") or (died and AT_AN_INSTANT):
            where.append(name)


def _marked(log: Path) -> Sequence[str]:
    """Return the points that were struck, and that the process survived."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [line.removesuffix(" †") for line in lines if line.endswith("†")]


def _together(place: Place, part: Part, blows: Sequence[Blow], where: list[str]) -> None:
    """Have two processes do the work at once; one of them may die."""
    strikes = blows[0].strikes() if blows else calm
    logs = [place.log("passages-0"), place.log("passages-1")]
    first = fork(partial(work, place, part, strikes, logs[0]), place.log("erreur.txt"))
    second = fork(partial(work, place, part, calm, logs[1]), place.log("erreur-2.txt"))
    if first.end(killed_after=blows[0].after if blows else None):
        where.append(struck(logs[0]) or AT_AN_INSTANT)
    second.end()


def _judged(place: Place, kept: Path, plan: Plan) -> None:
    found = judge(place, whole=plan.whole, jumped=plan.fault == CLOCK)
    faults = [(one.kind, one.sentence) for one in found]
    kept.write_text(json.dumps(faults), encoding="utf-8")


def _unforeseen(place: Place) -> tuple[Fault, ...]:
    with suppress(FileNotFoundError):
        lines = place.log("imprévu").read_text(encoding="utf-8").splitlines()
        return tuple(Fault(BROKEN, line) for line in dict.fromkeys(lines))
    return ()
