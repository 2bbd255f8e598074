"""Three hundred invoices drawn at random, counted a second time in SQL and in fractions."""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import pytest

from dematfin.domain.report.at_risk import at_risk
from dematfin.domain.report.cost import cost
from dematfin.domain.report.dgp import beyond, dgp
from dematfin.domain.report.dgp_parts import by_service
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.interests import interests, provisions
from dematfin.domain.report.paid import paid
from dematfin.domain.report.period import period
from dematfin.domain.report.stages import stages
from dematfin.domain.report.stock import stock, stock_by_age
from domain.facts_by_hand import column, total
from domain.invoices_of_a_year import RATES, Year, year

ASKED: Final = ("2026-10", "2026-T3", "2026")
NOW: Final = datetime(2026, 10, 28, 15, 0, tzinfo=UTC)
"""October is not over, the third quarter is; of the year 2026 ten months are known."""
COUNTED: Final = "ttc >= 0 and not before and undone not in ('MANDAT_CANCELLED', 'PAYMENT_DENIED')"
LASTED: Final = "max(paid - start, 0)"
HANDED: Final = "min(max(mandated, start), max(paid, start))"
RUNS: Final = "ttc >= 0 and stage not in ('délai interrompu', 'renvoyée')"


@pytest.fixture(scope="module")
def drawn() -> Year:
    return year()


@pytest.fixture(params=ASKED)
def told(request: pytest.FixtureRequest, drawn: Year) -> Facts:
    return drawn.facts(period(request.param), NOW)


@pytest.fixture
def sql(told: Facts) -> Iterator[sqlite3.Connection]:
    """Write the facts in tables: days as numbers, amounts in cents."""
    base = sqlite3.connect(":memory:")
    base.execute(
        "create table paid (id, service, ttc, base, start, gross, born, mandated, paid, due, before, undone, suspended)"
    )
    base.execute("create table held (id, service, stage, ttc, start, born, due)")
    base.execute("create table took (invoice, stage, since, until, ttc)")
    undone = {one.about: str(one.what) for one in told.happenings}
    for one in told.settlements:
        dates = (one.start, one.gross_start, one.true_start, one.mandated_on, one.paid_on, one.deadline)
        row = (one.id, one.service, cents(one.ttc), cents(one.late_base), *map(date.toordinal, dates))
        late = (one.after_payment, undone.get(one.id, ""), one.suspended)
        base.execute(f"insert into paid values ({marks(13)})", (*row, *late))
    for held in told.stock:
        dates_held = (held.start, held.true_start, held.deadline)
        row_held = (held.invoice_id, held.service, held.stage.value, cents(held.ttc), *map(date.toordinal, dates_held))
        base.execute(f"insert into held values ({marks(7)})", row_held)
    for ended in (*told.ended, *told.stock):
        instants = (int(ended.since.timestamp()), int(min(ended.until, NOW.replace(year=2100)).timestamp()))
        base.execute(
            f"insert into took values ({marks(5)})",
            (ended.invoice_id, ended.stage.value, *instants, cents(ended.ttc)),
        )
    yield base
    base.close()


def marks(count: int) -> str:
    return ", ".join("?" * count)


def cents(amount: Decimal) -> int:
    return int(amount * 100)


def tenths(value: Fraction) -> Decimal:
    """Round half up, for what is positive."""
    return Decimal(int(value * 10 + Fraction(1, 2))) / 10


def asked(base: sqlite3.Connection, query: str) -> list[Any]:
    (row,) = base.execute(query)
    return list(row)


def test_there_is_something_to_count(told: Facts) -> None:
    assert len(told.settlements) >= 20
    assert len(told.stock) >= 10


def test_delays(told: Facts, sql: sqlite3.Connection) -> None:
    count, ttc, *sums = asked(
        sql,
        f"select count(*), sum(ttc), sum({LASTED}), sum({HANDED} - start),"
        f" sum(max(paid, start) - {HANDED} - min(suspended, max(paid, start) - {HANDED})),"
        f" sum(min(suspended, max(paid, start) - {HANDED})), sum(max(paid - gross, 0)), sum(max(paid - born, 0)),"
        f" sum({LASTED} * ttc) from paid where {COUNTED}",
    )
    days = [row[0] for row in sql.execute(f"select {LASTED} from paid where {COUNTED} order by 1")]
    means = [tenths(Fraction(one, count)) for one in sums[:6]]
    weighted = tenths(Fraction(sums[6], ttc))
    middle = tenths(Fraction(days[(count - 1) // 2] + days[count // 2], 2))
    ninth = next(day for day in days if 10 * sum(one <= day for one in days) >= 9 * count)
    table = dgp(told)
    assert column(table, "jours") == [means[0], weighted, middle, ninth, *means[1:]]
    assert column(table, "cumul") == [sums[0], None, None, None, *sums[1:6]]
    assert column(table, "mandats") == [count] * 9


def test_what_is_counted_and_what_is_not(told: Facts, sql: sqlite3.Connection) -> None:
    expected = asked(
        sql,
        f"select sum({COUNTED}), sum(ttc < 0), sum(ttc >= 0 and before), "
        " sum(ttc >= 0 and not before and undone = 'MANDAT_CANCELLED'),"
        " sum(ttc >= 0 and not before and undone = 'PAYMENT_DENIED')"
        " from paid",
    )
    assert column(paid(told), "mandats") == expected
    assert total(paid(told), "mandats") == sum(expected)


def test_beyond_thirty_days(told: Facts, sql: sqlite3.Connection) -> None:
    slow = asked(
        sql,
        f"select sum(paid - start > 30), sum(paid > due), sum(iif(paid > due, ttc, 0)) from paid where {COUNTED}",
    )
    table = beyond(told)
    assert [table.rows[1][1], total(table, "apres_echeance")] == slow[:2]
    assert cents(total(table, "ttc_apres_echeance")) == slow[2]


def test_services(told: Facts, sql: sqlite3.Connection) -> None:
    rows = sql.execute(
        "select iif(service = '', '(sans service)', service), count(*), sum(ttc),"
        f" sum({LASTED}), sum(paid - start > 30), sum(iif(paid - start > 30, ttc, 0))"
        f" from paid where {COUNTED} group by 1"
    )
    expected = {row[0]: (*row[1:3], tenths(Fraction(row[3], row[1])), *row[4:]) for row in rows}
    table = by_service(told)
    got = zip(*(column(table, key) for key in ("mandats", "ttc", "moyen", "hors_delai", "ttc_hors_delai")), strict=True)
    found = {
        name: (one[0], cents(one[1]), one[2], one[3], cents(one[4]))
        for name, one in zip(column(table, "service"), got, strict=True)
    }
    assert found == expected


def test_stock(told: Facts, sql: sqlite3.Connection) -> None:
    today = told.today.toordinal()
    rows = sql.execute(
        f"select stage, count(*), sum(ttc), sum({today} - start > 30) from held where ttc >= 0 group by 1"
    )
    table = stock(told)
    keys = ("factures", "ttc", "age_4")
    found = {
        row: values for row, *values in zip(column(table, "etape"), *(column(table, key) for key in keys), strict=True)
    }
    assert {name: [one[0], cents(one[1]), one[2]] for name, one in found.items()} == {
        row[0]: list(row[1:]) for row in rows
    }
    young = f"sum({today} - born <= 10), sum({today} - born between 11 and 20), sum({today} - born between 21 and 30)"
    assert column(stock_by_age(told), "factures_age_reel")[:3] == asked(sql, f"select {young} from held where ttc >= 0")


def test_at_risk(told: Facts, sql: sqlite3.Connection) -> None:
    """Between those cut-offs and five working days later comes no holiday but All Saints' Day, a Sunday."""
    today, week = told.today.toordinal(), told.today.toordinal() + 7
    near, behind = asked(sql, f"select sum(due between {today} and {week}), sum(due < {today}) from held where {RUNS}")
    assert (total(at_risk(told), "a_risque"), total(at_risk(told), "en_retard")) == (near, behind)
    named = sql.execute(
        f"select id from held where {RUNS} and due <= {week} and service = 'Voirie' order by due, id limit 5"
    )
    places = dict(zip(column(at_risk(told), "service"), column(at_risk(told), "urgentes"), strict=True))
    assert places["Voirie"] == ", ".join(row[0] for row in named)


def interest(base: int, due: int, until: int) -> int:
    """Return cents of interest, the flat sum included, as the law words it."""
    first = date.fromordinal(due + 1)
    rate = Fraction(RATES[f"{first.year}-S{(first.month + 5) // 6}"])
    owed = Fraction(base) * rate / 100 * (until - due) / 365
    return int(owed + Fraction(1, 2)) + 4000 if until > due else 0


def sums(rows: Sequence[tuple[int, int, int]]) -> Decimal:
    return Decimal(sum(interest(*row) for row in rows)) / 100


def test_interest_due(told: Facts, sql: sqlite3.Connection) -> None:
    late = sql.execute(f"select base, due, paid from paid where {COUNTED} and paid > due").fetchall()
    assert late
    assert len(interests(told).rows) == len(late)
    assert total(interests(told), "total") == sums(late)


def test_interest_to_provide_for_and_the_cost_of_a_week(told: Facts, sql: sqlite3.Connection) -> None:
    today = told.today.toordinal()
    held = sql.execute(f"select ttc, due from held where {RUNS}").fetchall()
    now, then = (sums([(ttc, due, today + later) for ttc, due in held]) for later in (0, 7))
    assert total(provisions(told), "total") == now
    assert total(cost(told), "cout") == then - now
    assert total(cost(told), "deviennent_tardives") == sum(today <= due < today + 7 for _, due in held)


def test_time_in_each_stage(told: Facts, sql: sqlite3.Connection) -> None:
    """A passage begins where no stay of the same stage ends, and ends where none begins."""
    rows = sql.execute(
        "select first.stage, count(*), sum(last.until - first.since) from took first join took last"
        " on last.invoice = first.invoice and last.stage = first.stage and last.until = ("
        "  select min(until) from took ends where ends.invoice = first.invoice and ends.stage = first.stage"
        "  and ends.until >= first.until and not exists (select 1 from took next where next.invoice = ends.invoice"
        "   and next.stage = ends.stage and next.since = ends.until))"
        " where first.ttc >= 0 and first.stage not in ('payée', 'refusée') and not exists (select 1 from took back"
        "  where back.invoice = first.invoice and back.stage = first.stage and back.until = first.since)"
        f" and last.until <= {int(told.cutoff.timestamp())} group by 1"
    )
    table = stages(told)
    found = dict(
        zip(column(table, "etape"), zip(column(table, "passages"), column(table, "moyen"), strict=True), strict=True)
    )
    assert found == {row[0]: (row[1], tenths(Fraction(row[2], row[1] * 86_400))) for row in rows}
