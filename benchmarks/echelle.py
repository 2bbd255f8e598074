"""A syndicate: what a commune costs among many, what more workers bring, what a large ledger costs.

    communes = cost of a day of one commune among 400 in one process and on one base / alone: the worse of a day on
               which nothing happens and of a day with one invoice
    ouvriers = time of the same days with 4 processes / with 1, each answer of a neighbour taking 50 ms

A day: the configuration is read, the commune wired, every step run. `communes` is told in time of the processor, that
of the database and of the processes that read documents counted; `ouvriers` in time of the clock. Plots are written to
benchmarks/out/.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Final

import pygal

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from crash.syndicat import engine, eve
from crash.syndicat.cluster import Cluster
from crash.syndicat.communes import Commune, communes
from crash.syndicat.syndicate import Syndicate, sirets, today
from crash.syndicat.trial import make_tables
from dematfin.support import logs

OUT: Final = Path(__file__).parent / "out"
SAMPLE: Final = 20
"""Days that are measured: of communes spread among the many, or of those alone, one after the other."""
LATENCY: Final = 0.05


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
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    logs.configure()
    OUT.mkdir(exist_ok=True)
    figures = {"communes": growth(options.communes), "ouvriers": sharing(options.travail, options.ouvriers)}
    if options.json:
        units = {"communes": "x one alone", "ouvriers": "x one worker"}
        rows = [{"name": name, "ratio": round(ratio, 3), "unit": units[name]} for name, ratio in figures.items()]
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
    """Return the time of the days of some communes with several processes, for that with one."""
    took = {}
    for processes in (1, 2, workers):
        with _syndicate(count, bills=1) as (syndicate, _):
            engine.evening(syndicate, 2)
            syndicate.morning()
            syndicate.weather(LATENCY)
            began = time.perf_counter()
            engine.days(syndicate, sirets(syndicate.communes), processes)
            took[processes] = time.perf_counter() - began
    _plot_workers(took)
    return took[workers] / took[1]


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


if __name__ == "__main__":
    main()
