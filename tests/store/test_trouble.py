"""A base that is spoilt, or has no room: what the agent reads, and what stops."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, make_url

import examples
import official
from dematfin.domain.invoice.invoice import Invoice
from dematfin.errors import ComeBackLater, LedgerAway
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger
from fakes.clock import FakeClock

PAGE = 4096


def several(first: int, count: int) -> list[Invoice]:
    return [examples.invoice(f"N{number}", key=f"F2026-{number:06d}") for number in range(first, first + count)]


def filled(file: Path) -> SqlLedger:
    """Return books of which the file was written whole, and closed."""
    ledger = SqlLedger(open_engine(str(file)), examples.COMMUNE, FakeClock().now)
    with ledger.transaction() as books:
        books.save(*several(1, 50))
    ledger._engine.dispose()
    return ledger


def test_a_spoilt_base_is_to_be_restored_and_stops_the_step(tmp_path: Path) -> None:
    ledger = filled(file := tmp_path / "registre.db")
    with file.open("r+b") as base:
        base.seek(4 * PAGE)
        base.write(b"\xa5" * (file.stat().st_size - 4 * PAGE))
    with pytest.raises(LedgerAway, match=r"abîmée .*restauration --remplacer"), ledger.reading() as books:
        books.find(Invoice)


@official.needs_postgres
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"password": "faux"}, "password authentication failed"),  # pragma: allowlist secret
        ({"username": "inconnu"}, "authentication failed"),
        ({"database": "nulle-part"}, 'database "nulle-part" does not exist'),
    ],
)
def test_a_server_that_lets_nobody_in_is_not_said_to_be_away(postgres: str, changed: dict[str, Any], said: str) -> None:
    address = make_url(postgres).set(**changed).render_as_string(hide_password=False)
    with pytest.raises(LedgerAway, match=rf"ne nous laisse pas entrer \(.*{said}.*\[stockage\]"):
        SqlLedger(open_engine(address), examples.COMMUNE, FakeClock().now)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ('connection failed: root certificate file "/etc/ac.pem" does not exist', "n'est pas reconnu"),
        ("connection failed: SSL error: certificate verify failed", "n'est pas reconnu"),
        ('server certificate for "base.fr" does not match host name "10.0.0.4"', "n'est pas reconnu"),
        ("FATAL:  authentification par mot de passe échouée pour l'utilisateur « dematfin »", "ne nous laisse pas"),
        ("FATAL:  la base de données « ville » n'existe pas", "ne nous laisse pas"),
        ('FATAL:  database "ville" is not currently accepting connections', "ne nous laisse pas"),
        ("FATAL:  trop de connexions pour le rôle « dematfin »", "max_connections"),
        ("FATAL:  le système de bases de données se lance", "ne répond pas"),
    ],
)
def test_what_keeps_us_out_is_called_by_its_name(tmp_path: Path, words: str, said: str) -> None:
    """Words of libpq, and of servers in French or English: they refuse a connection, and there is no code yet."""
    engine = open_engine(f"postgresql+psycopg://dematfin@/ville?host={tmp_path}")

    def refusing(*_: object) -> None:
        raise psycopg.OperationalError(words)

    event.listen(engine, "do_connect", refusing)
    with pytest.raises(ComeBackLater, match=said), engine.connect():
        pass


@official.needs_postgres
def test_a_server_that_is_stopped_is_said_to_be_away(postgres: str) -> None:
    address = make_url(postgres).set(query={"host": "/nulle/part"}).render_as_string(hide_password=False)
    with pytest.raises(LedgerAway, match="ne répond pas"):
        SqlLedger(open_engine(address), examples.COMMUNE, FakeClock().now)


def test_a_full_disk_is_said_so_and_nothing_of_what_was_under_way_stays(tmp_path: Path) -> None:
    ledger = filled(tmp_path / "registre.db")
    with pytest.raises(ComeBackLater, match="disque de la base de données est plein"), ledger.transaction() as books:
        pages = books._connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        books._connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        books.save(*several(100, 500))
    with ledger.reading() as books:
        assert len(books.find(Invoice)) == 50
