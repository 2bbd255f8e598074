"""From an import's id, or a number of the finance software, to what became of it; what lies too long is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.acts import consult, search, timeline
from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.labels import standing
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.meaning import IMPORT
from dematfin.errors import RuleError
from examples import AGENT
from fakes.exported import Paying, exported, payroll
from fakes.hall import Hall, flux

IMPORTED, SHEET = "E2026-000001", "COMMUNE-2026-42"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    hall = Hall.beside(tmp_path)
    hall.certified("120.00")
    (invoice,) = hall.all(Invoice)
    exported(hall, [Paying(number=1187, invoice=invoice.id), payroll(1188)])
    return hall


@pytest.mark.parametrize(
    ("typed", "subject", "key"),
    [
        (IMPORTED, Subject.EDITOR_FLOW, IMPORTED),
        ("e2026-000001", Subject.EDITOR_FLOW, IMPORTED),
        ("PAYE042", Subject.FLUX, "PAYE042"),
        ("EXPORT-DU-LOGICIEL", Subject.EDITOR_FLOW, IMPORTED),
        ("42", Subject.BORDEREAU, SHEET),
        ("1188", Subject.MANDAT, "M2026-000002"),
    ],
)
def test_each_name_of_an_import_leads_to_it(hall: Hall, typed: str, subject: Subject, key: str) -> None:
    with hall.ledger.transaction() as books:
        books.save(replace(books.get(EditorFlow, IMPORTED), nomfic="EXPORT-DU-LOGICIEL"))
    found = timeline.thread(hall.app, AGENT, typed)
    assert (found.subject, found.id) == (subject, key)
    assert [one.id for one in found.records.imports] == [IMPORTED]


def test_a_number_of_several_things_names_them(hall: Hall) -> None:
    exported(hall, [Paying(number=42)], numbers=(7,), nomfic="PAYE007")
    with pytest.raises(RuleError, match="mandat M2026-000003, bordereau COMMUNE-2026-42"):
        timeline.thread(hall.app, AGENT, "42")


def test_an_import_that_is_complete_stands_where_its_flow_stands(hall: Hall) -> None:
    found = timeline.thread(hall.app, AGENT, IMPORTED)
    assert (found.standing.now, found.standing.command) == ("construit, à signer", "dematfin bordereau signer")
    assert len(found.records.mandats) == 2


def test_one_that_waits_is_reviewed_and_told_once_it_lies(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        books.save(replace(books.get(EditorFlow, IMPORTED), state=EditorFlowState.OPEN, flux=""))
    assert timeline.thread(hall.app, AGENT, IMPORTED).standing.command == f"dematfin bordereau import {IMPORTED}"
    assert not _alerts(hall, IMPORTED)
    hall.clock.advance(days=4)
    (told,) = _alerts(hall, IMPORTED)
    assert "export.xml" in told


def test_the_invoices_of_an_import_are_found_by_it(hall: Hall) -> None:
    (found,) = search.search(hall.app, AGENT, search.Criteria(words=IMPORTED))
    assert found.mandat
    assert found.mandat.number == 1187


def test_what_was_dropped_waits_for_the_next_export(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        books.save(replace(flux(hall), state=FluxState.DROPPED), replace(books.get(Bordereau, SHEET), refused=True))
        books.save(*(replace(one, state=MandatState.PREPARED) for one in books.find(Mandat)))
    (told,) = _alerts(hall, SHEET)
    assert IMPORT in told
    for key in ("PAYE042", SHEET, "M2026-000001"):
        assert timeline.thread(hall.app, AGENT, key).standing.command == IMPORT
    assert standing(hall.all(Mandat)[0]) == "à exporter de nouveau du logiciel financier"


def test_a_certified_invoice_waits_for_the_finance_software(tmp_path: Path) -> None:
    hall = Hall.beside(tmp_path)
    hall.certified("120.00")
    (invoice,) = hall.all(Invoice)
    assert invoice.state is InvoiceState.SERVICE_FAIT
    assert timeline.thread(hall.app, AGENT, invoice.id).standing.command == IMPORT
    assert consult.story(hall.app, AGENT, invoice.id).standing.command == IMPORT


def _alerts(hall: Hall, about: str) -> list[str]:
    return [line for line in consult.picture(hall.app, AGENT).alerts if about in line]
