"""From December to February: two exercices, one choice each, and nothing that goes on the wrong year or is lost."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import aside, mandats, reductions, visa, visa_views
from dematfin.acts import run as acts
from dematfin.acts.reductions import Wish
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.budget import BudgetYear, budget_year_id
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.money import ZERO
from dematfin.domain.registers import Credit, Imputation, credit_id
from dematfin.errors import RuleError
from dematfin.steps.exercices import Choice
from dematfin.steps.prepare import prepare
from examples import AGENT, COMMUNE, VISEUR, engagement
from fakes.hall import Hall

F2, F3, BOUGHT = "F2026-000002", "F2026-000003", "F2027-000001"
ACCOUNT = Imputation(nature="60632", fonction="211")


def credit(exercice: int, available: str) -> Credit:
    return Credit(
        id=credit_id(COMMUNE, exercice, ACCOUNT),
        siret=COMMUNE,
        exercice=exercice,
        chapter=ACCOUNT.chapitre,
        investment=False,
        available=Decimal(available),
    )


def at(hall: Hall, day: date) -> None:
    hall.clock.advance(days=(day - hall.clock.today()).days)


def certify(hall: Hall, day: date) -> None:
    for key in [one.invoice.id for one in visa_views.queue(hall.app, VISEUR)]:
        visa.approve(hall.app, VISEUR, key, visa.ServiceFait(executed_on=day))


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall on 10 January: one mandat of December sent, two services of December certified since."""
    built = Hall.build(tmp_path)
    year = BudgetYear(
        id=budget_year_id(COMMUNE, 2027), siret=COMMUNE, exercice=2027, last_mandat=0, last_bordereau=0, cumul=ZERO
    )
    with built.ledger.transaction() as books:
        books.save(credit(2026, "500.00"), credit(2027, "60.00"), year)
        books.save(engagement("INV-1", imputation=Imputation(nature="2183", fonction="020", investment=True)))
    at(built, date(2026, 12, 28))
    built.deposit("120.00")
    built.day()
    certify(built, date(2026, 12, 20))
    built.day()
    built.sign()
    built.day()
    at(built, date(2026, 12, 30))
    built.deposit("45.30", "50.00", start=2)
    built.day()
    at(built, date(2027, 1, 10))
    certify(built, date(2026, 12, 29))
    return built


def money(hall: Hall) -> dict[int, str]:
    return {one.exercice: str(one.mandated) for one in hall.all(Credit)}


def made(hall: Hall) -> list[tuple[str, int, str]]:
    return [(one.id, one.number, one.bordereau) for one in hall.all(Mandat)]


def test_each_exercice_has_its_credits_its_numbers_and_its_names(hall: Hall) -> None:
    assert made(hall) == [("M2026-000001", 1187, "COMMUNE-2026-42")]
    assert [F2 in note or F3 in note for note in prepare(hall.app).notes] == [True, True]
    acts.prepare_on(hall.app, AGENT, Choice(exercice=2026, invoices=frozenset({F2})))
    acts.prepare_on(hall.app, AGENT, Choice(exercice=2027, invoices=frozenset({F3})))
    assert made(hall)[1:] == [("M2026-000002", 1188, "COMMUNE-2026-43"), ("M2027-000001", 1, "COMMUNE-2027-1")]
    assert money(hall) == {2026: "165.30", 2027: "50.00"}
    cumuls = {sheet.id: str(sheet.cumul) for sheet in hall.all(Bordereau)}
    assert cumuls == {"COMMUNE-2026-42": "1120.00", "COMMUNE-2026-43": "1165.30", "COMMUNE-2027-1": "50.00"}
    assert ["2026DEPENSE" in one.id for one in hall.all(Piece)] == [True, True, False]
    assert len({flux.id for flux in hall.all(Flux)}) == len(hall.all(Flux)) == 3
    hall.sign()
    hall.day()
    assert {one.state for one in hall.all(Mandat)} == {MandatState.PAID}


def test_the_credits_of_the_chosen_year_decide(hall: Hall) -> None:
    outcome = acts.prepare_on(hall.app, AGENT, Choice(exercice=2027))
    assert [(F3 in failure.sentence, "60,00" in failure.sentence) for failure in outcome.failures] == [(True, False)]
    assert money(hall) == {2026: "120.00", 2027: "45.30"}
    acts.prepare_on(hall.app, AGENT, Choice(exercice=2026))
    assert money(hall) == {2026: "170.00", 2027: "45.30"}


def test_an_investment_of_december_goes_on_the_new_year_without_a_question(hall: Hall) -> None:
    hall.deposit("10.00", start=4)
    hall.day()
    with hall.ledger.transaction() as books:
        bought = books.get(Invoice, BOUGHT)
        key = next(one.id for one in books.find(type(engagement())) if one.number == "INV-1")
        books.save(replace(bought, engagement="INV-1", engagement_key=key))
    certify(hall, date(2026, 12, 30))
    prepare(hall.app)
    assert [one.exercice for one in hall.all(Mandat) if one.investment] == [2027]


def test_what_was_made_in_december_may_still_be_reduced_in_january_and_no_more_in_february(hall: Hall) -> None:
    reduced = reductions.reduce(hall.app, AGENT, "M2026-000001", Wish(motif="prix faux", amount=Decimal("20.00")))
    assert (reduced.id, reduced.exercice) == ("M2026-000002", 2026)
    at(hall, date(2027, 2, 1))
    assert any(reduced.id in note and "mandat annuler" in note for note in prepare(hall.app).notes)
    assert reductions.cancel(hall.app, AGENT, reduced.id, "exercice clos").state is MandatState.CANCELLED
    with pytest.raises(RuleError, match="773"):
        reductions.cancel(hall.app, AGENT, "M2026-000001", "trop tard")


def test_the_last_day_is_open_and_the_next_one_is_not(hall: Hall) -> None:
    at(hall, date(2027, 1, 31))
    acts.prepare_on(hall.app, AGENT, Choice(exercice=2026, invoices=frozenset({F2})))
    at(hall, date(2027, 2, 1))
    prepare(hall.app)  # nobody is asked any more: there is one exercice
    assert [one.exercice for one in hall.all(Mandat)] == [2026, 2026, 2027]


def test_a_mandat_set_aside_over_the_end_of_the_exercice_is_abandoned_and_its_invoice_goes_on(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        books.save(credit(2027, "500.00"))
    acts.prepare_on(hall.app, AGENT, Choice(exercice=2026, invoices=frozenset({F2})))
    aside.set_aside(hall.app, AGENT, "COMMUNE-2026-43", "1188", "à voir")
    at(hall, date(2027, 2, 1))
    aside.take_back(hall.app, AGENT, "M2026-000002")
    assert any("mandat annuler M2026-000002" in note for note in prepare(hall.app).notes)
    reductions.cancel(hall.app, AGENT, "M2026-000002", "exercice clos")
    assert money(hall)[2026] == "120.00"
    prepare(hall.app)
    assert [one.exercice for one in hall.all(Mandat) if F2 in one.invoice_ids] == [2026, 2027]


def test_a_mandat_rejected_late_is_given_up_when_its_exercice_is_closed(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        sent = books.get(Mandat, "M2026-000001")
        books.save(replace(sent, state=MandatState.REJECTED, paid=ZERO, burnt=(1187,)))
    at(hall, date(2027, 2, 3))
    mandats.reissue(hall.app, AGENT, sent.id)
    assert any(f"mandat annuler {sent.id}" in note for note in prepare(hall.app).notes)
    reductions.cancel(hall.app, AGENT, sent.id, "exercice clos")
    assert money(hall)[2026] == "0.00"
    assert hall.all(Invoice)[0].state is InvoiceState.TO_PAY
