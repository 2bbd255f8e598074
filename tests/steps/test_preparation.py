"""From certified invoices to flows: no number missing, no cent lost, and what lacks something waits with its reason."""

import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dematfin.acts import administer, mandats
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.content import Content, InvoiceKind
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.budget import BudgetYear, budget_year_id
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import ZERO
from dematfin.domain.registers import engagement_id
from dematfin.steps.prepare import prepare
from examples import ADMIN, AGENT, CCAS, COMMUNE, content, engagement
from fakes.hall import Hall

OPENED = {COMMUNE: (1186, 41), CCAS: (7, 3)}
CCAS_YEAR = BudgetYear(
    id=budget_year_id(CCAS, 2026),
    siret=CCAS,
    exercice=2026,
    last_mandat=OPENED[CCAS][0],
    last_bordereau=OPENED[CCAS][1],
    cumul=Decimal("200.00"),
)
MANY = settings(max_examples=15, deadline=None)


def open_hall(folder: Path, **policy: object) -> Hall:
    """Return a town hall whose CCAS has an engagement too, its budget not opened yet."""
    hall = Hall.build(folder, **policy)
    with hall.ledger.transaction() as books:
        books.save(engagement(siret=CCAS, id=engagement_id(CCAS, "BC26-00077")))
    return hall


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return open_hall(tmp_path)


def certified(hall: Hall) -> None:
    hall.day()
    hall.certify()


def numbers(hall: Hall, kind: type[Mandat] | type[Bordereau], siret: str) -> list[int]:
    return sorted(one.number for one in hall.all(kind) if one.siret == siret)


@MANY
@given(
    days=st.lists(
        st.tuples(st.lists(st.sampled_from((COMMUNE, CCAS)), max_size=4), st.booleans(), st.booleans()), max_size=4
    ),
    limit=st.sampled_from((1, 3_000, 100_000_000)),
)
def test_whatever_is_refused_or_rejected_no_number_is_missing(
    days: list[tuple[list[str], bool, bool]], limit: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        hall = open_hall(Path(folder), flow_limit=limit)
        administer.open_budget(hall.app, ADMIN, CCAS_YEAR)
        for budgets, refuse, reject in days:
            _one_day(hall, budgets, refuse=refuse, reject=reject)
        hall.tdt.refused, hall.tdt.rejected = set(), set()
        for _ in range(2):
            _take_up(hall)
            hall.day()
            hall.sign()
            hall.day()
        _check(hall)


def _one_day(hall: Hall, budgets: Iterable[str], *, refuse: bool, reject: bool) -> None:
    for siret in budgets:
        order = len(hall.chorus.deposits) + 1
        hall.chorus.deposit(f"91{order:05d}", content(f"F-{order}", f"{order}.10", siret=siret))
    certified(hall)
    _take_up(hall)
    hall.day()
    hall.sign()
    if refuse:
        hall.tdt.refused = {one.number for one in hall.all(Bordereau)}
    if reject:
        hall.tdt.rejected = {one.number for one in hall.all(Mandat)}
    hall.day()
    hall.tdt.refused, hall.tdt.rejected = set(), set()


def _take_up(hall: Hall) -> None:
    for sheet in hall.all(Bordereau):
        if sheet.refused:
            mandats.resume(hall.app, AGENT, sheet.id)
    for one in hall.all(Mandat):
        if one.state is MandatState.REJECTED:
            mandats.reissue(hall.app, AGENT, one.id)


def _check(hall: Hall) -> None:
    invoices, made = hall.all(Invoice), hall.all(Mandat)
    assert {one.state for one in made} <= {MandatState.PAID}
    assert Counter(key for one in made for key in one.invoice_ids) == Counter(one.id for one in invoices)
    assert sum((one.amount for one in made), ZERO) == sum((one.ttc for one in invoices), ZERO)
    assert len(hall.tdt.received) == len(hall.all(Flux))
    for siret, (mandat, bordereau) in OPENED.items():
        used = numbers(hall, Mandat, siret)
        assert used == list(range(mandat + 1, mandat + 1 + len(used)))
        sheets = numbers(hall, Bordereau, siret)
        assert sheets == list(range(bordereau + 1, bordereau + 1 + len(sheets)))


def test_the_yearly_sum_goes_on_from_where_the_budget_was_opened(hall: Hall) -> None:
    hall.deposit("120.00", "45.30")
    certified(hall)
    hall.day()
    hall.deposit("10.00", start=3)
    certified(hall)
    hall.day()
    assert [(one.number, str(one.total), str(one.cumul)) for one in hall.all(Bordereau)] == [
        (42, "165.30", "1165.30"),
        (43, "10.00", "1175.30"),
    ]


def test_mandats_too_heavy_for_one_flow_go_in_several(tmp_path: Path) -> None:
    hall = open_hall(tmp_path, flow_limit=10_000)
    hall.deposit("1.00", "2.00", "3.00", "4.00", "5.00")
    certified(hall)
    hall.day()
    assert [len(one.mandats) for one in hall.all(Bordereau)] == [2, 2, 1]
    assert numbers(hall, Mandat, COMMUNE) == [1187, 1188, 1189, 1190, 1191]
    assert [str(one.cumul) for one in hall.all(Bordereau)] == ["1003.00", "1010.00", "1015.00"]
    assert len(hall.all(Flux)) == 3


def test_a_budget_that_is_not_opened_waits_and_stops_no_other(hall: Hall) -> None:
    hall.chorus.deposit("1", content("F-1", "120.00"))
    hall.chorus.deposit("2", content("F-2", "45.30", siret=CCAS))
    certified(hall)
    (failure,) = prepare(hall.app).failures
    assert "CCAS" in failure.sentence
    assert "dematfin budget ouvrir" in failure.sentence
    assert numbers(hall, Bordereau, COMMUNE) == [42]
    administer.open_budget(hall.app, ADMIN, CCAS_YEAR)
    assert prepare(hall.app).failures == ()
    assert (numbers(hall, Bordereau, CCAS), numbers(hall, Mandat, CCAS)) == ([4], [8])


def credit_note(number: str, ttc: str, of: str) -> Content:
    return content(number, ttc, kind=InvoiceKind.CREDIT_NOTE, origin_number=of)


def test_a_credit_note_is_taken_off_its_invoice(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.chorus.deposit("9100002", credit_note("AV-1", "20.00", "F-1"))
    certified(hall)
    hall.day()
    (mandat,) = hall.all(Mandat)
    assert str(mandat.amount) == "100.00"
    assert mandat.invoice_ids == ("F2026-000001", "F2026-000002")
    assert {one.state for one in hall.all(Invoice)} == {InvoiceState.TO_PAY}
    hall.sign()
    hall.day()
    assert {status for _, status, _ in hall.chorus.told[-2:]} == {"MANDATEE"}
    assert {mandat for _, status, mandat in hall.chorus.told if status == "MANDATEE"} == {"1187"}


def test_an_invoice_waits_for_its_credit_note(hall: Hall) -> None:
    hall.deposit("120.00")
    certified(hall)
    hall.chorus.deposit("9100002", credit_note("AV-1", "20.00", "F-1"))
    prepared = hall.day_of("préparation des bordereaux")
    assert any("F2026-000001" in note and "F2026-000002" in note for note in prepared.notes)
    assert hall.all(Mandat) == ()
    hall.certify()
    hall.day()
    assert [str(one.amount) for one in hall.all(Mandat)] == ["100.00"]


def test_a_credit_note_as_large_as_its_invoice_makes_no_mandat(hall: Hall) -> None:
    hall.deposit("120.00", "45.30")
    hall.chorus.deposit("9100003", credit_note("AV-1", "120.00", "F-1"))
    certified(hall)
    (failure,) = prepare(hall.app).failures
    assert "F2026-000001" in failure.sentence
    assert [one.invoice_ids for one in hall.all(Mandat)] == [("F2026-000002",)]


def test_a_credit_note_of_nothing_to_pay_is_said(hall: Hall) -> None:
    hall.chorus.deposit("1", credit_note("AV-1", "20.00", "F-0"))
    certified(hall)
    (note,) = prepare(hall.app).notes
    assert "F2026-000001" in note
    assert "F-0" in note
    assert hall.all(Mandat) == ()


def test_an_engagement_that_was_lost_meanwhile_holds_its_invoice_alone(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        books.save(engagement("BC26-00088"))
    hall.chorus.deposit("1", content("F-1", "120.00", engagement="BC26-00088"))
    hall.chorus.deposit("2", content("F-2", "45.30"))
    certified(hall)
    with hall.ledger.transaction() as books:
        books.save(engagement("BC26-00088", tiers="F99999"))
    (failure,) = prepare(hall.app).failures
    assert "F2026-000001" in failure.sentence
    assert "F99999" in failure.sentence
    assert [one.invoice_ids for one in hall.all(Mandat)] == [("F2026-000002",)]


def test_a_flow_that_breaks_a_rule_is_not_kept_and_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = open_hall(tmp_path, flow_limit=1)
    hall.deposit("1.00", "2.00")
    certified(hall)
    judged: list[Path] = []

    def first_is_wrong(flow: Path, _: frozenset[str]) -> tuple[Finding, ...]:
        judged.append(flow)
        wrong = Finding(code="PES-X", severity=Severity.BLOCKING, sentence="Le compte 60632 n'existe pas.")
        return (wrong,) if len(judged) == 1 else ()

    monkeypatch.setattr(hall.app.writer, "problems", first_is_wrong)
    (failure,) = prepare(hall.app).failures
    assert "COMMUNE-2026-42" in failure.sentence
    assert "60632" in failure.sentence
    assert [one.bordereaux for one in hall.all(Flux)] == [("COMMUNE-2026-43",)]
    monkeypatch.undo()
    assert prepare(hall.app).failures == ()
    assert [(one.number, bool(one.flux)) for one in hall.all(Bordereau)] == [(42, True), (43, True)]
    assert len({one.id for one in hall.all(Flux)}) == 2


def test_a_bordereau_is_taken_up_again_only_whole(hall: Hall) -> None:
    hall.deposit("120.00", "45.30")
    certified(hall)
    hall.day()
    hall.sign()
    hall.tdt.refused = {42}
    hall.day()
    first, second = hall.all(Mandat)
    with hall.ledger.transaction() as books:
        books.save(replace(first, state=MandatState.PREPARED))
    assert any("COMMUNE-2026-42" in note for note in prepare(hall.app).notes)
    assert len(hall.all(Flux)) == 1
    mandats.resume(hall.app, AGENT, "COMMUNE-2026-42")
    prepare(hall.app)
    again = next(one for one in hall.all(Flux) if one.replaces)
    assert again.bordereaux == ("COMMUNE-2026-42",)
    assert {one.number for one in hall.all(Mandat)} == {first.number, second.number}
