"""A town hall whose books are put back to an older point, beside neighbours who remember all."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from dematfin.acts import restoration
from dematfin.acts.restoration import Return
from dematfin.domain.money import ZERO
from examples import ADMIN, AGENT, MAIRE
from fakes.hall import Hall


@dataclass
class Backup:
    """The books at one moment; documents are never put back further than that."""

    records: dict[Any, Any]
    series: dict[str, int]
    events: list[Any]
    texts: dict[str, Any]
    documents: dict[Any, Any]
    at: datetime
    fields: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, hall: Hall) -> Self:
        ledger = hall.ledger
        return cls(
            records=dict(ledger.records),
            series=dict(ledger.series),
            events=list(ledger.events),
            texts=dict(ledger.texts),
            documents=dict(hall.documents.kept),
            at=hall.clock.now(),
        )

    def put_back(self, hall: Hall, *, said: bool = True) -> None:
        """Put the books back; `said`: a person tells it."""
        ledger = hall.ledger
        ledger.records, ledger.series = dict(self.records), dict(self.series)
        ledger.events, ledger.texts = list(self.events), dict(self.texts)
        hall.documents.kept = dict(self.documents)
        if said:
            restoration.signal(hall.app, ADMIN, self.at, "panne du disque")


def where(hall: Hall) -> Return:
    """Return where the restoration stands."""
    return restoration.state(hall.app, AGENT)


def settled(hall: Hall) -> tuple[str, ...]:
    """Have the mayor say that all that was found did leave."""
    return restoration.reopen(hall.app, MAIRE, "vu avec le comptable", where(hall).total or ZERO)
