"""Where a collectivité stands, in numbers: what a watchman measures, with no name and no amount in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from dematfin.domain.unattended.run import DAY, JOURNAL, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the ledger says at one moment.

    Attributes:
        invoices: how many stand in each state.
        due: how many items wait for each step, by its key; `oldest`: since when the first of them does.
        overdue_visas: visas that are late.
        runs: the last run of each step, and of the day.
        restored: age of the data of a base that was put back, as long as nothing leaves; None: all is well.
        unended: since when each elimination whose execution has begun has not ended, by its number.
        certificates: last day of each of our certificates, by what people call it.
        troubled_links: since when each neighbour that does not let us in has not.
    """

    invoices: Mapping[str, int] = field(default_factory=dict)
    due: Mapping[str, int] = field(default_factory=dict)
    oldest: Mapping[str, datetime] = field(default_factory=dict)
    overdue_visas: int = 0
    restored: datetime | None = None
    unended: Mapping[str, datetime] = field(default_factory=dict)
    runs: tuple[Run, ...] = ()
    certificates: Mapping[str, date] = field(default_factory=dict)
    troubled_links: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def steps(self) -> tuple[Run, ...]:
        """Return the runs of steps and of the day."""
        return tuple(one for one in self.runs if one.id != JOURNAL)

    @property
    def aside(self) -> tuple[Run, ...]:
        """Return the steps that wait for a person to run them again."""
        return tuple(one for one in self.steps if one.aside_since)

    @property
    def journal(self) -> Run | None:
        """Return the last verification of the journal."""
        return next((one for one in self.runs if one.id == JOURNAL), None)

    def run(self, key: str = DAY) -> Run | None:
        """Return the last run of a step, or of the day; None: it never began."""
        return next((one for one in self.steps if one.id == key), None)
