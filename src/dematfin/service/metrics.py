"""Measures in the words of Prometheus: counts, ages and states; no name, no amount, no number of an invoice."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import write_to_textfile
from prometheus_client.registry import Collector

from dematfin import __version__
from dematfin.domain.unattended.health import grade
from dematfin.domain.unattended.standing import Standing
from dematfin.service.watch import Look, Watch
from dematfin.steps.aloud import LISTENERS
from dematfin.support import calls

COLL: Final = "coll"
NEVER: Final = datetime.fromtimestamp(0, UTC)
BUCKETS: Final = (0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600)
MILLISECONDS: Final = 1000
Row = tuple[str, dict[str, str], float]
"""A measure, its labels, its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a measure says, under which labels, and how those of several collectivités make one."""

    says: str
    labels: tuple[str, ...] = (COLL,)
    together: Callable[[Iterable[float]], float] = max


MEASURES: Final = {
    "dematfin_invoices": Measure(says="Factures, par état", labels=(COLL, "state"), together=sum),
    "dematfin_due": Measure(says="Éléments qui attendent une étape", labels=(COLL, "step"), together=sum),
    "dematfin_due_oldest_seconds": Measure(says="Attente du plus ancien d'entre eux", labels=(COLL, "step")),
    "dematfin_visa_overdue": Measure(says="Visas en retard", together=sum),
    "dematfin_last_success_timestamp": Measure(
        says="Dernière fin sans échec, 0 : jamais", labels=(COLL, "step"), together=min
    ),
    "dematfin_last_begin_timestamp": Measure(says="Dernier départ", labels=(COLL, "step"), together=min),
    "dematfin_steps_aside": Measure(says="Étapes mises de côté, qui attendent quelqu'un", together=sum),
    "dematfin_cert_days_left": Measure(
        says="Jours restants d'un certificat, négatif : expiré", labels=(COLL, "name"), together=min
    ),
    "dematfin_disk_free_bytes": Measure(says="Place libre pour les documents", together=min),
    "dematfin_audit_ok": Measure(
        says="1 : la chaîne du journal était intacte à sa dernière vérification", together=min
    ),
    "dematfin_audit_timestamp": Measure(says="Dernière vérification du journal", together=min),
    "dematfin_configuration_ok": Measure(says="1 : la configuration est utilisable", together=min),
    "dematfin_base_ok": Measure(says="1 : la base répond", together=min),
    "dematfin_health": Measure(says="Santé : 0 bonne, 1 à voir, 2 en panne"),
}
"""What is told of each collectivité."""
STEP_SECONDS: Final = "dematfin_step_seconds"
REMOTE_CALLS: Final = "dematfin_remote_calls"
BUILD: Final = "dematfin_build_info"


class Measures:
    """The measures of this process, and of all that it watches."""

    def __init__(self, watch: Watch, *, by_collectivite: bool = True) -> None:
        """Begin to measure the steps that end in this process; `close` ends it."""
        self._registry = CollectorRegistry()
        self._registry.register(_Collected(watch, by_collectivite=by_collectivite))
        self._steps = Histogram(
            STEP_SECONDS,
            "Durée des étapes finies dans ce processus",
            ["step"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)
        self._news = True
        LISTENERS.append(self._heard)

    def exposition(self) -> bytes:
        """Return all of them, as Prometheus reads them."""
        return generate_latest(self._registry)

    def write(self, path: Path) -> None:
        """Write them to a file in one go, for a collector of files; raises OSError."""
        write_to_textfile(str(path), self._registry)

    def write_news(self, path: Path) -> None:
        """Write them if a step has ended since; raises OSError."""
        if self._news:
            self._news = False
            self.write(path)

    def close(self) -> None:
        """Measure no more."""
        LISTENERS.remove(self._heard)

    def _heard(self, key: str, took: int) -> None:
        self._steps.labels(key).observe(took / MILLISECONDS)
        self._news = True


class _Collected(Collector):
    """What is asked of the ledgers each time that somebody reads."""

    def __init__(self, watch: Watch, *, by_collectivite: bool) -> None:
        self._watch = watch
        self._by_collectivite = by_collectivite

    def describe(self) -> Iterator[Metric]:
        """Say nothing before it is asked: ledgers are not read to begin."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """Yield each measure."""
        values: dict[str, dict[tuple[str, ...], list[float]]] = {name: {} for name in MEASURES}
        for look in self._watch.looks():
            for name, labels, value in _rows(look):
                key = tuple(labels[one] for one in self._labels(name))
                values[name].setdefault(key, []).append(value)
        for name, found in values.items():
            family = GaugeMetricFamily(name, MEASURES[name].says, labels=self._labels(name))
            for key, several in found.items():
                family.add_metric(key, MEASURES[name].together(several))
            yield family
        yield from _of_this_process()

    def _labels(self, name: str) -> tuple[str, ...]:
        labels = MEASURES[name].labels
        return labels if self._by_collectivite else tuple(one for one in labels if one != COLL)


def _of_this_process() -> Iterator[Metric]:
    remote = CounterMetricFamily(REMOTE_CALLS, "Appels aux services distants", labels=("service", "outcome"))
    for key, count in calls.counts().items():
        remote.add_metric(key, count)
    yield remote
    build = GaugeMetricFamily(BUILD, "Version du programme", labels=("version",))
    build.add_metric((__version__,), 1)
    yield build


def _rows(look: Look) -> Iterator[Row]:
    coll = {COLL: look.siret}
    yield "dematfin_configuration_ok", coll, float(not look.vitals.misconfigured)
    yield "dematfin_health", coll, float(grade(look.troubles))
    if look.vitals.misconfigured or look.vitals.put_off:
        return
    yield "dematfin_base_ok", coll, float(look.vitals.standing is not None)
    if look.vitals.disk_free is not None:
        yield "dematfin_disk_free_bytes", coll, float(look.vitals.disk_free)
    if look.vitals.standing is not None:
        yield from _of_standing(look.vitals.standing, look.vitals.now, coll)


def _of_standing(standing: Standing, now: datetime, coll: dict[str, str]) -> Iterator[Row]:
    for state, count in standing.invoices.items():
        yield "dematfin_invoices", coll | {"state": state}, float(count)
    for step, count in standing.due.items():
        yield "dematfin_due", coll | {"step": step}, float(count)
    for step, since in standing.oldest.items():
        yield "dematfin_due_oldest_seconds", coll | {"step": step}, (now - since).total_seconds()
    yield "dematfin_visa_overdue", coll, float(standing.overdue_visas)
    yield "dematfin_steps_aside", coll, float(len(standing.aside))
    for run in standing.steps:
        yield "dematfin_last_success_timestamp", coll | {"step": run.id}, (run.done_at or NEVER).timestamp()
        yield "dematfin_last_begin_timestamp", coll | {"step": run.id}, run.began_at.timestamp()
    for name, end in standing.certificates.items():
        yield "dematfin_cert_days_left", coll | {"name": name}, float((end - now.date()).days)
    if standing.journal:
        yield "dematfin_audit_ok", coll, float(not standing.journal.failed)
        yield "dematfin_audit_timestamp", coll, standing.journal.began_at.timestamp()
