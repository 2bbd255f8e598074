"""Beside a finance software nobody is paid twice, and whoever said what a mandat pays does not sign it."""

from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.acts import consult, editor_drop, editor_flows, reductions, sign
from dematfin.domain.editor.pairing import PairingState
from dematfin.domain.event import Subject
from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.deposit import Phase
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.parties.person import Role
from dematfin.errors import RuleError, SeparationOfDuties
from dematfin.ports.transmitter import Progress
from dematfin.steps.editor_again import replaced
from dematfin.steps.liquidate import liquidate_all
from dematfin.steps.outcome import Tally
from dematfin.steps.prepare import prepare
from editor_hall import brought, held, seen
from examples import AGENT, BUDGETS, CCAS, VISEUR
from exports import Ordered
from fakes.editor import sign_all
from fakes.hall import BESIDE, Hall
from steps.test_late_acquits import acquit, told, yes

LUCIE = replace(
    VISEUR, id="lucie", name="Lucie Toutes", desks=frozenset(), roles=frozenset({Role.AGENT, Role.ORDONNATEUR})
)
"""She may prepare, and she may sign: not the same bordereau."""


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall beside its finance software, two visaed invoices."""
    built = Hall.beside(tmp_path)
    built.certified("120.00", "45.30", start=101)
    with built.ledger.transaction() as books:
        books.save(LUCIE)
    return built


def test_whoever_said_what_a_mandat_pays_does_not_sign_it(hall: Hall, tmp_path: Path) -> None:
    flow = brought(hall, tmp_path, Ordered(invoice="AUTRE"))
    editor_flows.choose(hall.app, LUCIE, flow.id, "501", "F2026-000001")
    prepare(hall.app)
    (sheet,) = sign.to_sign(hall.app, LUCIE)
    with pytest.raises(SeparationOfDuties, match="préparé COMMUNE-2026-12"):
        sign.sign(hall.app, LUCIE, sheet.flux.id, sheet.bordereau.total)


def refused_by_the_gate(hall: Hall, *numbers: int) -> None:
    """Sign and send all that waits; Hélios refuses some bordereaux."""
    hall.tdt.refused = set(numbers)
    sign_all(hall)
    hall.day()
    hall.day()
    hall.tdt.refused = set()


def test_the_same_file_is_taken_again_once_its_bordereau_came_back(hall: Hall, tmp_path: Path) -> None:
    first = brought(hall, tmp_path)
    prepare(hall.app)
    assert brought(hall, tmp_path).id == first.id  # alive: a double
    refused_by_the_gate(hall, 12)
    again = brought(hall, tmp_path)
    assert again.id != first.id
    assert brought(hall, tmp_path).id == again.id
    prepare(hall.app)
    refused_by_the_gate(hall)
    assert [one.state for one in hall.all(Mandat)] == [MandatState.PAID]


@pytest.mark.parametrize("status", ["REJETEE", "SUSPENDUE", "A_RECYCLER"])
def test_what_chorus_pro_took_back_meanwhile_is_not_ordered_again(hall: Hall, tmp_path: Path, status: str) -> None:
    flow = brought(hall, tmp_path)
    prepare(hall.app)
    editor_drop.drop(hall.app, AGENT, flow.id, "compte faux")
    with hall.ledger.transaction() as books:
        books.save(replace(books.get(Invoice, "F2026-000001"), remote_status=status))
    assert held(hall, brought(hall, tmp_path)) == ["IMPORT-CHORUS"]


def paid_by_another_budget(hall: Hall, folder: Path) -> Mandat:
    """Have the commune's mandat of an invoice refused, and the CCAS's sent meanwhile; return the first."""
    brought(hall, folder)
    prepare(hall.app)
    refused_by_the_gate(hall, 12)
    made: Mandat
    (made,) = hall.all(Mandat)
    theirs = replace(made, id="M2026-000099", siret=CCAS, number=3, state=MandatState.SENT, bordereau="CCAS-2026-1")
    with hall.ledger.transaction() as books:
        books.save(theirs, replace(books.get(Invoice, "F2026-000001"), remote_status=""))
        books.save(*(replace(one, state=IntentionState.GIVEN_UP) for one in books.find(Intention)))
        books.record(hall.app.event(Subject.INVOICE, "F2026-000001", "", "TO_PAY", "mandat n° 3 (M2026-000099)"))
    return made


def test_an_invoice_that_another_budget_pays_stays_to_pay(hall: Hall, tmp_path: Path) -> None:
    paid_by_another_budget(hall, tmp_path)
    brought(hall, tmp_path, Ordered(number=502, invoice="F-102", amount="45.30"))
    assert prepare(hall.app).failures == ()
    assert hall.all(Invoice)[0].state is InvoiceState.TO_PAY


def test_two_budgets_do_not_order_an_invoice_beyond_what_is_due(hall: Hall, tmp_path: Path) -> None:
    made = paid_by_another_budget(hall, tmp_path)
    with hall.ledger.reading() as books, pytest.raises(RuleError, match="ordonneraient"):
        replaced(books, [replace(made, id="")], ())


@pytest.fixture
def switched(tmp_path: Path) -> Hall:
    """Return a town hall that made two mandats, then left the others to its finance software."""
    built = Hall.build(tmp_path)
    built.certified("120.00", "45.30", start=101)
    liquidate_all(built.app, Tally("liquidation"))
    built.app = replace(built.app, policy=replace(built.app.policy, budgets=BESIDE))
    return built


def test_no_number_is_given_in_a_budget_that_a_finance_software_numbers(switched: Hall, tmp_path: Path) -> None:
    outcome = prepare(switched.app)
    assert not switched.all(Bordereau)
    assert "dematfin mandat annuler M2026-000001" in " ".join(outcome.notes)
    flow = brought(switched, tmp_path, Ordered(invoice="F-101"))
    if seen(switched, flow).rows[0].pairing.state is PairingState.TO_DECIDE:
        with pytest.raises(RuleError, match="mandat annuler M2026-000001"):
            editor_flows.choose(switched.app, AGENT, flow.id, "501", "F2026-000001")
    reductions.cancel(switched.app, AGENT, "M2026-000001", "mandatée dans le logiciel financier")
    editor_flows.choose(switched.app, AGENT, flow.id, "501", "F2026-000001")
    assert prepare(switched.app).failures == ()
    assert [one.editor for one in switched.all(Mandat) if one.state is MandatState.IN_BORDEREAU] == [True]


def test_our_numbers_do_not_go_on_behind_those_of_a_finance_software(hall: Hall, tmp_path: Path) -> None:
    brought(hall, tmp_path, number=50)
    prepare(hall.app)
    hall.app = replace(hall.app, policy=replace(hall.app.policy, budgets=BUDGETS))
    outcome = prepare(hall.app)
    assert "a déjà numéroté jusqu'au" in " ".join(one.sentence for one in outcome.failures)
    assert len(hall.all(Bordereau)) == 1


def test_our_own_bordereau_is_no_export_s_whatever_became_of_it(switched: Hall, tmp_path: Path) -> None:
    switched.app = replace(switched.app, policy=replace(switched.app.policy, budgets=BUDGETS))
    prepare(switched.app)
    refused_by_the_gate(switched, 42)
    switched.app = replace(switched.app, policy=replace(switched.app.policy, budgets=BESIDE))
    with pytest.raises(RuleError, match="a été fait par dematfin"):
        brought(switched, tmp_path, Ordered(number=900), number=42)
    with pytest.raises(RuleError, match="a été fait par dematfin"):
        brought(switched, tmp_path, Ordered(number=1187), number=43)


@pytest.mark.parametrize("came_back", ["dropped", "refused", "rejected"])
def test_a_mandat_that_will_not_come_again_is_given_up(hall: Hall, tmp_path: Path, came_back: str) -> None:
    flow = brought(hall, tmp_path)
    prepare(hall.app)
    if came_back == "dropped":
        editor_drop.drop(hall.app, AGENT, flow.id, "la facture n'est pas due")
    hall.tdt.rejected = {501} if came_back == "rejected" else set()
    refused_by_the_gate(hall, *([12] if came_back == "refused" else []))
    (made,) = hall.all(Mandat)
    gone = reductions.cancel(hall.app, AGENT, made.id, "retiré du logiciel financier")
    assert (gone.state, gone.reason) == (MandatState.CANCELLED, "retiré du logiciel financier")
    told = [line for line in consult.picture(hall.app, AGENT).alerts if made.id in line or "COMMUNE-2026-12" in line]
    assert told == []
    (invoice, _) = hall.all(Invoice)
    freed = InvoiceState.SERVICE_FAIT if came_back == "dropped" else InvoiceState.TO_PAY
    assert invoice.state is freed  # Chorus Pro shows what left as mandated
    brought(hall, tmp_path, Ordered(number=502), number=13)
    assert prepare(hall.app).failures == ()
    assert [one.number for one in hall.all(Mandat) if one.state is MandatState.IN_BORDEREAU] == [502]


@pytest.mark.parametrize("why", ["given up", "replaced"])
def test_helios_has_a_mandat_that_was_cancelled_here_and_somebody_is_called(
    hall: Hall, tmp_path: Path, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(hall, tmp_path)
    prepare(hall.app)
    sign_all(hall)
    monkeypatch.setattr(hall.tdt, "returns", lambda: ())
    monkeypatch.setattr(hall.tdt, "follow", lambda *_: Progress(phase=Phase.WAITING))
    hall.day()
    told(hall, Progress(phase=Phase.REFUSED, message="Signature illisible."))
    if why == "given up":
        reductions.cancel(hall.app, AGENT, "M2026-000001", "retiré du logiciel financier")
    else:
        brought(hall, tmp_path, Ordered(number=502), number=13)
        assert prepare(hall.app).failures == ()
    outcome = told(hall, lambda name: Progress(phase=Phase.ANSWERED, acquit=acquit(name, yes(12))))
    assert "URGENT. Hélios a reçu par le flux EDITEUR_000012 un mandat n° 501" in " ".join(outcome.notes)
