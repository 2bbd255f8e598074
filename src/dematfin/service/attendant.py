"""What a service keeps beside its work: measures, the addresses that a monitoring asks, the beat of its main loop."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from dematfin.config.service import ServiceSettings
from dematfin.service.metrics import Measures
from dematfin.service.status import Pulse, serve
from dematfin.service.watch import Named, Open, Watch
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
        """Write the measures to the file of `[service] metriques`, once steps have ended since they were written.

        It takes as long as the ledgers take to answer; a disk that refuses stops nothing.
        """
        if self.file is None:
            return
        try:
            self.measures.write_news(self.file)
        except OSError as error:
            log.warning("measures_not_written", file=str(self.file), reason=reason(error))


@contextmanager
def attended(named: Named, settings: ServiceSettings, open_app: Open) -> Iterator[Attendant]:
    """Answer a monitoring as long as a service works; `open_app` gives the collectivités as it has opened them.

    Raises:
        ConfigError: the address of `[service]` cannot be opened.
    """
    watch = Watch(named, open_app)
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
