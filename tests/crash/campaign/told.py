"""What a campaign says: a line for each run that went wrong, and a table of steps and faults in the end."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from crash.campaign.run import AT_AN_INSTANT, Run
from crash.campaign.verdict import KINDS

NO_FAULT: Final = "aucune panne"
NO_DEATH: Final = "personne n'est mort"


def of_run(done: Run) -> str:
    """Say what went wrong in a run, and how to play it again; nothing when all is well."""
    if not done.faults:
        return ""
    plan = done.plan
    faults = ", ".join(f"{one.name} x {one.times}" for one in plan.faults) or NO_FAULT
    door = "dossiers d'échange" if plan.by_folder else f"S²LOW {'avec' if plan.archivist else 'sans'} archiviste"
    more = "".join(
        (" ; agent pressé" * plan.hasty, " ; avec logiciel financier" * plan.beside, " ; agent changeant" * plan.fickle)
    )
    head = f"✗ graine {plan.seed} ({faults} ; {door}{more})"
    deaths = [f"    mort : {name}" for name in done.struck]
    return "\n".join([head, *deaths, *(f"    {one.kind} : {one.sentence}" for one in done.faults), _again(done)])


def _again(done: Run) -> str:
    named = any(death.not_in is not None for death in done.plan.deaths)
    calm = "" if done.plan.faults else "--calme "
    where = calm + " ".join(f'--a "{name}"' for name in done.struck) if named else "--tirages 1"
    return f"    rejouer : python -m crash.campagne --graine {done.plan.seed} {where}"


def table(runs: Sequence[Run]) -> str:
    """Count the runs of each fault of a neighbour and each step in which a process died, and what came of them."""
    cells = Counter((fault, step) for one in runs for step in _steps(one) for fault in _faults(one))
    faults = sorted({fault for fault, _ in cells})
    steps = sorted({step for _, step in cells})
    legend = [f"  {number:2d}  {step}" for number, step in enumerate(steps, start=1)]
    head = f"{'panne':26s}" + "".join(f"{number:4d}" for number in range(1, len(steps) + 1)) + RESULTS
    lines = [
        f"{fault:26s}" + "".join(f"{cells[fault, step] or '·':>4}" for step in steps) + _results(runs, fault)
        for fault in faults
    ]
    title = (
        "Villes, selon la panne des voisins et l'étape où un processus est mort ; à droite, ce qu'il en est advenu :"
    )
    return "\n".join([title, *legend, head, *lines, *_whole(runs)])


RESULTS: Final = "   villes  perdu  double  caché  cassé  attend, avec alerte"


def _results(runs: Sequence[Run], fault: str) -> str:
    those = [one for one in runs if fault in _faults(one)]
    kinds = Counter(found.kind for one in those for found in one.faults)
    limbo = sum(len(one.limbo) for one in those)
    return f"{len(those):9d}" + "".join(f"{kinds[kind]:7d}" for kind in KINDS) + f"{limbo:10d}"


def _whole(runs: Sequence[Run]) -> Iterator[str]:
    """Say what came of all; the last line is the summary."""
    names = {name for one in runs for name in one.struck} - {AT_AN_INSTANT}
    kinds = Counter(fault.kind for one in runs for fault in one.faults)
    folders = sum(one.plan.by_folder for one in runs)
    yield f"{folders} villes par dossiers d'échange, {len(runs) - folders} par S²LOW"
    yield f"{sum(one.plan.beside for one in runs)} villes dont un budget est mandaté par un logiciel financier"
    yield f"flux en attente d'une personne, chacun avec son alerte : {sum(len(one.limbo) for one in runs)}"
    seeds = [one.plan.seed for one in runs] or [0]
    deaths = f"{sum(len(one.struck) for one in runs)} morts, {len(names)} passages nommés frappés"
    counts = ", ".join(f"{kind} = {kinds[kind]}" for kind in KINDS)
    yield f"{len(runs)} villes, {deaths} : {counts} ; graines {min(seeds)} à {max(seeds)}"


def _steps(done: Run) -> Iterable[str]:
    return {_step(name) for name in done.struck} or {NO_DEATH}


def _step(name: str) -> str:
    """Name the step in which a crossing is: its module."""
    words = [word for word in name.split() if word.startswith(("steps.", "acts."))]
    if words:
        return ".".join(words[-1].split(".")[:2])
    return " ".join(name.split()[:2]) if name.startswith("bail") else name


def _faults(done: Run) -> Iterable[str]:
    return {one.name for one in done.plan.faults} or {NO_FAULT}
