"""Two collectivités on one base and one folder of documents: each is alone, whatever happens in the other."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import stamina
from sqlalchemy import Engine, select

import examples
from config.syndicat import A, B, block, in_one_file
from contracts.ledger import event
from dematfin import wiring
from dematfin.acts import administer, consult, figures, search
from dematfin.acts.health import walk_journal
from dematfin.acts.run import day, run
from dematfin.cli.context import sit_in, system_account
from dematfin.config.several import house
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.link import Link
from dematfin.domain.parties.person import UNATTENDED, Person, Role
from dematfin.domain.report.period import period
from dematfin.errors import ComeBackLater, Forbidden, UnknownRecord
from dematfin.ports.app import App
from dematfin.steps.day import LEASES, due
from dematfin.steps.intake import intake
from dematfin.steps.tally import tally
from dematfin.steps.visa import visa
from dematfin.store.engine import open_engine
from dematfin.store.tables import METADATA
from postgres import stored_in

MARCH = period("2026-03")
EVERYBODY = frozenset({Role.ADMINISTRATEUR, Role.AGENT, Role.DIRECTEUR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """One of them, wired as commands wire it."""

    app: App
    who: Person

    def sees(self) -> dict[str, Any]:
        """Return all that its people can read of it, but its name, the hour, and the hash that holds the hour."""
        picture = consult.picture(self.app, self.who)
        report = figures.report(self.app, self.who, MARCH)
        with self.app.ledger.reading() as books:
            told = books.find_text("ramettes", 10)
        return {
            "picture": {one: getattr(picture, one) for one in picture.__slots__ if one not in {"name", "at", "head"}},
            "length": picture.head.sequence,
            "figures": report.tables,
            "found": [search.search(self.app, self.who, wanted) for wanted in WANTED],
            "told": told,
            "mandats": consult.mandats(self.app, self.who),
            "sheets": consult.sheets(self.app, self.who),
            "years": consult.budget_years(self.app, self.who),
            "gaps": consult.gaps(self.app, self.who),
            "events": [one.event.subject_id for one in self.app.ledger.history()],
            "people": [one.id for one in consult.people(self.app)],
        }


WANTED = (
    search.Criteria(words="papeterie"),
    search.Criteria(text="ramettes"),
    search.Criteria(supplier="papeterie du lac"),
    search.Criteria(since=date(2026, 1, 1)),
)


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Engine]]:
    """Return the engines that are opened meanwhile, which are closed in the end; nobody is tried twice."""
    opened: list[Engine] = []

    def opening(base: str) -> Engine:
        opened.append(open_engine(base))
        return opened[-1]

    monkeypatch.setattr(wiring, "open_engine", opening)
    stamina.set_testing(True, attempts=1)
    yield opened
    stamina.set_testing(False)
    for engine in opened:
        engine.dispose()


@pytest.fixture
def syndicate(tmp_path: Path, base: str, engines: list[Engine]) -> Path:
    """Return the configuration of two collectivités that share a base, of one engine then of the other."""
    assert engines == []
    path = in_one_file(tmp_path, block(A), block(B))
    if base.startswith("postgresql"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('base = "registre.db"', stored_in(base)), encoding="utf-8")
    return path


def town(path: Path, siret: str) -> Town:
    found = house(path, siret)
    app = wiring.build(found.settings(), found.folder, lambda _: "")
    person = Person(id="moi", name="Moi", roles=EVERYBODY)
    administer.add_person(app, None, person)
    return Town(app=app, who=person)


def lived(one: Town) -> None:
    """Have a town receive an invoice, read it, tell it in its journal, and count."""
    with one.app.ledger.transaction() as books:
        books.save(
            examples.invoice(), examples.tiers(), examples.mandat(), examples.engagement(), examples.budget_year()
        )
        books.index_text("F2026-000001", "ramettes de papier")
        books.record(event())
    run(one.app, one.who, tally)


def rows(engine: Engine, siret: str) -> dict[str, list[Any]]:
    """Return every row that is of one collectivité."""
    with engine.connect() as connection:
        return {
            name: sorted(map(repr, connection.execute(select(table).where(table.c.collectivite == siret))))
            for name, table in METADATA.tables.items()
            if "collectivite" in table.c
        }


def test_every_table_says_whose_each_row_is() -> None:
    shared = [name for name, table in METADATA.tables.items() if "collectivite" not in table.c]
    assert shared == []
    unique = [index for table in METADATA.tables.values() for index in table.indexes if index.unique]
    assert all(index.columns[0].name == "collectivite" for index in unique)


def test_what_one_holds_is_nowhere_in_what_the_other_sees(
    tmp_path: Path, syndicate: Path, engines: list[Engine]
) -> None:
    alone_in = tmp_path / "seule"
    alone_in.mkdir()
    alone = town(in_one_file(alone_in, block(B)), B).sees()
    first = town(syndicate, A)
    lived(first)
    second = town(syndicate, B)
    assert second.sees() == alone
    with second.app.ledger.reading() as books, pytest.raises(UnknownRecord):
        books.get(Invoice, "F2026-000001")
    with pytest.raises(UnknownRecord):
        consult.story(second.app, second.who, "F2026-000001")
    assert all(first.sees()[what] for what in ("found", "told", "mandats", "events"))
    kept = first.app.documents.put(b"of the first")
    assert kept.sha256 not in repr(second.sees())
    assert len(engines) == 3


def test_a_day_of_one_touches_no_row_of_the_other_and_each_journal_is_whole(
    syndicate: Path, engines: list[Engine]
) -> None:
    first, second = town(syndicate, A), town(syndicate, B)
    lived(first)
    before = rows(engines[0], A)
    lived(second)
    accounts = list(day(second.app, UNATTENDED))
    assert len(accounts) == len(due(second.app))
    assert rows(engines[0], A) == before
    assert sum(map(len, before.values())) > 8
    for one in (first, second):
        report = walk_journal(one.app, one.who)
        assert report.events and report.intact
    assert rows(engines[0], A)["invoice"] != rows(engines[0], B)["invoice"]  # the same invoice, each its own


def test_what_runs_in_one_holds_nothing_up_in_the_other(syndicate: Path) -> None:
    first, second = town(syndicate, A), town(syndicate, B)
    with first.app.ledger.lease(LEASES[visa], first.app.holder), first.app.ledger.lease(LEASES[intake], "ailleurs:1:2"):
        with pytest.raises(ComeBackLater):
            run(first.app, first.who, visa)
        assert run(second.app, second.who, visa).exit_code == 0
        with suppress(ComeBackLater):
            list(day(first.app, UNATTENDED))
        told = [one.sentence for account in day(second.app, UNATTENDED) for one in account.failures]
    assert told and not any("déjà en cours" in sentence or "Relancez quand" in sentence for sentence in told)


def test_what_a_neighbour_says_to_one_is_not_believed_of_the_other(syndicate: Path) -> None:
    first, second = town(syndicate, A), town(syndicate, B)
    list(day(first.app, UNATTENDED))  # its neighbours do not answer
    with first.app.ledger.reading() as books:
        assert books.find(Link)
    with second.app.ledger.reading() as books:
        assert not books.find(Link)


def test_a_person_of_one_is_nobody_in_the_other(syndicate: Path) -> None:
    for siret, account in ((A, system_account()), (B, "quelqu-un-d-autre")):
        found = house(syndicate, siret)
        person = Person(id="moi", name="Moi", roles=EVERYBODY, system_user=account)
        administer.add_person(wiring.build(found.settings(), found.folder, lambda _: ""), None, person)
    desk = sit_in(house(syndicate, A))
    assert desk.app.policy.collectivite == A
    with pytest.raises(Forbidden, match="n'est celui d'aucune personne connue"):
        sit_in(house(syndicate, B))
