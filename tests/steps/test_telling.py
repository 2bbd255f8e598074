"""Suppliers are told each status once, in order, whatever becomes of the answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dematfin.acts import answers, holds, visa
from dematfin.acts.run import synchronise, tell_now
from dematfin.domain.intention import Intention, IntentionState, SupplierStatus
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.person import Person
from dematfin.domain.visa.decision import Motive
from dematfin.errors import ComeBackLater, Refused, RuleError, UnknownOutcome, Unreachable
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.intake import intake
from dematfin.steps.intentions import ANSWERS, intend
from dematfin.steps.tell import tell
from examples import AGENT, VISEUR, invoice
from fakes.hall import Hall

FIRST, SECOND = "9100001", "9100002"
Publish = Callable[[Intention], str]


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall with two certified invoices of which nobody was told yet."""
    built = Hall.build(tmp_path)
    built.certified("120.00", "45.30")
    return built


def failing_for(key: str, publish: Publish, error: Exception, *, arrives: bool = False) -> Publish:
    def call(intention: Intention) -> str:
        if intention.remote_id != key:
            return publish(intention)
        if arrives:
            publish(intention)
        raise error

    return call


def open_for(hall: Hall, key: str) -> list[tuple[str, int]]:
    kept = [one for one in hall.all(Intention) if one.remote_id == key and one.state is IntentionState.OPEN]
    return [(str(one.status), one.attempts) for one in sorted(kept, key=lambda one: one.sequence)]


def test_each_status_is_told_once(hall: Hall) -> None:
    assert tell(hall.app).done == ("F2026-000001", "F2026-000002")
    assert tell(hall.app).done == ()
    assert hall.chorus.told == [(FIRST, "SERVICE_FAIT", ""), (SECOND, "SERVICE_FAIT", "")]
    assert {one.remote_status for one in hall.all(Invoice)} == {"SERVICE_FAIT"}


@pytest.mark.parametrize("error", [Unreachable("Chorus Pro ne répond pas."), KeyError("a bug")])
def test_one_that_fails_stops_no_other(hall: Hall, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.setattr(hall.chorus, "publish", failing_for(FIRST, hall.chorus.publish, error))
    outcome = tell(hall.app)
    assert outcome.done == ("F2026-000002",)
    assert ["F2026-000001" in failure.sentence for failure in outcome.failures] == [True]
    monkeypatch.undo()
    tell(hall.app)
    assert sorted(hall.chorus.told) == [(FIRST, "SERVICE_FAIT", ""), (SECOND, "SERVICE_FAIT", "")]


def test_a_lost_answer_is_asked_for_and_not_told_twice(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = failing_for(FIRST, hall.chorus.publish, UnknownOutcome("La réponse s'est perdue."), arrives=True)
    monkeypatch.setattr(hall.chorus, "publish", lost)
    tell(hall.app)
    assert open_for(hall, FIRST) == [("SERVICE_FAIT", 1)]
    monkeypatch.undo()
    assert tell(hall.app).done == ("F2026-000001",)
    assert [key for key, _, _ in hall.chorus.told].count(FIRST) == 1
    assert open_for(hall, FIRST) == []


def test_a_commit_whose_end_is_unknown_is_not_written_twice_in_the_journal(hall: Hall) -> None:
    lost: list[str] = []

    @contextmanager
    def transaction() -> Iterator[Books]:
        with hall.ledger.transaction() as books:
            yield books
        if not lost:
            lost.append("the word of the base")
            raise ComeBackLater

    ledger: Any = SimpleNamespace(transaction=transaction, reading=hall.ledger.reading)
    outcome = tell(replace(hall.app, ledger=ledger))
    assert outcome.done == ("F2026-000001", "F2026-000002") and not outcome.failures
    motifs = [one.event.motif for one in hall.ledger.history()]
    assert [one for one in motifs if "informé" in one] == ["Chorus Pro informé : service fait"] * 2


def test_a_status_already_passed_at_the_neighbour_is_not_written_back(hall: Hall) -> None:
    hall.chorus.statuses[FIRST] = "MANDATEE"
    tell(hall.app)
    assert hall.chorus.statuses[FIRST] == "MANDATEE"
    assert open_for(hall, FIRST) == []
    assert {one.remote_id: one.remote_status for one in hall.all(Invoice)}[FIRST] == "MANDATEE"


def test_a_status_waits_for_the_one_before_it(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    with hall.ledger.transaction() as books:
        intend(hall.app, books, books.get(Invoice, "F2026-000001"), SupplierStatus.MANDATEE, mandat="1187")
    asked: list[str] = []

    def down(intention: Intention) -> str:
        asked.append(f"{intention.remote_id} {intention.status}")
        message = "Chorus Pro ne répond pas."
        raise Unreachable(message)

    monkeypatch.setattr(hall.chorus, "publish", down)
    tell(hall.app)
    assert sorted(asked) == [f"{FIRST} SERVICE_FAIT", f"{SECOND} SERVICE_FAIT"]
    assert open_for(hall, FIRST) == [("SERVICE_FAIT", 1), ("MANDATEE", 0)]
    monkeypatch.undo()
    tell(hall.app)
    assert [told for told in hall.chorus.told if told[0] == FIRST] == [
        (FIRST, "SERVICE_FAIT", ""),
        (FIRST, "MANDATEE", "1187"),
    ]


def test_a_refusal_is_told_with_its_reason(hall: Hall) -> None:
    hall.deposit("10.00", start=3)
    hall.day()
    visa.refuse(hall.app, VISEUR, "F2026-000003", Motive.SERVICE_NOT_DONE, "Rien n'est arrivé.")
    (told,) = [one for one in hall.all(Intention) if one.status is SupplierStatus.REFUSED]
    assert "Rien n'est arrivé." in told.motif
    assert tell_now(hall.app, VISEUR, "F2026-000003").done == ("F2026-000003",)
    assert hall.chorus.statuses["9100003"] == "REJETEE"


def test_a_refusal_too_long_for_the_supplier_is_said_and_not_cut(hall: Hall) -> None:
    hall.deposit("10.00", start=3)
    hall.day()
    with pytest.raises(RuleError, match=r"F2026-000003.*255 au plus"):
        visa.refuse(hall.app, VISEUR, "F2026-000003", Motive.SERVICE_NOT_DONE, "Rien n'est arrivé. " * 20)
    (waiting,) = (one for one in hall.all(Invoice) if one.id == "F2026-000003")
    assert waiting.state is InvoiceState.IN_VISA


def test_telling_one_invoice_at_once_leaves_the_others_to_the_day(hall: Hall) -> None:
    assert tell_now(hall.app, AGENT, "F2026-000002").done == ("F2026-000002",)
    assert [key for key, _, _ in hall.chorus.told] == [SECOND]


def test_the_same_intention_twice_is_one_and_paper_has_nobody_to_tell(hall: Hall) -> None:
    tell(hall.app)
    before = hall.all(Intention)
    with hall.ledger.transaction() as books:
        intend(hall.app, books, books.get(Invoice, "F2026-000001"), SupplierStatus.SERVICE_FAIT)
        scanned = replace(invoice(key="F2026-000009"), origin=Origin.SCAN)
        intend(hall.app, books, scanned, SupplierStatus.SERVICE_FAIT)
    assert hall.all(Intention) == before


def test_what_an_earlier_episode_left_untold_is_never_told_of_the_next(hall: Hall) -> None:
    """Certified, refused by Chorus Pro, sent back and come back: nobody has certified what the supplier sends now."""
    refuse(hall, FIRST)
    tell(hall.app)
    hall.chorus.statuses[FIRST] = "A_RECYCLER"
    hall.day()
    hall.deposit("120.00")
    hall.day()
    synchronise(hall.app, AGENT, hall.clock.today())
    vars(hall.chorus).pop("publish")
    tell(hall.app)
    assert [key for key, _, _ in hall.chorus.told].count(FIRST) == 0
    assert hall.chorus.statuses[FIRST] == "MISE_A_DISPOSITION"
    assert [one.state for one in hall.all(Intention) if one.remote_id == FIRST] == [IntentionState.GIVEN_UP]


def test_what_waits_since_an_earlier_episode_is_given_up(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    down = failing_for(FIRST, hall.chorus.publish, Unreachable("Chorus Pro ne répond pas."))
    monkeypatch.setattr(hall.chorus, "publish", down)
    tell(hall.app)
    hall.chorus.statuses[FIRST] = "A_RECYCLER"
    hall.day()
    monkeypatch.undo()
    hall.deposit("120.00")
    hall.day()
    assert hall.chorus.statuses[FIRST] == "MISE_A_DISPOSITION"
    assert open_for(hall, FIRST) == []


def test_what_waited_before_an_invoice_was_taken_over_is_given_up(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    holds.set_aside(hall.app, AGENT, "F2026-000001", "Payée par carte.")
    holds.take_over(hall.app, AGENT, "F2026-000001", "Finalement non.")
    assert open_for(hall, FIRST) == [("SERVICE_FAIT", 0)]
    monkeypatch.setattr(hall.chorus, "publish", failing_for(FIRST, hall.chorus.publish, KeyError("must not be told")))
    assert tell(hall.app).failures == ()
    assert open_for(hall, FIRST) == []


@pytest.mark.parametrize("act", [answers.recycle, answers.suspend])
def test_a_decision_not_told_yet_outlives_a_status_that_changes_nothing(
    hall: Hall, act: Callable[[App, Person, str, str], Invoice]
) -> None:
    """Somebody opens the invoice on the portal before Chorus Pro is told: it has not been with its supplier."""
    hall.deposit("10.00", start=3)
    hall.day()
    decided = act(hall.app, AGENT, "F2026-000003", "Bon de livraison manquant.")
    hall.chorus.statuses["9100003"] = "PRISE_EN_COMPTE_DESTINATAIRE"
    intake(hall.app)
    (after,) = (one for one in hall.all(Invoice) if one.id == decided.id)
    assert (after.state, after.episode) == (decided.state, decided.episode)
    tell(hall.app)
    assert hall.chorus.told[-1][:2] == ("9100003", ANSWERS[decided.state])


def test_an_answer_taken_back_while_it_is_told_is_followed_as_a_fact(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish, taken_back = hall.chorus.publish, []

    def take_back_meanwhile(intention: Intention) -> str:
        shown = publish(intention)
        taken_back.append(holds.resume(hall.app, AGENT, intention.invoice_id, "Erreur de ma part.").state)
        return shown

    sent_back(hall, "F2026-000003")
    monkeypatch.setattr(hall.chorus, "publish", take_back_meanwhile)
    tell_now(hall.app, AGENT, "F2026-000003")
    assert taken_back == [InvoiceState.IN_VISA]
    (after,) = (one for one in hall.all(Invoice) if one.id == "F2026-000003")
    assert (after.state, after.remote_status) == (InvoiceState.SENT_BACK, "A_RECYCLER")


def test_an_answer_taken_back_during_a_call_that_fails_stays_taken_back(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused_meanwhile(intention: Intention) -> str:
        holds.resume(hall.app, AGENT, intention.invoice_id, "Erreur de ma part.")
        message = "Non."
        raise Refused(message)

    sent_back(hall, "F2026-000003")
    monkeypatch.setattr(hall.chorus, "publish", refused_meanwhile)
    tell_now(hall.app, AGENT, "F2026-000003")
    monkeypatch.undo()
    synchronise(hall.app, AGENT, hall.clock.today())
    tell(hall.app)
    assert hall.chorus.statuses["9100003"] == "MISE_A_DISPOSITION"


def refuse(hall: Hall, key: str) -> None:
    """Have Chorus Pro refuse whatever is told of one invoice."""
    vars(hall.chorus)["publish"] = failing_for(key, hall.chorus.publish, Refused("Non."))


def sent_back(hall: Hall, invoice_id: str) -> None:
    """Deposit a third invoice, and decide to send it back."""
    hall.deposit("10.00", start=3)
    hall.day()
    answers.recycle(hall.app, AGENT, invoice_id, "Service erroné.")
