"""A syndicate: what a commune costs among many, what more workers bring, what a large ledger costs.

    communes = cost of a day of one commune among 400 in one process and on one base / alone: the worse of a day on
               which nothing happens and of a day with one invoice
    ouvriers = time of the same days with 4 processes `dematfin ouvrier` that serve one commune at once / with 1, each
               answer of a neighbour taking 50 ms
    transition = see echelle_transition.py

A day: the configuration is read, the commune wired, every step run. `communes` is told in time of the processor, that
of the database and of the processes that read documents counted; `ouvriers` in time of the clock. Plots are written to
benchmarks/out/.
"""

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from statistics import mean
from typing import Any, Final

import pygal

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from crash.syndicat import engine, eve, past
from crash.syndicat.cluster import Cluster
from crash.syndicat.communes import Commune, communes
from crash.syndicat.course import Course
from crash.syndicat.crew import Crew
from crash.syndicat.syndicate import Syndicate, sirets, today
from crash.syndicat.trial import make_tables
from dematfin.domain.unattended.run import DAY
from dematfin.service.queue import Queue
from dematfin.support import logs

transition: Any = import_module("echelle_transition")  # beside this file
OUT: Final = Path(__file__).parent / "out"
SAMPLE: Final = 20
"""Days that are measured: of communes spread among the many, or of those alone, one after the other."""
LATENCY: Final = 0.05
UNITS: Final = {"communes": "x one alone", "ouvriers": "x one worker", "transition": "x small base"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds of the processor that a day took, on average."""

    quiet: float
    billed: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--communes", type=int, default=400)
    parser.add_argument("--ouvriers", type=int, default=4)
    parser.add_argument("--travail", type=int, default=24, help="communes dont la journée est partagée")
    parser.add_argument("--peu", type=int, default=transition.SMALL, help="factures du petit registre")
    parser.add_argument("--beaucoup", type=int, default=transition.LARGE, help="factures du grand")
    parser.add_argument("--seulement", nargs="+", choices=UNITS, default=list(UNITS), help="chiffres voulus")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    logs.configure()
    OUT.mkdir(exist_ok=True)
    measures: dict[str, Callable[[], float]] = {
        "communes": lambda: growth(options.communes),
        "ouvriers": lambda: sharing(options.travail, options.ouvriers),
        "transition": lambda: aging(options.peu, options.beaucoup),
    }
    figures = {name: measures[name]() for name in options.seulement}
    if options.json:
        rows = [{"name": name, "ratio": round(ratio, 3), "unit": UNITS[name]} for name, ratio in figures.items()]
        print(json.dumps({"figures": rows}))
        return
    for name, ratio in figures.items():
        print(f"{name} : ratio {ratio:.2f} (plus bas est mieux)")


def growth(count: int) -> float:
    """Return what a commune costs among many, for one alone."""
    sizes = [size for size in (1, 10, 100) if size < count] + [count]
    costs = {size: cost(size) for size in sizes}
    _plot_communes(costs)
    alone, many = costs[1], costs[count]
    return max(many.quiet / alone.quiet, many.billed / alone.billed)


def cost(count: int) -> Cost:
    """Return the cost of one commune among so many."""
    with _syndicate(count, bills=0) as (syndicate, cluster):
        registers = eve.written(syndicate.root / "registres", today().year)
        engine.one_pool()
        for siret in sirets(syndicate.communes):
            eve.settle(syndicate.app(siret), registers)
        for siret in sirets(syndicate.communes):  # a first day, and what a process does once, are not counted
            engine.day(syndicate, siret)
        chosen = syndicate.communes[:: max(1, count // SAMPLE)]
        turns = range(1, 1 + max(1, SAMPLE // len(chosen)))
        quiet = [_live(syndicate, chosen, cluster) for _ in turns]
        billed = []
        for rank in turns:
            syndicate.deliver(chosen, rank)
            billed.append(_live(syndicate, chosen, cluster))
    return Cost(quiet=mean(quiet), billed=mean(billed))


def sharing(count: int, workers: int) -> float:
    """Return the time of the days of some communes with several workers, for that with one."""
    took = {number: shared(count, number) for number in (1, 2, workers)}
    _plot_workers(took)
    return took[workers] / took[1]


def shared(count: int, workers: int) -> float:
    """Return the time that workers take from when the days of some communes are asked for until the last has ended."""
    with _syndicate(count, bills=1) as (syndicate, cluster):
        everybody = sirets(syndicate.communes)
        engine.evening(syndicate, 2)
        past.remember(syndicate, ago=timedelta())  # nothing is due while the workers start
        syndicate.morning()
        syndicate.configure(past.hours(everybody, {}))
        syndicate.weather(LATENCY)
        with Crew.hired(syndicate.config, syndicate.root / "log", workers, places=1) as crew:
            course = Course(cluster=cluster, crew=crew, chance=random.Random(1), kills=0)
            course.until(lambda: course.at_work() == workers)
            began = time.perf_counter()
            past.remember(syndicate)
            Queue(cluster.url).put_now((siret, DAY) for siret in everybody)
            course.until(lambda: course.are_done(everybody))
            return time.perf_counter() - began


def aging(few: int, many: int) -> float:
    """Return what a transition costs in a large ledger, for a small one."""
    costs = dict(zip((few, many), transition.costs(few, many), strict=True))
    _plot_transition(costs)
    return float(sum(costs[many].values()) / sum(costs[few].values()))


def _live(syndicate: Syndicate, chosen: Sequence[Commune], cluster: Cluster) -> float:
    """Live the day of some communes; return the seconds of the processor that each took."""
    began = _spent(cluster)
    for siret in sirets(chosen):
        engine.day(syndicate, siret)
    return (_spent(cluster) - began) / len(chosen)


def _spent(cluster: Cluster) -> float:
    """Return the time of the processor that we, our children and the database have spent."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime + cluster.spent()


@contextmanager
def _syndicate(count: int, bills: int) -> Iterator[tuple[Syndicate, Cluster]]:
    """Lend a syndicate whose neighbours run."""
    with tempfile.TemporaryDirectory(prefix="echelle-") as folder, Cluster.open() as cluster:
        make_tables(cluster.url)
        syndicate = Syndicate(root=Path(folder) / "syndicat", communes=communes(count), bills=bills)
        syndicate.settle(f'postgresql = "{cluster.url}"')
        with syndicate.neighbours():
            yield syndicate, cluster


def _plot_communes(costs: dict[int, Cost]) -> None:
    chart = pygal.XY(
        title="Processeur d'une journée, par commune", x_title="communes", y_title="secondes", show_dots=True
    )
    chart.add("sans facture", [(size, round(one.quiet, 3)) for size, one in costs.items()])
    chart.add("une facture", [(size, round(one.billed, 3)) for size, one in costs.items()])
    chart.render_to_file(str(OUT / "communes.svg"))


def _plot_workers(took: dict[int, float]) -> None:
    chart = pygal.Bar(title="Durée des mêmes journées, voisins à 50 ms", x_title="ouvriers", y_title="secondes")
    chart.x_labels = [str(processes) for processes in took]
    chart.add("durée", [round(seconds, 2) for seconds in took.values()])
    chart.render_to_file(str(OUT / "ouvriers.svg"))


def _plot_transition(costs: dict[int, dict[str, float]]) -> None:
    chart = pygal.Bar(title="Une transition du registre", x_title="factures du registre", y_title="millisecondes")
    chart.x_labels = [f"{size:,}".replace(",", "\u202f") for size in costs]
    for name in next(iter(costs.values())):
        chart.add(name, [round(1000 * one[name], 2) for one in costs.values()])
    chart.render_to_file(str(OUT / "transition.svg"))


if __name__ == "__main__":
    main()
