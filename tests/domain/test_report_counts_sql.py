"""Facts of 300 invoices drawn at random, counted a second time by SQLite: two ways of counting that share no line."""

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

import pytest

from dematfin.domain.invoice.invoice import Origin
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.period import period
from dematfin.domain.tally.happening import Happening, What
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stage import Stage
from dematfin.domain.tally.stay import Stay
from domain.tallied import TOWN, WATER, facts, happening, rows, settlement, stay

DECEMBER: Final = period("2026-12")
FIRMS: Final = {f"{rank:09d}": f"Firme {rank:02d}" for rank in range(8)}
NOTES: Final = frozenset({What.CAME, What.REFUSED, What.SENT_BACK, What.INTERRUPTED, What.DUPLICATE})
SCHEMA: Final = """
CREATE TABLE h (id, what, about, budget, service, firm, origin, amount INTEGER, ht INTEGER, n INTEGER, code, motif,
                due, done);
CREATE TABLE s (budget, service, ttc INTEGER, first INTEGER, after INTEGER);
CREATE TABLE t (service, firm, stage, ttc INTEGER, deadline);
CREATE TABLE day (on_ TEXT PRIMARY KEY, open INTEGER);
"""
AWAY: Final = "('REFUSED', 'SENT_BACK', 'INTERRUPTED')"
BY_SQL: Final = {
    "visas": """
        WITH v AS (SELECT code, CASE what WHEN 'VISA' THEN 1 ELSE -1 END AS sign, done > due AS late,
                   (SELECT count(*) FROM day WHERE open AND on_ > due AND on_ <= done) AS days
                   FROM h WHERE what IN ('VISA', 'VISA_TAKEN_BACK'))
        SELECT code, sum(sign), sum(sign * late), round(1.0 - 1.0 * sum(sign * late) / sum(sign), 4),
               round(1.0 * sum(sign * late * days) / nullif(sum(sign * late), 0), 1) FROM v GROUP BY code""",
    "visas-attendus": """
        SELECT service, count(*), sum(max(ttc, 0)), sum(ttc >= 0 AND deadline < '2027-01-01') FROM t
        WHERE stage = 'IN_VISA' GROUP BY service""",
    "rejets": f"""
        SELECT motif, sum(what = 'REFUSED'), sum(what = 'SENT_BACK'), sum(what = 'INTERRUPTED'), count(*), sum(amount),
               round(1.0 * count(*) / (SELECT count(*) FROM h WHERE what = 'CAME' AND amount >= 0), 4)
        FROM h WHERE amount >= 0 AND what IN {AWAY} GROUP BY motif""",
    "rejets-fournisseurs": f"""
        SELECT firm, sum(what = 'CAME'), sum(what <> 'CAME'), sum(amount * (what <> 'CAME')),
               round(1.0 * sum(what <> 'CAME') / sum(what = 'CAME'), 4)
        FROM h WHERE amount >= 0 AND (what = 'CAME' OR what IN {AWAY}) GROUP BY firm""",
    "rejets-comptable": """
        SELECT code, code || ' dit', sum(what = 'MANDAT_HELD'), sum(what = 'MANDAT_REJECTED'), count(*), sum(amount),
               round(1.0 * count(DISTINCT about)
                     / (SELECT count(DISTINCT about) FROM h WHERE what = 'MANDAT_SENT'), 4)
        FROM h WHERE what IN ('MANDAT_HELD', 'MANDAT_REJECTED') GROUP BY code""",
    "anomalies": """
        SELECT code, code || ' dit', count(*),
               round(1.0 * count(DISTINCT about) / (SELECT count(DISTINCT about) FROM h WHERE what = 'FLUX_SENT'), 4)
        FROM h WHERE what = 'FLUX_REFUSED' GROUP BY code""",
    "anomalies-mandats": """
        SELECT code, code || ' dit', count(*), sum(amount),
               round(1.0 * count(DISTINCT about) / (SELECT count(DISTINCT about) FROM h WHERE what = 'MANDAT_SENT'), 4)
        FROM h WHERE what = 'MANDAT_REFUSED' GROUP BY code""",
    "origines": """
        SELECT iif(origin = 'SCAN', 'papier', 'Chorus Pro'), count(*), round(1.0 * count(*) / sum(count(*)) OVER (), 4),
               sum(amount), round(1.0 * sum(amount) / sum(sum(amount)) OVER (), 4)
        FROM h WHERE what = 'CAME' AND amount >= 0 GROUP BY origin""",
    "papier-fournisseurs": """
        SELECT firm, sum(origin = 'SCAN'), sum(amount * (origin = 'SCAN')), count(*), round(avg(origin = 'SCAN'), 4)
        FROM h WHERE what = 'CAME' AND amount >= 0 GROUP BY firm HAVING sum(origin = 'SCAN') > 0""",
    "premier-passage": """
        SELECT service, count(*), sum(first), round(avg(first), 4), sum(ttc * first) FROM s WHERE NOT after
        GROUP BY service""",
    "doublons": """
        SELECT firm, sum(what = 'DUPLICATE'), sum(amount * (what = 'DUPLICATE')), sum(what = 'DUPLICATE_CONFIRMED'),
               sum(amount * (what = 'DUPLICATE_CONFIRMED'))
        FROM h WHERE what IN ('DUPLICATE', 'DUPLICATE_CONFIRMED') AND amount >= 0 GROUP BY firm""",
    "comptes-bancaires": """
        SELECT firm, sum(n * (what = 'ACCOUNT_ALERT')), sum(what = 'ACCOUNT_CLEARED'), sum(what = 'ACCOUNT_REFUSED'),
               sum(amount * (what = 'ACCOUNT_REFUSED'))
        FROM h WHERE what LIKE 'ACCOUNT%' GROUP BY firm""",
    "pieces": """
        SELECT code || ' dit', 'autre règle', sum(times), count(*), sum(amount)
        FROM (SELECT code, about, count(*) AS times, amount FROM h WHERE what = 'PIECE_MISSING' GROUP BY code, about)
        GROUP BY code""",
    "mandats-budgets": """
        SELECT budget, sum(n), sum(ht), sum(amount - ht), sum(amount),
               round(1.0 * sum(n) / (SELECT count(*) FROM day WHERE open AND on_ LIKE '2026-12-%'), 1)
        FROM h WHERE what = 'MANDATED' GROUP BY budget""",
    "mandats": """
        SELECT budget, substr(code, 1, 4), substr(code, 6, 3), substr(code, 10), count(*), sum(ht), sum(amount - ht),
               sum(amount) FROM h WHERE what = 'MANDATED' GROUP BY budget, code""",
    "mandats-services": """
        SELECT service, sum(n), round(1.0 * sum(n) / (SELECT count(*) FROM day WHERE open AND on_ LIKE '2026-12-%'), 1),
               sum(amount) FROM h WHERE what = 'MANDATED' GROUP BY service""",
    "annulations": """
        SELECT budget, iif(what = 'MANDAT_REDUCED', 'annulation ou réduction', 'abandonné avant paiement'), sum(n),
               sum(amount) FROM h WHERE what = 'MANDAT_REDUCED' OR what = 'MANDAT_CANCELLED' AND code <> 'REDUCTION'
        GROUP BY budget, what""",
    "engagements": """
        SELECT service, sum(what <> 'MANDATED'), sum(amount * (what <> 'MANDATED')), sum(n * (what = 'MANDATED')),
               round(1.0 * sum(what <> 'MANDATED') / sum(n * (what = 'MANDATED')), 4)
        FROM h WHERE what IN ('MANDATED', 'WITHOUT_ENGAGEMENT') GROUP BY service""",
    "rattachements": """
        SELECT service, firm, sum(n), sum(amount) FROM h
        WHERE what = 'MANDATED' AND substr(done, 1, 4) < substr(code, 1, 4) AND substr(code, 10, 1) = '6'
        GROUP BY service, firm""",
    "a-rattacher": """
        SELECT service, firm, count(*), sum(ttc) FROM t
        WHERE ttc >= 0 AND stage IN ('SERVICE_FAIT', 'LIQUIDATED', 'REFUSED_AT_GATE', 'REJECTED')
        GROUP BY service, firm""",
}


def drawn(seed: int) -> Facts:
    """Draw 600 happenings, 300 mandats paid and 300 invoices in stock: few firms, so that no table is cut short."""
    dice = Random(seed)
    kinds = [*What, *[What.CAME] * 8, *[What.VISA] * 6, *[What.MANDATED] * 6]
    return facts(
        *(_happening(dice, dice.choice(kinds)) for _ in range(600)),
        of=DECEMBER,
        settlements=[
            settlement(f"S{rank}", **_whose(dice), first_pass=dice.random() < 0.6, after_payment=dice.random() < 0.2)
            for rank in range(300)
        ],
        stock=[_stay(dice, rank) for rank in range(300)],
    )


def _whose(dice: Random) -> dict[str, Any]:
    siren = dice.choice(list(FIRMS))
    return {
        "siret": dice.choice((TOWN, WATER)),
        "service": dice.choice(("VOIRIE", "ECOLES")),
        "supplier": FIRMS[siren],
        "supplier_siren": siren,
        "origin": dice.choice(tuple(Origin)),
    }


def _happening(dice: Random, what: What) -> Happening:
    cents = dice.randint(1, 500_000) * (-1 if what in NOTES and dice.random() < 0.1 else 1)
    code = dice.choice(("A", "B", "REDUCTION"))
    if what in NOTES:
        code = ""
    elif what is What.MANDATED:
        code = dice.choice(("2026/011/60612", "2026/011/6156", "2027/011/60612", "2026/021/2188", "2027/021/2188"))
    about = f"{what}{dice.randint(0, 12)}"
    if what is What.PIECE_MISSING:
        cents = 100 + dice.randint(0, 12)
        about = f"M{cents}"  # a mandat has one amount, whatever it lacks
    return happening(
        what,
        about,
        **_whose(dice),
        amount=Decimal(cents) / 100,
        ht=Decimal(cents // 2) / 100,
        count=dice.choice((1, 1, 0)) if what in {What.MANDATED, What.MANDAT_REDUCED, What.ACCOUNT_ALERT} else 1,
        code=code,
        motif=f"{code} dit" if what not in NOTES else dice.choice(("prix", "doublon")),
        due_on=date(2026, 11, 28) + timedelta(days=dice.randint(0, 20)),
        on=date(2026, 12, 1) + timedelta(days=dice.randint(0, 30)),
    )


def _stay(dice: Random, rank: int) -> Stay:
    late = date(2026, 12, 20) + timedelta(days=dice.randint(0, 20))
    cents = dice.randint(-2_000, 90_000)
    return stay(
        f"F{rank}", dice.choice(tuple(Stage)), **_whose(dice), ttc=Decimal(cents) / 100, deadline=late, mandat=0
    )


def cents(amount: Decimal) -> int:
    """Return an amount as SQL adds it up."""
    return int(amount * 100)


@pytest.fixture(scope="module")
def told() -> Facts:
    """The facts of December, drawn once."""
    return drawn(20261231)


@pytest.fixture(scope="module")
def database(told: Facts) -> Iterator[sqlite3.Connection]:
    """The same facts in tables of SQLite, money in cents."""
    with sqlite3.connect(":memory:") as base:
        base.executescript(SCHEMA)
        base.executemany(f"INSERT INTO h VALUES ({', '.join('?' * 14)})", [_row(one) for one in told.happenings])
        base.executemany("INSERT INTO s VALUES (?, ?, ?, ?, ?)", [_paid(one) for one in told.settlements])
        base.executemany(
            "INSERT INTO t VALUES (?, ?, ?, ?, ?)",
            [(one.service, one.supplier, one.stage.name, cents(one.ttc), str(one.deadline)) for one in told.stock],
        )
        first = date(2026, 11, 1)
        base.executemany("INSERT INTO day VALUES (?, ?)", [_day(first + timedelta(days=rank)) for rank in range(90)])
        yield base
    base.close()


def _row(one: Happening) -> tuple[Any, ...]:
    budget = "Commune" if one.siret == TOWN else "Eau"
    who = (one.id, one.what.value, one.about, budget, one.service, one.supplier, str(one.origin))
    return *who, cents(one.amount), cents(one.ht), one.count, one.code, one.motif, str(one.due_on), str(one.on)


def _paid(one: Settlement) -> tuple[Any, ...]:
    return one.siret, one.service, cents(one.ttc), one.first_pass, one.after_payment


def _day(day: date) -> tuple[str, bool]:
    """Weekends, All Saints (a Sunday), 11 November, Christmas, New Year: written by hand."""
    off = {"2026-11-01", "2026-11-11", "2026-12-25", "2027-01-01"}
    return str(day), day.weekday() < 5 and str(day) not in off


def as_sql(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row as SQL says it: amounts in cents, rates and means as floats."""
    told = [value.as_tuple().exponent if isinstance(value, Decimal) else None for value in row]
    return tuple(
        cents(value) if places == -2 else float(value) if places is not None else value
        for value, places in zip(row, told, strict=True)
    )


@pytest.mark.parametrize("key", BY_SQL)
def test_sqlite_counts_the_same(told: Facts, database: sqlite3.Connection, key: str) -> None:
    counted = sorted(as_sql(row) for row in rows(told, key)[:-1] if not str(row[0]).startswith("autres"))
    expected = sorted(tuple(row) for row in database.execute(BY_SQL[key]))
    assert len(expected) > 1
    assert len(counted) == len(expected)
    for ours, theirs in zip(counted, expected, strict=True):
        assert ours == pytest.approx(theirs, abs=0.000_01)
