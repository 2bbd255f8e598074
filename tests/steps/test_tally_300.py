"""Three hundred invoices lived through the ledger: each figure of a report, counted again from the days drawn."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import pytest

from dematfin.acts import figures
from dematfin.domain.report.period import period
from dematfin.domain.report.table import Table
from dematfin.steps.tally import tally
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger
from examples import AGENT, COMMUNE
from fakes.clock import PARIS
from fakes.hall import Hall
from steps.lived import Life, Paid, Town, in_order

D = Decimal
RATES: Final = {"2026-S1": D("10.15"), "2026-S2": D("10.40")}
PERIODS: Final = ("2026-03", "2026-06", "2026-T3", "2026")
OVER: Final = {"payée", "refusée"}


@dataclass
class Told:
    """One period: what was drawn of it, and what the report says."""

    lives: list[Life]
    first: datetime
    after: datetime
    tables: dict[str, Table]

    def inside(self, at: datetime) -> bool:
        return self.first <= at < self.after

    @property
    def paid(self) -> list[tuple[Life, Paid]]:
        return [(life, one) for life in self.lives for one in life.paid if self.inside(one.known_at)]

    @property
    def today(self) -> date:
        return (self.after - timedelta(hours=12)).date()

    def stock(self) -> Iterator[tuple[Life, str, Decimal]]:
        """Yield what waits at the end: the invoice, where it stands, what is left to pay."""
        for life in self.lives:
            places = [place for place, since in life.places if since < self.after]
            if places and places[-1] not in OVER and not life.credit:
                left = [owed for owed, since in life.owed if since < self.after]
                yield life, places[-1], left[-1] if left else life.ttc

    def total(self, key: str, column: str) -> Any:
        table = self.tables[key]
        assert table.total
        return table.total[[one.key for one in table.columns].index(column)]

    def row(self, key: str, named: str) -> dict[str, Any]:
        table = self.tables[key]
        (found,) = [row for row in table.rows if str(row[0]).startswith(named)]
        return dict(zip((one.key for one in table.columns), found, strict=True))


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Hall, Town]:
    """The books of a year, counted in two goes by pages."""
    folder = tmp_path_factory.mktemp("year")
    hall, town = Hall.build(folder, rates=RATES), Town(9, 300)
    ledger = SqlLedger(open_engine(str(folder / "base.sqlite")), COMMUNE, hall.clock.now)
    hall.app = replace(hall.app, ledger=ledger)
    hall.clock.instant = datetime(2027, 3, 1, tzinfo=UTC)
    with ledger.transaction() as books:
        books.save(*town.records)
        books.record(*in_order(town))
    assert not tally(hall.app, 997).failures
    return hall, town


@pytest.fixture(scope="module", params=PERIODS)
def told(lived: tuple[Hall, Town], request: pytest.FixtureRequest) -> Told:
    hall, town = lived
    asked = period(request.param)
    report = figures.report(hall.app, AGENT, asked)
    assert report.closed
    first, after = (datetime(one.year, one.month, one.day, tzinfo=PARIS) for one in (asked.first, asked.last))
    return Told(town.lives, first, after + timedelta(days=1), {one.key: one for one in report.tables})


def start(life: Life) -> date:
    return max(gross(life), life.resumed or gross(life))


def gross(life: Life) -> date:
    came = life.came.astimezone(PARIS).date()
    return max(came, life.executed or came)


def deadline(life: Life) -> date:
    """Thirty days; after an interruption, thirty new ones (the balance is never more, save before the execution)."""
    return max(gross(life) + timedelta(days=30), start(life) + timedelta(days=30))


def interest(base: Decimal, last: date, until: date) -> Decimal:
    rate = RATES["2026-S1" if (last + timedelta(days=1)).month < 7 else "2026-S2"]
    return cents(base * rate * (until - last).days / 36500)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(D("0.01"), ROUND_HALF_UP)


def tenth(value: Decimal) -> Decimal:
    return value.quantize(D("0.1"), ROUND_HALF_UP)


def waited(life: Life, one: Paid) -> int:
    return max(0, (one.paid_on - start(life)).days)


def test_the_delays_of_what_was_paid(told: Told) -> None:
    days = sorted(waited(*one) for one in told.paid)
    count, ttc = len(days), sum((one.amount for _, one in told.paid), D(0))
    assert count > 10
    middle = D(days[(count - 1) // 2] + days[count // 2]) / 2
    rows = {row[0]: row for row in told.tables["dgp"].rows}
    assert rows["Délai moyen"][1:] == (tenth(D(sum(days)) / count), sum(days), count, ttc)
    weighted = sum((one.amount * waited(life, one) for life, one in told.paid), D(0)) / ttc
    assert rows["Délai moyen pondéré par le montant"][1] == tenth(weighted)
    assert rows["Délai médian"][1] == middle
    assert told.row("dgp", "9 mandats sur 10")["jours"] == next(
        one for rank, one in enumerate(days, 1) if 10 * rank >= 9 * count
    )
    late = sum(one > 30 for one in days)
    assert told.row("hors-delai", "À plus de 30 jours")["mandats"] == late
    assert told.total("hors-delai", "apres_echeance") == sum(one.paid_on > deadline(life) for life, one in told.paid)


def test_the_parts_of_the_delay(told: Told) -> None:
    ordered = sum(max(0, (min(one.received_on, one.paid_on) - start(life)).days) for life, one in told.paid)
    whole = sum(waited(*one) for one in told.paid)
    stopped = sum(
        min(one.suspended, (max(one.paid_on, start(life)) - max(start(life), one.received_on)).days)
        for life, one in told.paid
    )
    assert told.row("dgp", "dont part de l'ordonnateur")["cumul"] == ordered
    assert told.row("dgp", "dont suspension")["cumul"] == stopped
    assert told.row("dgp", "dont part du comptable")["cumul"] == whole - ordered - stopped
    brute = sum(max(0, (one.paid_on - gross(life)).days) for life, one in told.paid)
    assert told.row("dgp", "Délai brut")["cumul"] == brute
    true = sum(max(0, (one.paid_on - life.first_came).days) for life, one in told.paid)
    assert told.row("dgp", "Âge réel")["cumul"] == true


def test_the_time_in_each_stage(told: Told) -> None:
    """What a payment in part changed before the period is where the count begins, as the table says."""
    seconds: dict[str, list[int]] = {}
    for life in told.lives:
        for (place, since), (_, until) in zip(life.places, life.places[1:], strict=False):
            if told.inside(until) and not life.credit:
                changed = [at for _, at in life.owed if since < at < told.first]
                seconds.setdefault(place, []).append(int((until - max([since, *changed])).total_seconds()))
    expected = {place: (len(some), tenth(D(sum(some)) / 86400)) for place, some in seconds.items()}
    assert {row[0]: (row[2], row[5]) for row in told.tables["etapes"].rows} == expected


def test_the_stock_and_what_is_at_risk(told: Told) -> None:
    stock = list(told.stock())
    counts = Counter(place for _, place, _ in stock)
    assert {row[0]: row[5] for row in told.tables["stock"].rows} == counts
    assert told.total("stock", "ttc") == sum((life.ttc for life, _, _ in stock), D(0))
    running = [(life, owed) for life, place, owed in stock if place != "délai interrompu"]
    late = [(life, owed) for life, owed in running if deadline(life) < told.today]
    assert told.total("a-risque", "en_retard") == len(late)
    assert told.total("a-risque", "ttc_en_retard") == sum((owed for _, owed in late), D(0))
    assert told.total("interets-provision", "interets") == sum(
        (interest(owed, deadline(life), told.today) for life, owed in late), D(0)
    )
    assert told.total("interets-provision", "indemnite") == 40 * len(late)


def test_late_interest_to_the_cent_and_forty_euros_for_each_invoice(told: Told) -> None:
    late = [(life, one) for life, one in told.paid if one.paid_on > deadline(life)]
    owed = sum((interest(one.amount, deadline(life), one.paid_on) for life, one in late), D(0))
    assert told.total("interets", "interets") == owed
    first = [
        one
        for life, one in late
        if not any(other.known_at < one.known_at and other.paid_on > deadline(life) for other in life.paid)
    ]
    assert told.total("interets", "indemnite") == 40 * len(first)


def test_what_came_what_was_refused_and_what_came_back(told: Told) -> None:
    came = [life for life in told.lives if told.inside(life.places[0][1]) and not life.credit]
    doors = {row[0]: row[1] for row in told.tables["origines"].rows}
    assert doors == Counter("papier" if life.paper else "Chorus Pro" for life in came)
    refused = [life for life in told.lives if life.refused and not life.credit and told.inside(life.places[-1][1])]
    assert told.total("rejets", "refusees") == len(refused)
    assert told.total("rejets", "interrompues") == sum(
        place == "délai interrompu" and told.inside(since) for life in told.lives for place, since in life.places
    )
    rows = {row[0]: row[1] for row in told.tables["rejets"].rows}
    by_control = [life for life in refused if life.refused == "SUM-LINES"]
    assert rows.get("montants ou TVA faux", 0) == len(by_control)
    assert told.total("rejets-comptable", "rejetes") == sum(
        map(told.inside, (at for life in told.lives for at in life.rejected))
    )
    assert told.total("anomalies-mandats", "mandats") == sum(
        map(told.inside, (at for life in told.lives for at in life.gate))
    )


def test_a_mandat_without_engagement_is_told_against_all(told: Told, lived: tuple[Hall, Town]) -> None:
    """Each mandat numbered counts once, however often it came back."""
    first: dict[str, datetime] = {}
    for one in in_order(lived[1]):
        if one.after == "IN_BORDEREAU":
            first.setdefault(one.subject_id, one.at)
    numbered = {key for key, at in first.items() if told.inside(at)}
    bare = lived[1].without_engagement & numbered
    assert bare
    assert (told.total("engagements", "sans_engagement"), told.total("engagements", "mandats")) == (
        len(bare),
        len(numbered),
    )


def test_the_first_pass(told: Told) -> None:
    straight = Counter(life.service for life, _ in told.paid if not life.halted)
    assert {row[0]: row[2] for row in told.tables["premier-passage"].rows} == {
        service: straight[service] for service in {life.service for life, _ in told.paid}
    }
