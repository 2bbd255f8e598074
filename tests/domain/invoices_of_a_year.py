"""Invoices of a year, drawn at random from a seed: their stays, the mandats paid, what happened to them.

What is drawn says nothing of what tables count: each test computes that in its own way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from dematfin.domain.invoice.invoice import Origin
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.period import Period
from dematfin.domain.tally.happening import Happening, What
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stage import ENDED, Stage
from dematfin.domain.tally.stay import STILL, Stay

PARIS: Final = ZoneInfo("Europe/Paris")
RATES: Final = {"2026-S1": Decimal("10.15"), "2026-S2": Decimal("10.15"), "2027-S1": Decimal("9.85")}
BUDGETS: Final = {"21350001700013": "Ville", "26350002500018": "CCAS"}
SERVICES: Final = ("Voirie", "Écoles", "Bâtiments", "")
SUPPLIERS: Final = tuple((f"Fournisseur {one:02d}", f"{one:09d}" if one % 5 else "") for one in range(30))
TO_THE_MAYOR: Final = (Stage.SERVICE_FAIT, Stage.LIQUIDATED, Stage.TO_SIGN, Stage.TO_SEND)
AT_THE_COMPTABLE: Final = (Stage.SENT, Stage.TAKEN_IN_CHARGE)


@dataclass(frozen=True, slots=True)
class Year:
    """All the facts of a year, whatever is asked of it later."""

    stays: tuple[Stay, ...]
    settlements: tuple[Settlement, ...]
    happenings: tuple[Happening, ...]

    def facts(self, period: Period, counted: datetime) -> Facts:
        """Return what was known of a period once the journal was counted up to an instant."""
        first, after = period.bounds(PARIS)
        cutoff = min(counted.astimezone(PARIS), after)
        return Facts(
            period=period,
            cutoff=cutoff,
            settlements=[one for one in self.settlements if first <= one.known_at < after and one.known_at <= cutoff],
            happenings=[one for one in self.happenings if first <= one.at < after and one.at <= cutoff],
            ended=[one for one in self.stays if first <= one.until < after and one.until <= cutoff],
            stock=[one for one in self.stays if one.since <= cutoff < one.until and one.stage not in ENDED],
            rates=RATES,
            budgets=BUDGETS,
        )


def year(seed: int = 9, count: int = 300) -> Year:
    """Draw the invoices of 2026."""
    drawn = Random(seed)
    lives = [_Life(drawn, f"F2026-{number:04d}") for number in range(1, count + 1)]
    return Year(
        stays=tuple(stay for life in lives for stay in life.stays),
        settlements=tuple(life.settlement for life in lives if life.settlement),
        happenings=tuple(happening for life in lives for happening in life.happenings),
    )


class _Life:
    """One invoice: what does not change of it, then its stages one after another."""

    def __init__(self, drawn: Random, name: str) -> None:
        self.drawn = drawn
        supplier, siren = drawn.choice(SUPPLIERS)
        ttc = Decimal(drawn.choice((-1, *[1] * 19)) * drawn.randint(100, 2_000_000)) / 100
        self.now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=drawn.randrange(365 * 1440))
        self.came = self.now.date()
        self.start = self.came + timedelta(days=drawn.choice((0, 0, 0, 4)))
        self.delay = drawn.choice((30, 30, 30, 20))
        self.true_start = self.came - timedelta(days=drawn.choice((0, 0, 0, 0, 25)))
        self.gross_start = self.start
        self.same: dict[str, Any] = {
            "invoice_id": name,
            "siret": drawn.choice(tuple(BUDGETS)),
            "service": drawn.choice(SERVICES),
            "supplier": supplier,
            "supplier_siren": siren,
            "number": f"N-{name}",
            "origin": drawn.choice((Origin.CHORUS, Origin.CHORUS, Origin.SCAN)),
            "ttc": ttc,
        }
        self.stays: list[Stay] = []
        self.settlement: Settlement | None = None
        self.happenings: list[Happening] = []
        self._live()

    def _live(self) -> None:
        for stage in self._before_the_mandat():
            self._stay(stage)
            if self.drawn.random() < 0.02:
                self._end(Stage.REFUSED)
                return
        for stage in TO_THE_MAYOR:
            self._stay(stage)
        mandated_on = self.now.date()
        for stage in AT_THE_COMPTABLE:
            self._stay(stage)
        self._pay(mandated_on)

    def _before_the_mandat(self) -> Iterator[Stage]:
        yield Stage.RECEIVED
        if self.drawn.random() < 0.2:
            yield Stage.TO_CORRECT
        if self.drawn.random() < 0.1:
            yield Stage.INTERRUPTED
            self.start = self.now.date()
            self.delay = 30
        yield Stage.IN_VISA
        if self.drawn.random() < 0.2:
            self.same["service"] = "Bâtiments"
            yield Stage.IN_VISA

    def _stay(self, stage: Stage) -> None:
        since, self.now = self.now, self.now + timedelta(minutes=self.drawn.randrange(1, 8 * 1440))
        self._write(stage, since, self.now)

    def _end(self, stage: Stage) -> None:
        self._write(stage, self.now, self.now)

    def _write(self, stage: Stage, since: datetime, until: datetime) -> None:
        self.stays.append(
            Stay(
                id=f"{self.same['invoice_id']}/{len(self.stays):03d}",
                stage=stage,
                since=since,
                until=until if until.year == 2026 else STILL,
                start=self.start,
                deadline=self.start + timedelta(days=self.delay),
                true_start=self.true_start,
                **self.same,
            )
        )

    def _pay(self, mandated_on: date) -> None:
        self._end(Stage.PAID)
        name = f"M-{self.same['invoice_id']}"
        retained = self.drawn.choice((0, 0, 0, 5)) * abs(self.same["ttc"]) / 100
        self.settlement = Settlement(
            id=name,
            known_at=self.now,
            gross_start=self.gross_start,
            start=self.start,
            deadline=self.start + timedelta(days=self.delay),
            days=self.delay,
            true_start=self.true_start,
            mandated_on=mandated_on,
            suspended=self.drawn.choice((0, 0, 0, 6)),
            paid_on=self.now.date() - timedelta(days=self.drawn.choice((0, 1))),
            late_base=(self.same["ttc"] - retained).quantize(Decimal("0.01")),
            first_pass=self.drawn.random() < 0.7,
            after_payment=self.drawn.random() < 0.05,
            **self.same,
        )
        if self.drawn.random() < 0.05:
            self._undo(name)

    def _undo(self, mandat: str) -> None:
        self.happenings.append(
            Happening(
                id=f"E-{mandat}",
                at=self.now + timedelta(hours=1),
                what=self.drawn.choice((What.MANDAT_CANCELLED, What.PAYMENT_DENIED, What.MANDAT_REDUCED)),
                about=mandat,
                amount=self.same["ttc"],
            )
        )
