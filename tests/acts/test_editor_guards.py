"""What the finance software made is corrected there: no act changes it here, and each says what to do instead."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import after_payment, aside, attachments, mandats, reductions, ventilation
from dematfin.acts import run as acts
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.rubriques import Rubrique
from dematfin.domain.mandat.ventilation import Asked
from dematfin.domain.registers import Imputation
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.steps.cumul import later
from dematfin.steps.exercices import Choice
from dematfin.steps.prepare import prepare
from examples import AGENT, budget_year
from fakes.exported import Paying, exported, payroll
from fakes.hall import Hall

SHEET, KEY = "COMMUNE-2026-42", "M2026-000001"
ELSEWHERE = Imputation(nature="6068")

ACTS: dict[str, Callable[[App], object]] = {
    "corriger": lambda app: mandats.correct(app, AGENT, KEY, ELSEWHERE),
    "reemettre": lambda app: mandats.reissue(app, AGENT, KEY),
    "ventiler": lambda app: ventilation.ventilate(app, AGENT, KEY, [Asked()]),
    "reduire": lambda app: reductions.reduce(app, AGENT, KEY, reductions.Wish(motif="Erreur.")),
    "reprendre": lambda app: mandats.resume(app, AGENT, SHEET),
    "ecarter": lambda app: aside.set_aside(app, AGENT, SHEET, KEY, "Erreur."),
    "reintegrer": lambda app: aside.take_back(app, AGENT, KEY),
    "abandonner": lambda app: aside.abandon(app, AGENT, KEY, "Erreur."),
    "rubrique": lambda app: attachments.choose_rubrique(app, AGENT, KEY, next(iter(Rubrique))),
}


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    hall = Hall.beside(tmp_path)
    exported(hall, [Paying(number=1187), payroll(1188)])
    return hall


@pytest.mark.parametrize("state", [MandatState.PREPARED, MandatState.REFUSED_AT_GATE, MandatState.REJECTED])
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_no_act_changes_it(hall: Hall, act: Callable[[App], object], state: MandatState) -> None:
    with hall.ledger.transaction() as books:
        books.save(*(_in(one, state) for one in books.find(Mandat)))
    before = dict(hall.ledger.records)
    with pytest.raises(RuleError, match="dematfin bordereau importer"):
        act(hall.app)
    assert hall.ledger.records == before


@pytest.mark.parametrize("state", [MandatState.IN_BORDEREAU, MandatState.SENT, MandatState.TAKEN_IN_CHARGE])
def test_what_has_not_come_back_is_not_cancelled_here(hall: Hall, state: MandatState) -> None:
    with hall.ledger.transaction() as books:
        books.save(_in(books.get(Mandat, KEY), state))
    with pytest.raises(RuleError, match="dematfin bordereau importer"):
        reductions.cancel(hall.app, AGENT, KEY, "Erreur.")


def _in(mandat: Mandat, state: MandatState) -> Mandat:
    return replace(mandat, state=state)


def test_its_invoices_are_said_paid_in_the_finance_software(tmp_path: Path) -> None:
    hall = Hall.beside(tmp_path)
    hall.certified("120.00")
    (invoice,) = hall.all(Invoice)
    with pytest.raises(RuleError, match="mandat après paiement"):
        after_payment.settled(hall.app, AGENT, invoice.id, date(2026, 3, 1), after_payment.Paid.CARTE)


def test_its_exercice_is_chosen_in_the_finance_software(tmp_path: Path) -> None:
    hall = Hall.beside(tmp_path)
    hall.certified("120.00")
    (invoice,) = hall.all(Invoice)
    outcome = acts.prepare_on(hall.app, AGENT, Choice(exercice=2026, invoices=frozenset({invoice.id})))
    assert "se choisit dans le logiciel financier" in outcome.notes[0]
    assert not hall.all(Mandat)


def test_a_preparation_neither_numbers_nor_builds_what_came_back(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        books.save(*(replace(one, state=MandatState.PREPARED, bordereau="") for one in books.find(Mandat)))
        books.save(replace(books.get(Bordereau, SHEET), flux=""))
    before = dict(hall.ledger.records)
    prepare(hall.app)
    assert hall.ledger.records == before


def test_what_is_set_aside_of_ours_leaves_its_bordereaux_alone(tmp_path: Path) -> None:
    """The budget was ours until this morning: one of our bordereaux waits, and the first export has come."""
    hall = Hall.build(tmp_path)
    hall.to_sign("120.00")
    (ours,) = hall.all(Bordereau)
    exported(hall, [payroll(2000)], numbers=(50,))
    theirs = next(one for one in hall.all(Bordereau) if one.editor)
    assert theirs.cumul > ours.cumul
    with hall.ledger.reading() as books:
        assert later(books, ours) == ()
        assert later(books, replace(theirs, cumul=ours.cumul - 1)) == ()
    (mandat,) = (one for one in hall.all(Mandat) if not one.editor)
    aside.set_aside(hall.app, AGENT, ours.id, mandat.id, "À revoir.")
    assert theirs in hall.all(Bordereau)
    assert flux_of(hall, theirs).state is FluxState.BUILT


def flux_of(hall: Hall, sheet: Bordereau) -> Flux:
    found: Flux = next(one for one in hall.all(Flux) if one.id == sheet.flux)
    return found


def test_our_numbers_and_our_cumul_go_on_beside_its_own(tmp_path: Path) -> None:
    """A budget opened after the last numbers of an editor: what came back to it, or was cancelled, is none of ours."""
    hall = Hall.build(tmp_path)
    exported(hall, [Paying(number=5000), Paying(number=5001), Paying(number=7)], numbers=(60,))
    with hall.ledger.transaction() as books:
        books.save(replace(budget_year(), last_mandat=5001, last_bordereau=60))
        back, _, gone = books.find(Mandat)
        books.save(replace(back, state=MandatState.PREPARED, bordereau=""))
        books.save(replace(gone, state=MandatState.CANCELLED, set_aside="retiré de l'export"))
        books.save(replace(books.get(Bordereau, "COMMUNE-2026-60"), mandats=(), flux=""))
    hall.to_sign("120.00")
    ours = next(one for one in hall.all(Bordereau) if not one.editor)
    (mandat,) = (one for one in hall.all(Mandat) if not one.editor)
    assert (ours.number, ours.mandats, ours.cumul) == (61, (mandat.id,), Decimal("1120.00"))
    assert mandat.number == 5002
    with hall.ledger.transaction() as books:
        books.save(replace(back, state=MandatState.PREPARED, bordereau="", pieces=mandat.pieces))
    hall.deposit("45.30", start=2)
    hall.day()
    hall.certify()
    hall.day()
    second = next(one for one in hall.all(Bordereau) if one.number == 62)
    assert second.total == Decimal("45.30")
