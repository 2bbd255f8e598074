"""A report is narrowed to a budget, to a service, by whoever sees every service."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dematfin.acts.figures import report
from dematfin.domain.event import Subject
from dematfin.domain.report.period import period
from dematfin.domain.report.scope import EVERYTHING, Scope
from dematfin.domain.report.table import Report, Table
from dematfin.domain.tally.happening import What
from dematfin.domain.tally.reached import Reached
from dematfin.errors import Forbidden, RoutingError
from domain.tallied import happening, last
from examples import AGENT, CCAS, COMMUNE, VISEUR
from fakes.hall import Hall

OCTOBER = period("2026-10")
SCHOOLS = Scope(service="scolaire")


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """A town that has counted all of its October."""
    hall = Hall.build(tmp_path)
    hall.clock.instant = datetime(2026, 11, 2, 8, tzinfo=UTC)
    with hall.ledger.transaction() as books:
        books.save(
            happening(What.CAME, siret=COMMUNE, service="SCOLAIRE"),
            happening(What.CAME, siret=COMMUNE, service="VOIRIE"),
            happening(What.CAME, siret=CCAS, service="VOIRIE"),
            Reached(at=hall.clock.now()),
        )
    return hall


def came(told: Report) -> int:
    """Return how many invoices the report says came in."""
    found: Table = next(one for one in told.tables if one.key == "origines")
    return int(last(found, "factures")) if found.total else 0


@pytest.mark.parametrize(
    ("scope", "count", "words"),
    [
        (EVERYTHING, 3, ""),
        (Scope(budget="ccas"), 1, "budget CCAS DE VALBRUME"),
        (Scope(budget="COMMUNE"), 2, "budget COMMUNE DE VALBRUME"),
        (Scope(service="VOIRIE"), 2, "service VOIRIE"),
        (SCHOOLS, 1, "service SCOLAIRE"),
        (Scope(budget="CCAS", service="SCOLAIRE"), 0, "budget CCAS DE VALBRUME, service SCOLAIRE"),
    ],
)
def test_a_report_says_what_it_was_narrowed_to(hall: Hall, scope: Scope, count: int, words: str) -> None:
    told = report(hall.app, AGENT, OCTOBER, scope)
    assert (came(told), told.scope, told.closed) == (count, words, True)


def test_a_budget_that_nobody_knows_is_told_with_those_that_are(hall: Hall) -> None:
    with pytest.raises(RoutingError, match=r"« EAU ».*COMMUNE, CCAS"):
        report(hall.app, AGENT, OCTOBER, Scope(budget="EAU"))


def test_a_service_that_nobody_knows_is_told_with_those_that_are(hall: Hall) -> None:
    with pytest.raises(
        RoutingError, match=r"Aucun service ne s'appelle « ST »\. Services connus : .*SCOLAIRE, VOIRIE\."
    ):
        report(hall.app, AGENT, OCTOBER, Scope(service="ST"))


def test_a_service_that_has_closed_still_has_its_past(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        books.save(happening(What.CAME, siret=COMMUNE, service="ANCIEN"))
    assert came(report(hall.app, AGENT, OCTOBER, Scope(service="ancien"))) == 1


def test_a_head_of_service_is_not_shown_even_his_own_service(hall: Hall) -> None:
    with pytest.raises(Forbidden):
        report(hall.app, VISEUR, OCTOBER, SCHOOLS)


def test_whoever_only_looks_again_writes_nothing_until_something_is_told_or_a_minute_has_passed(hall: Hall) -> None:
    report(hall.app, AGENT, OCTOBER)
    hall.clock.advance(seconds=59)
    hall.ledger.axe = hall.axe
    told, before = report(hall.app, AGENT, period("2026-11")), hall.axe.calls
    assert (told.cutoff, before) == (hall.clock.now() - timedelta(seconds=59), 0)
    hall.clock.advance(seconds=1)
    assert report(hall.app, AGENT, period("2026-11")).cutoff == hall.clock.now()
    with hall.ledger.transaction() as books:
        books.record(hall.app.event(Subject.REGISTER, "tiers", "", "importé"))
    before = hall.axe.calls
    report(hall.app, AGENT, OCTOBER)
    assert hall.axe.calls > before
