"""What an agent answers a supplier: by the right person, with a reason, when the law allows it, told once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import answers, consult, holds, sign, visa
from dematfin.acts.run import tell_now
from dematfin.domain.event import Subject
from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.invoice.chorus import Passage
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.parties.person import Person
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.errors import Forbidden, IllegalTransition, RuleError, UnknownOutcome, UnknownRecord, Unreachable
from dematfin.ports.app import App
from dematfin.steps.prepare import prepare
from examples import ADMIN, AGENT, MAIRE, VISEUR
from fakes.hall import Hall

S = InvoiceState
KEY, ID = "9100001", "F2026-000001"
WHY = "Il manque le procès-verbal de réception."
Act = Callable[[App, Person, str, str], Invoice]
ANSWERS: dict[Act, tuple[InvoiceState, str]] = {
    answers.recycle: (S.SENT_BACK, "A_RECYCLER"),
    answers.suspend: (S.INTERRUPTED, "SUSPENDUE"),
    answers.reject: (S.REFUSED, "REJETEE"),
}
each_answer = pytest.mark.parametrize("act", ANSWERS, ids=["recycle", "suspend", "reject"])


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall with one invoice of 120.00 on the desk SCOLAIRE."""
    built = Hall.build(tmp_path)
    built.deposit("120.00")
    built.day()
    return built


def only(hall: Hall) -> Invoice:
    (found,) = hall.all(Invoice)
    assert isinstance(found, Invoice)
    return found


def put(hall: Hall, **changes: object) -> None:
    with hall.ledger.transaction() as books:
        books.save(replace(only(hall), **changes))  # type: ignore[arg-type]  # of a test's own making


def intentions(hall: Hall) -> dict[str, IntentionState]:
    return {str(one.status): one.state for one in hall.all(Intention)}


def told(hall: Hall) -> list[str]:
    return [status for _, status, _ in hall.chorus.told]


@each_answer
def test_an_answer_moves_the_invoice_and_tells_chorus_pro_once(hall: Hall, act: Act) -> None:
    state, status = ANSWERS[act]
    answered = act(hall.app, AGENT, ID, f"  {WHY}\n")
    assert answered == only(hall)
    assert answered.state is state
    assert [(one.status, one.motif) for one in hall.all(Intention)] == [(status, WHY)]
    assert [folder.state for folder in hall.all(VisaFolder)] == [FolderState.WITHDRAWN]
    last = hall.ledger.history(Subject.INVOICE, [ID])[-1].event
    assert (last.by, last.before, last.after) == (AGENT.id, S.IN_VISA, state)
    assert last.motif == f"{WHY} (Claire Agent)"
    for _ in range(2):
        tell_now(hall.app, AGENT, ID)
        hall.day()
    assert told(hall) == [status]
    assert only(hall).remote_status == status


@each_answer
@pytest.mark.parametrize("who", [VISEUR, MAIRE, ADMIN, replace(AGENT, active=False)], ids=lambda one: one.name)
def test_nobody_else_answers(hall: Hall, act: Act, who: Person) -> None:
    before = hall.ledger.history()
    with pytest.raises(Forbidden, match=f"{who.name} ne peut pas renvoyer, suspendre ou rejeter une facture"):
        act(hall.app, who, ID, WHY)
    assert hall.ledger.history() == before
    assert (only(hall).state, hall.all(Intention)) == (S.IN_VISA, ())


@each_answer
@pytest.mark.parametrize(
    ("motif", "words"),
    [("", "donnez un motif"), (" \n ", "donnez un motif"), ("...", "donnez un motif"), ("é" * 256, "256 caractères")],
)
def test_a_motif_is_required_and_fits_chorus_pro(hall: Hall, act: Act, motif: str, words: str) -> None:
    with pytest.raises(RuleError, match=f"{ID}.*{words}"):
        act(hall.app, AGENT, ID, motif)
    assert (only(hall).state, hall.all(Intention)) == (S.IN_VISA, ())
    act(hall.app, AGENT, ID, "é" * 255)


@each_answer
def test_an_unknown_invoice_is_said(hall: Hall, act: Act) -> None:
    with pytest.raises(UnknownRecord, match="F2026-000777"):
        act(hall.app, AGENT, "F2026-000777", WHY)


@each_answer
def test_what_is_mandated_is_not_answered_any_more(hall: Hall, act: Act) -> None:
    """CCP R. 2192-27: only before the payment is ordered."""
    hall.certify()
    prepare(hall.app)
    with pytest.raises(RuleError, match=r"déjà mandatée.*R\. 2192-27.*comptable"):
        act(hall.app, AGENT, ID, WHY)
    assert only(hall).state is S.TO_PAY
    assert len(hall.all(Mandat)) == 1


@each_answer
@pytest.mark.parametrize("state", [S.REFUSED, S.CANCELLED, S.ELSEWHERE])
def test_what_is_over_or_elsewhere_is_refused_in_french(hall: Hall, act: Act, state: InvoiceState) -> None:
    put(hall, state=state)
    with pytest.raises(IllegalTransition, match=f"^Facture {ID} : l'état « [^A-Z]+ » ne peut pas devenir « [^A-Z]+ »"):
        act(hall.app, AGENT, ID, WHY)


@each_answer
def test_a_certified_invoice_can_still_be_answered_and_gives_no_mandat(hall: Hall, act: Act) -> None:
    hall.certify()
    act(hall.app, AGENT, ID, WHY)
    assert intentions(hall)["SERVICE_FAIT"] is IntentionState.GIVEN_UP  # nobody reads two contrary answers
    hall.day()
    assert hall.all(Mandat) == ()
    assert told(hall) == [ANSWERS[act][1]]


class TestInterruption:
    """CCP R. 2192-27 to 29."""

    def test_the_letter_is_kept_and_says_what_is_missing(self, hall: Hall) -> None:
        answered = answers.suspend(hall.app, AGENT, ID, "Le métré manque.", (" Métré \n signé", "  ", "RIB"))
        assert answered.interrupted_on == hall.clock.today()
        assert answered.letter is not None
        assert hall.documents.kept[answered.letter.sha256].startswith(b"%PDF")
        (intention,) = hall.all(Intention)
        assert intention.motif == "Le métré manque. À fournir : Métré signé, RIB"

    def test_the_motif_and_its_documents_fit_together(self, hall: Hall) -> None:
        kept = set(hall.documents.kept)
        with pytest.raises(RuleError, match="caractères"):
            answers.suspend(hall.app, AGENT, ID, "x" * 200, ("y" * 60,))
        assert (only(hall).state, set(hall.documents.kept)) == (S.IN_VISA, kept)

    def test_once_in_the_life_of_a_request(self, hall: Hall) -> None:
        answers.suspend(hall.app, AGENT, ID, WHY)
        tell_now(hall.app, AGENT, ID)
        hall.clock.advance(days=3)
        hall.chorus.statuses[KEY] = "COMPLETEE"
        hall.day()
        assert (only(hall).state, only(hall).episode) == (S.IN_VISA, 2)
        with pytest.raises(RuleError, match=r"déjà été interrompu le 02/03/2026.*qu'une fois"):
            answers.suspend(hall.app, AGENT, ID, WHY)
        answers.reject(hall.app, AGENT, ID, WHY)  # what remains possible
        hall.day()
        assert told(hall) == ["SUSPENDUE", "REJETEE"]

    def test_an_interruption_made_on_the_portal_counts(self, hall: Hall) -> None:
        hall.chorus.statuses[KEY] = "SUSPENDUE"
        hall.day()
        hall.chorus.passages[KEY] = (Passage(status="SUSPENDUE", on=date(2026, 3, 1)),)
        hall.chorus.statuses[KEY] = "COMPLETEE"
        hall.day()
        with pytest.raises(RuleError, match="qu'une fois"):
            answers.suspend(hall.app, AGENT, ID, WHY)

    def test_a_second_agent_at_the_same_moment_interrupts_nothing_again(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put_document = hall.documents.put

        def meanwhile(data: bytes) -> object:
            monkeypatch.undo()
            answers.suspend(hall.app, AGENT, ID, "Le premier.")
            return put_document(data)

        monkeypatch.setattr(hall.documents, "put", meanwhile)
        with pytest.raises(RuleError, match="déjà été interrompu"):
            answers.suspend(hall.app, AGENT, ID, "Le second.")
        assert [one.motif for one in hall.all(Intention)] == ["Le premier."]

    def test_a_credit_note_has_no_delay_to_interrupt(self, hall: Hall) -> None:
        put(hall, content=replace(only(hall).content, kind=InvoiceKind.CREDIT_NOTE))
        with pytest.raises(RuleError, match="c'est un avoir"):
            answers.suspend(hall.app, AGENT, ID, WHY)


class TestLastWord:
    """A decision that was not told yet gives way to the next one; what was told stays told."""

    @pytest.mark.parametrize("first", [answers.recycle, answers.suspend])
    def test_rejected_before_the_first_answer_was_told(self, hall: Hall, first: Act) -> None:
        first(hall.app, AGENT, ID, "Une première idée.")
        answers.reject(hall.app, AGENT, ID, WHY)
        assert intentions(hall) == {ANSWERS[first][1]: IntentionState.GIVEN_UP, "REJETEE": IntentionState.OPEN}
        hall.day()
        assert told(hall) == ["REJETEE"]

    def test_what_the_supplier_has_in_hand_is_not_rejected(self, hall: Hall) -> None:
        """Chorus Pro allows nothing after A_RECYCLER."""
        answers.recycle(hall.app, AGENT, ID, WHY)
        hall.day()
        with pytest.raises(RuleError, match="« à recycler », le fournisseur l'a en main"):
            answers.reject(hall.app, AGENT, ID, WHY)
        assert told(hall) == ["A_RECYCLER"]

    def test_a_supplier_who_never_completes_is_rejected(self, hall: Hall) -> None:
        answers.suspend(hall.app, AGENT, ID, WHY)
        hall.day()
        answers.reject(hall.app, AGENT, ID, "Sans réponse depuis un mois.")
        assert intentions(hall) == {"SUSPENDUE": IntentionState.DONE, "REJETEE": IntentionState.OPEN}

    @pytest.mark.parametrize("error", [Unreachable("Silence."), UnknownOutcome("Perdue.")])
    @pytest.mark.parametrize("arrives", [False, True])
    def test_a_lost_answer_is_told_once(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch, error: Exception, *, arrives: bool
    ) -> None:
        publish = hall.chorus.publish

        def lost(intention: Intention) -> str:
            if arrives:
                publish(intention)
            raise error

        answers.recycle(hall.app, AGENT, ID, WHY)
        monkeypatch.setattr(hall.chorus, "publish", lost)
        assert tell_now(hall.app, AGENT, ID).failures
        assert only(hall).state is S.SENT_BACK
        monkeypatch.undo()
        hall.day()
        hall.day()
        assert told(hall) == ["A_RECYCLER"]
        assert intentions(hall) == {"A_RECYCLER": IntentionState.DONE}

    def test_suspended_taken_up_and_suspended_again(self, hall: Hall) -> None:
        first = answers.suspend(hall.app, AGENT, ID, "Une erreur.")
        resumed = holds.resume(hall.app, AGENT, ID, "La pièce était jointe.")
        assert (resumed.state, resumed.interrupted_on, resumed.letter) == (S.IN_VISA, None, None)
        assert first.letter is not None
        hall.day()
        assert told(hall) == []
        answers.suspend(hall.app, AGENT, ID, "Cette fois pour de bon.")
        hall.day()
        assert told(hall) == ["SUSPENDUE"]
        kept = sorted(hall.all(Intention), key=lambda one: one.sequence)
        assert [(one.motif, one.state) for one in kept] == [
            ("Une erreur.", IntentionState.GIVEN_UP),
            ("Cette fois pour de bon.", IntentionState.DONE),
        ]

    def test_taken_up_while_the_answer_was_lost_it_follows_what_chorus_pro_shows(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        publish = hall.chorus.publish

        def lost(intention: Intention) -> str:
            publish(intention)
            message = "La réponse s'est perdue."
            raise UnknownOutcome(message)

        answers.suspend(hall.app, AGENT, ID, WHY)
        monkeypatch.setattr(hall.chorus, "publish", lost)
        tell_now(hall.app, AGENT, ID)
        monkeypatch.undo()
        holds.resume(hall.app, AGENT, ID, "Finalement non.")
        hall.day()
        assert (only(hall).state, only(hall).remote_status) == (S.INTERRUPTED, "SUSPENDUE")
        assert only(hall).interrupted_on == hall.clock.today()
        assert told(hall) == ["SUSPENDUE"]


@each_answer
def test_the_decision_and_what_will_be_told_are_one_transaction(hall: Hall, act: Act) -> None:
    before = (hall.all(Invoice), hall.all(VisaFolder), hall.ledger.history())
    with pytest.raises(ZeroDivisionError), hall.ledger.transaction() as books:
        original = books.next_number

        def fails(*_: object) -> int:
            raise ZeroDivisionError

        books.next_number = fails
        answers.answer(hall.app, AGENT, books, only(hall), ANSWERS[act][0], WHY)
        books.next_number = original
    assert (hall.all(Invoice), hall.all(VisaFolder), hall.ledger.history()) == before
    assert hall.all(Intention) == ()


def test_paper_is_answered_without_anybody_to_tell(hall: Hall) -> None:
    put(hall, origin=Origin.SCAN)
    answers.suspend(hall.app, AGENT, ID, WHY)
    assert hall.all(Intention) == ()
    resumed = holds.resume(hall.app, AGENT, ID, "Reçu par courrier.")
    assert resumed.state is S.IN_VISA
    assert resumed.interrupted_on == hall.clock.today()  # the letter has left
    with pytest.raises(RuleError, match="qu'une fois"):
        answers.suspend(hall.app, AGENT, ID, WHY)


def test_a_signed_flow_is_untouched_by_an_answer_that_comes_too_late(hall: Hall) -> None:
    visa.approve(hall.app, VISEUR, ID, visa.ServiceFait(executed_on=hall.clock.today()))
    prepare(hall.app)
    ((sheet),) = sign.to_sign(hall.app, MAIRE)
    assert sheet.flux is not None
    sign.sign(hall.app, MAIRE, sheet.flux.id, Decimal("120.00"))
    for act in ANSWERS:
        with pytest.raises(RuleError, match="mandatée"):
            act(hall.app, AGENT, ID, WHY)
    hall.day()
    assert told(hall) == ["SERVICE_FAIT", "MANDATEE"]
    assert consult.story(hall.app, AGENT, ID).mandats[0].number == 1187
