"""What a service keeps beside its work: measures, the addresses that a monitoring asks, the beat of its main loop."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from dematfin.config.service import ServiceSettings
from dematfin.config.several import House
from dematfin.service.metrics import Measures
from dematfin.service.status import Pulse, serve
from dematfin.service.watch import Open, Watch
from dematfin.support.refusals import reason

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendant:
    """What the main loop of a service tells."""

    pulse: Pulse
    measures: Measures
    file: Path | None

    def beat(self) -> None:
        """Say that the main loop turns; at least once a minute."""
        self.pulse.beat()

    def write(self) -> None:
        """Write the measures to the file of `[service] metriques`, after a run; a disk that refuses stops nothing."""
        if self.file is None:
            return
        try:
            self.measures.write(self.file)
        except OSError as error:
            log.warning("measures_not_written", file=str(self.file), reason=reason(error))


@contextmanager
def attended(houses: Sequence[House], settings: ServiceSettings, open_app: Open | None = None) -> Iterator[Attendant]:
    """Answer a monitoring as long as a service works; `open_app` gives the collectivités that it has opened already.

    Raises:
        ConfigError: the address of `[service]` cannot be opened.
    """
    watch = Watch(houses, open_app)
    measures = Measures(watch, by_collectivite=settings.metriques_par_collectivite)
    pulse = Pulse()
    try:
        close = serve(watch, measures, pulse, settings)
        try:
            yield Attendant(pulse=pulse, measures=measures, file=settings.metriques)
        finally:
            close()
    finally:
        measures.close()
