"""An invoice is found from whatever is at hand, on the real base as on the fake, at once and never by accident."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from dematfin.acts.search import SHOWN, Criteria, Found, one, search
from dematfin.domain.invoice.content import InvoiceKind, Supplier
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.parties.person import Person, Role
from dematfin.errors import Forbidden, RuleError, UnknownRecord
from dematfin.ports.app import App
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger
from examples import AGENT, CCAS, COMMUNE, account, engagement, invoice, tiers
from fakes.hall import Hall

LECTEUR = Person(id="lectrice", name="Lise Lectrice", roles=frozenset({Role.LECTEUR}))
POSTE = Supplier(identifier_kind="1", identifier="35600000049837", name="LA POSTE", iban="FR7600000000000000000000097")
HOSTILE = Supplier(identifier_kind="1", identifier="11111111100000", name="100% BŒUFS_DU L’AUBRAC", iban="")
SMITH = Supplier(
    identifier_kind="1", identifier="22222222200000", name="Éts. Lefèvre-Smith & Cie", iban="DE89370400440532013000"
)


TEXTS = (
    "Réfection de la chaudière de l'école, facture F2026-00412",
    "timbres, réf. 26/77 bis",
    "chaudière d'occasion, LA POSTE nous la livre",
)
"""What the documents of the first three say."""


def known() -> tuple[Invoice, ...]:
    """Return five invoices that differ in all that is searched by."""
    return (
        invoice("F2026-00412", "1234.50", key="F2026-000001", issued_on=date(2026, 2, 1)),
        invoice("FA-00100", "80.00", key="F2026-000002", issued_on=date(2026, 2, 2), supplier=POSTE, engagement="BC-9"),
        invoice("FA-00107", "80.00", key="F2026-000003", issued_on=date(2026, 2, 3), supplier=HOSTILE, engagement=""),
        invoice("26/77", "12.00", key="F2026-000004", issued_on=date(2026, 2, 4), supplier=SMITH),
        invoice(
            "A1", "80.00", key="F2026-000005", issued_on=date(2026, 2, 5), siret=CCAS, kind=InvoiceKind.CREDIT_NOTE
        ),
    )


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_engine(str(tmp_path_factory.mktemp("registre") / "registre.db"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module", params=["fake", "sqlite"])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> App:
    """Return a collectivité that has these five invoices, its ledger in memory or in a real base; it is only read."""
    engine = request.getfixturevalue("engine") if request.param == "sqlite" else None
    return filled(tmp_path_factory.mktemp("mairie"), engine)


@pytest.fixture(params=["fake", "sqlite"])
def changed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[App]:
    """Return one that a test may change."""
    if request.param == "fake":
        yield filled(tmp_path, None)
        return
    engine = open_engine(str(tmp_path / "registre.db"))
    yield filled(tmp_path, engine)
    engine.dispose()


def filled(folder: Path, engine: Engine | None) -> App:
    hall = Hall.build(folder)
    app = replace(hall.app, ledger=SqlLedger(engine, COMMUNE, hall.clock.now)) if engine else hall.app
    with app.ledger.transaction() as books:
        books.save(*known(), tiers(), engagement(), account())
        for one_of_them, said in zip(known(), TEXTS, strict=False):
            books.index_text(one_of_them.id, said)
    return app


def found(app: App, **criteria: Any) -> list[str]:
    return [one.invoice.id[-1] for one in search(app, LECTEUR, Criteria(**criteria))]


@pytest.mark.parametrize(
    ("criteria", "ids"),
    [
        ({"words": "F2026-000002"}, "2"),
        ({"words": " f2026-000002 "}, "2"),
        ({"words": "91000003"}, "3"),
        ({"words": "f2026 412"}, "1"),  # the supplier's number, however it is typed
        ({"words": "FA-0010"}, ""),  # a bare word is a whole number
        ({"words": "poste"}, "23"),
        ({"words": "papeterie"}, "51"),
        ({"words": "rien de tel"}, ""),
        ({"supplier": "la poste"}, "2"),
        ({"supplier": "poste la"}, "2"),
        ({"supplier": "356 000 000"}, "2"),
        ({"supplier": "35600000000048"}, "2"),  # another site of the same firm
        ({"supplier": "ets lefevre smith"}, "4"),
        ({"supplier": "LEFÈVRE"}, "4"),
        ({"supplier": "Smith & Cie"}, "4"),
        ({"supplier": "boeufs"}, "3"),
        ({"supplier": "bœufs"}, "3"),
        ({"supplier": "l'aubrac"}, "3"),
        ({"supplier": "100%"}, "3"),
        ({"supplier": "S_D"}, "3"),
        ({"supplier": "B%S"}, ""),  # % and _ are signs like any other
        ({"supplier": "P_STE"}, ""),
        ({"supplier": "x' OR '1'='1"}, ""),
        ({"supplier": "\\A"}, ""),
        ({"number": "F2026-00412"}, "1"),
        ({"number": "2026/412"}, "1"),
        ({"number": "0412"}, "1"),
        ({"number": "fa"}, "32"),
        ({"number": "FA-00"}, "32"),  # the zeros of a number that is not finished
        ({"number": "FA-0010"}, "32"),
        ({"number": "FA-00107"}, "3"),
        ({"number": "26-77"}, "4"),
        ({"number": "F%2"}, ""),
        ({"amount": Decimal("1234.50")}, "1"),
        ({"amount": Decimal("-80")}, "532"),  # a credit note is shown as a negative amount
        ({"amount": Decimal("1234.51")}, ""),
        ({"engagement": "bc26 00077"}, "541"),
        ({"engagement": "BC9"}, "2"),
        ({"iban_end": "3276"}, "51"),
        ({"iban_end": "de89 3704 0044 0532 0130 00"}, "4"),
        ({"iban_end": "3000"}, "4"),
        ({"iban_end": "FR76"}, ""),
        ({"since": date(2026, 2, 4)}, "54"),
        ({"until": date(2026, 2, 2)}, "21"),
        ({"since": date(2026, 2, 2), "until": date(2026, 2, 3)}, "32"),
        ({"mandat": 1187}, ""),
        ({"number": "fa", "supplier": "poste"}, "2"),
        ({"number": "fa", "words": "FA-100"}, "2"),
        ({"number": "107", "words": "FA-100"}, ""),
        ({"supplier": "papeterie", "words": "lac"}, "51"),
        ({"supplier": "poste", "words": "papeterie"}, ""),
        ({"supplier": "356000000", "words": "poste", "amount": Decimal("80"), "until": date(2026, 2, 2)}, "2"),
        ({"amount": Decimal("80"), "engagement": "BC9", "iban_end": "97", "since": date(2026, 2, 2)}, "2"),
        ({"amount": Decimal("80"), "engagement": "BC9", "iban_end": "98"}, ""),
        ({"text": "chaudiere"}, "31"),
        ({"text": "ÉCOLE chaud"}, "1"),
        ({"text": "chaudiere", "supplier": "papeterie"}, "1"),
        ({"text": "chaudiere", "words": "F2026-000003"}, "3"),
        ({"text": "piscine"}, ""),
        ({"text": "chaudiere", "mandat": 9}, ""),
        ({"words": "chaudiere"}, "31"),
        ({"words": "chaudiere", "amount": Decimal(80)}, "3"),
        ({"words": "la poste"}, "23"),  # what only a text says comes last, however new
        ({"words": "26/77"}, "4"),  # parts so short are on every page
        ({"text": "26/77"}, "2"),
        ({"words": "F2026-00412"}, "1"),
    ],
)
def test_each_criterion_finds_alone_and_all_of_them_together(app: App, criteria: dict[str, Any], ids: str) -> None:
    assert "".join(found(app, **criteria)) == ids  # newest first


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        ({}, "au moins un critère"),
        ({"words": "   "}, "ne dit rien"),
        ({"supplier": "%"}, "ne dit rien"),
        ({"number": "-"}, "ne dit rien"),
        ({"number": "412", "iban_end": " "}, "ne dit rien"),
        ({"engagement": "/"}, "ne dit rien"),
        ({"text": "« * »"}, "ne dit rien"),
        ({"since": date(2026, 3, 1), "until": date(2026, 2, 1)}, "01/03/2026.*01/02/2026"),
    ],
)
def test_what_says_nothing_does_not_bring_everything(app: App, criteria: dict[str, Any], words: str) -> None:
    with pytest.raises(RuleError, match=words):
        found(app, **criteria)


def test_nobody_who_is_no_longer_here_searches(app: App) -> None:
    for act in (lambda who: search(app, who, Criteria(words="poste")), lambda who: one(app, who, "91000003")):
        with pytest.raises(Forbidden, match="Lise Lectrice ne peut pas voir les factures"):
            act(replace(LECTEUR, active=False))


def mandat_of(paid: Invoice, key: str, number: int, **changes: Any) -> Mandat:
    from domain.test_whereabouts import MANDAT  # noqa: PLC0415

    share = replace(MANDAT.shares[0], invoice_id=paid.id)
    return replace(MANDAT, id=key, number=number, reference=paid.number, shares=(share,), **changes)


def test_a_mandat_finds_what_it_pays_and_what_it_nets(changed: App) -> None:
    paid = replace(known()[0], state=InvoiceState.TO_PAY)
    note = replace(known()[4], state=InvoiceState.TO_PAY, siret=COMMUNE)
    note = replace(note, content=replace(note.content, origin_number="f2026 412"))
    cancelled = mandat_of(paid, "M2026-000001", 1187, state=MandatState.CANCELLED)
    made = mandat_of(paid, "M2026-000002", 1188, state=MandatState.PAID)
    made = replace(made, shares=(*made.shares, replace(made.shares[0], invoice_id=note.id)))
    with changed.ledger.transaction() as books:
        books.save(paid, note, cancelled, made)
    assert found(changed, mandat=1188) == ["5", "1"]
    assert found(changed, mandat=1188, words="A1") == ["5"]
    assert found(changed, mandat=1188, words="F2026-000002") == []  # both must hold
    assert found(changed, mandat=9) == []
    shown = {item.invoice.id: item for item in search(changed, AGENT, Criteria(mandat=1188))}
    assert {item.mandat.number for item in shown.values() if item.mandat} == {1188}  # the last one made
    assert {item.label for item in shown.values()} == {"payée"}


def test_no_more_than_an_eye_can_read_and_the_newest(changed: App) -> None:
    with changed.ledger.transaction() as books:
        for order in range(SHOWN + 5):
            many = invoice(f"Z-{order}", key=f"F2025-{order:06d}", issued_on=date(2025, 1, 1 + order % 28))
            books.save(replace(many, remote_id=f"Z{order}", issued_on=date(2025, 1, 1 + order % 28)))
    by_name = search(changed, AGENT, Criteria(supplier="papeterie"))
    assert len(by_name) == SHOWN
    days = [item.invoice.issued_on for item in by_name]
    assert days == sorted(days, reverse=True)
    assert by_name[0].invoice.id == "F2026-000005"
    exact = search(changed, AGENT, Criteria(amount=Decimal(120)))
    assert len(exact) == SHOWN
    assert exact[0].invoice.issued_on == date(2025, 1, 28)


@pytest.mark.parametrize("key", ["F2026-000004", "f2026-000004", "91000004", "26/77", "26 77", " 26-077 "])
def test_one_is_named_by_ours_or_theirs(app: App, key: str) -> None:
    assert one(app, LECTEUR, key).invoice.id == "F2026-000004"


@pytest.mark.parametrize("key", ["", "  ", "-", "F2026-999999", "LA POSTE"])
def test_one_that_is_not_there_is_said(app: App, key: str) -> None:
    with pytest.raises(UnknownRecord, match=f"« {re.escape(key)} »"):
        one(app, LECTEUR, key)


def test_a_number_of_two_suppliers_names_nobody(changed: App) -> None:
    with changed.ledger.transaction() as books:
        books.save(replace(known()[1], id="F2026-000009", remote_id="99", number_key=known()[3].number_key))
    with pytest.raises(RuleError, match=r"F2026-000004 \(Éts\. Lefèvre-Smith & Cie\).*F2026-000009|F2026-000009 \(LA"):
        one(changed, AGENT, "26/77")


SELECTIVE = {
    "siren": Criteria(supplier="356000000"),
    "word": Criteria(words="F2026-000002"),
    "amount": Criteria(amount=Decimal(80)),
    "engagement": Criteria(engagement="BC9"),
    "dates": Criteria(since=date(2026, 2, 1), until=date(2026, 2, 2)),
    "mandat": Criteria(mandat=1187),
}
NARROW = {
    "part of a number": Criteria(number="412"),
    "end of an account": Criteria(iban_end="3276"),
    "both": Criteria(number="100", iban_end="97", since=date(2026, 1, 1)),
}


def plans(engine: Engine, app: App, wanted: Criteria) -> list[tuple[str, str]]:
    """Return each statement of a search with the way that SQLite takes to answer it."""
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    search(app, AGENT, wanted)
    event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        return [
            (
                statement,
                " ".join(str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)),
            )
            for statement, given in asked
        ]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("wanted", SELECTIVE.values(), ids=SELECTIVE)
def test_a_selective_criterion_goes_straight_to_its_invoices(app: App, engine: Engine, wanted: Criteria) -> None:
    """Two columns of an index at least, or the bounds of one: the collectivité alone is everything."""
    asked = plans(engine, app, wanted)
    straight = [plan for statement, plan in asked if "LIKE" not in statement and "MATCH" not in statement]
    assert straight
    for plan in straight:
        assert re.search(r"USING (COVERING )?INDEX \w+ \(collectivite=\? AND \w+[=<>]", plan), plan


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("wanted", NARROW.values(), ids=NARROW)
def test_a_part_of_a_text_walks_an_index_and_not_the_invoices(app: App, engine: Engine, wanted: Criteria) -> None:
    walks = [plan for statement, plan in plans(engine, app, wanted) if "LIKE" in statement]
    assert walks
    for plan in walks:
        assert "USING COVERING INDEX ix_invoice_issued_on" in plan
        assert "TEMP B-TREE" not in plan  # newest first as they lie, so that a common name stops early


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_part_of_a_name_is_sought_among_the_names_then_goes_straight(app: App, engine: Engine) -> None:
    asked = plans(engine, app, Criteria(supplier="poste la"))
    names, invoices = (plan for statement, plan in asked if "supplier_key IN" in statement or "LIKE" in statement)
    assert names == "SEARCH supplier_name USING COVERING INDEX sqlite_autoindex_supplier_name_1 (collectivite=?)"
    straight = "ix_invoice_supplier_key_issued_on_id (collectivite=? AND supplier_key=?)"
    assert invoices.startswith(f"SEARCH invoice USING COVERING INDEX {straight}")


def test_found_says_where_it_stands(app: App) -> None:
    (item,) = search(app, AGENT, Criteria(words="91000004"))
    assert item == Found(invoice=known()[3], mandat=None, label="reçue")


def test_what_only_a_text_says_is_marked(app: App) -> None:
    marked = {item.invoice.id[-1]: item.in_text for item in search(app, AGENT, Criteria(words="la poste"))}
    assert marked == {"2": False, "3": True}
    assert not any(item.in_text for item in search(app, AGENT, Criteria(text="chaudière")))


def test_a_mandat_and_a_text_must_both_hold(changed: App) -> None:
    first, *_ = known()
    with changed.ledger.transaction() as books:
        books.save(replace(first, state=InvoiceState.TO_PAY), mandat_of(first, "M2026-000001", 1187))
    assert found(changed, mandat=1187, text="chaudière") == ["1"]
    assert found(changed, mandat=1187, text="timbres") == []
