"""January: two exercices are open, an agent chooses, and the former one closes for good."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dematfin.acts import consult, holds, visa, visa_views
from dematfin.acts import run as acts
from dematfin.domain.delay.dgp import delay, resumed
from dematfin.domain.invoice.chorus import Passage, first_completion
from dematfin.domain.invoice.invoice import Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.budget import BudgetYear, budget_year_id
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.money import ZERO
from dematfin.domain.registers import Imputation
from dematfin.errors import Forbidden, RuleError
from dematfin.steps.exercices import Choice
from dematfin.steps.prepare import prepare
from examples import AGENT, COMMUNE, VISEUR, engagement, invoice, mandat
from fakes.hall import Hall

OLD, NEW = "F2026-000001", "F2026-000002"


def year(exercice: int) -> BudgetYear:
    return BudgetYear(
        id=budget_year_id(COMMUNE, exercice),
        siret=COMMUNE,
        exercice=exercice,
        last_mandat=0,
        last_bordereau=0,
        cumul=ZERO,
    )


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall on 15 January 2027: a service of December, and one of January, both certified."""
    built = Hall.build(tmp_path)
    with built.ledger.transaction() as books:
        books.save(year(2027))
    built.deposit("120.00", "45.30")
    built.day()
    days = iter((date(2026, 12, 20), date(2027, 1, 10)))
    built.clock.advance(days=(date(2027, 1, 15) - built.clock.today()).days)
    for key in [one.invoice.id for one in visa_views.queue(built.app, VISEUR)]:
        visa.approve(built.app, VISEUR, key, visa.ServiceFait(executed_on=next(days)))
    return built


def made(hall: Hall) -> dict[str, tuple[str, int]]:
    return {one.invoice_ids[0]: (one.id, one.exercice) for one in hall.all(Mandat)}


def test_the_unattended_run_leaves_the_choice_to_an_agent(hall: Hall) -> None:
    outcome = prepare(hall.app)
    assert outcome.failures == ()
    (note,) = outcome.notes
    assert note.startswith(f"Facture {OLD} : ")
    assert f"dematfin bordereau preparer --exercice 2026 --facture {OLD}" in note
    assert made(hall) == {NEW: ("M2027-000001", 2027)}


def test_what_is_chosen_goes_to_the_former_exercice_with_its_numbers(hall: Hall) -> None:
    outcome = acts.prepare_on(hall.app, AGENT, Choice(exercice=2026))
    assert [NEW in failure.sentence for failure in outcome.failures] == [True]
    assert made(hall) == {OLD: ("M2026-000001", 2026)}
    assert [(sheet.id, sheet.exercice) for sheet in hall.all(Bordereau)] == [("COMMUNE-2026-42", 2026)]
    assert ["2026DEPENSE" in piece.id for piece in hall.all(Piece)] == [True]


def test_or_to_the_new_one(hall: Hall) -> None:
    outcome = acts.prepare_on(hall.app, AGENT, Choice(exercice=2027, invoices=frozenset({OLD, "F2026-000099"})))
    assert ["F2026-000099" in note for note in outcome.notes] == [True]
    assert made(hall) == {OLD: ("M2027-000001", 2027)}


def test_nobody_is_asked_when_the_former_exercice_was_never_opened(hall: Hall) -> None:
    del hall.ledger.records[BudgetYear, budget_year_id(COMMUNE, 2026)]
    assert prepare(hall.app).notes == ()
    assert {exercice for _, exercice in made(hall).values()} == {2027}


def test_an_investment_of_december_goes_to_the_new_exercice(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        books.save(engagement(imputation=Imputation(nature="2183", fonction="020", investment=True)))
    (failure, _) = acts.prepare_on(hall.app, AGENT, Choice(exercice=2026)).failures
    assert "31/12/2026" in failure.sentence
    assert prepare(hall.app).failures == ()
    assert {exercice for _, exercice in made(hall).values()} == {2027}


def test_from_february_the_former_exercice_is_closed(hall: Hall) -> None:
    hall.clock.advance(days=17)
    with pytest.raises(RuleError, match=r"2026 est clos depuis le 31/01/2027"):
        acts.prepare_on(hall.app, AGENT, Choice(exercice=2026))
    with pytest.raises(Forbidden):
        acts.prepare_on(hall.app, VISEUR, Choice(exercice=2026))
    assert prepare(hall.app).failures == ()
    assert {exercice for _, exercice in made(hall).values()} == {2027}


def test_a_mandat_that_waited_too_long_is_not_numbered_on_a_closed_exercice(hall: Hall) -> None:
    acts.prepare_on(hall.app, AGENT, Choice(exercice=2026))
    (mandat,) = hall.all(Mandat)
    with hall.ledger.transaction() as books:
        books.save(replace(mandat, state=MandatState.PREPARED, number=0, bordereau=""))
    hall.clock.advance(days=17)
    (note,) = [one for one in prepare(hall.app).notes if mandat.id in one]
    assert f"mandat annuler {mandat.id}" in note
    assert {one.id: one.number for one in hall.all(Mandat)}[mandat.id] == 0


# The delay that a mandat states


def test_after_an_interruption_only_the_deadline_moves() -> None:
    first = delay(date(2026, 3, 2), None)
    after = resumed(first, date(2026, 3, 12), date(2026, 4, 10))
    assert (after.start, after.days, after.deadline) == (date(2026, 3, 2), 30, date(2026, 5, 10))


def test_what_was_left_of_a_longer_delay_is_kept() -> None:
    hospital = delay(date(2026, 3, 2), None, 50)  # until 21 April
    assert resumed(hospital, date(2026, 3, 4), date(2026, 3, 30)).deadline == date(2026, 5, 17)  # 48 days were left


def test_no_more_is_left_than_the_whole_of_a_delay_that_had_not_begun() -> None:
    done_later = delay(date(2026, 3, 2), date(2026, 3, 20))
    assert resumed(done_later, date(2026, 3, 5), date(2026, 4, 1)).deadline == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("interrupted", "received"),
    [(None, date(2026, 3, 9)), (date(2026, 3, 9), None), (date(2026, 3, 9), date(2026, 3, 1))],
)
def test_what_is_not_known_leaves_the_first_deadline(interrupted: date | None, received: date | None) -> None:
    first = delay(date(2026, 3, 2), None)
    assert resumed(first, interrupted, received) == first


def test_a_paper_that_is_taken_up_again_starts_a_new_delay(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    paper = replace(
        invoice(), origin=Origin.SCAN, state=InvoiceState.INTERRUPTED, interrupted_on=date(2026, 2, 25), number="F-1"
    )
    with hall.ledger.transaction() as books:
        books.save(paper)
    again = holds.resume(hall.app, AGENT, paper.id, "bon de livraison reçu")
    assert again.resumed_on == hall.clock.today()


def test_the_platform_s_history_says_when_all_was_received() -> None:
    def passage(status: str, day: int) -> Passage:
        return Passage(status=status, on=date(2026, 3, day))

    road = [passage("MISE_A_DISPOSITION", 2), passage("SUSPENDUE", 9), passage("COMPLETEE", 20)]
    assert first_completion(road) == date(2026, 3, 20)
    assert first_completion(road[:2]) is None
    assert first_completion([road[0], passage("COMPLETEE", 4), road[1]]) is None


@pytest.mark.parametrize(
    ("exercice", "why"), [(2025, "l'exercice 2025 est clos depuis le 31/01/2026"), (2027, "l'exercice 2027 n'a pas")]
)
def test_a_mandat_that_waits_out_of_its_exercice_is_told_until_somebody_cancels_it(
    tmp_path: Path, exercice: int, why: str
) -> None:
    """It missed the last bordereau of its year, or a clock that was ahead made it."""
    hall = Hall.build(tmp_path)
    with hall.ledger.transaction() as books:
        books.save(mandat(exercice=exercice, number=0, bordereau="", state=MandatState.PREPARED))
    outcome = prepare(hall.app)
    assert (outcome.failures, hall.all(Bordereau)) == ((), ()), "nobody is told to open a year that is over"
    told = [one for one in consult.picture(hall.app, AGENT).alerts if why in one]
    assert told == [one for one in outcome.notes if why in one]
    assert "mandat annuler M2026-000001" in told[0]
    (one,) = hall.all(Mandat)
    for changed, words in (
        (replace(one, number=1187), "après avoir vu avec le comptable"),
        (replace(one, kind=MandatKind.REDUCTION, shares=()), "un titre de recettes au compte 773"),
        (replace(one, shares=()), "ressaisissez-le"),
    ):
        with hall.ledger.transaction() as books:
            books.save(changed)
        (line,) = (said for said in consult.picture(hall.app, AGENT).alerts if why in said)
        assert words in line
    with hall.ledger.transaction() as books:
        books.save(replace(one, state=MandatState.CANCELLED))
    assert not [one for one in consult.picture(hall.app, AGENT).alerts if why in one]
