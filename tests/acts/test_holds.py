"""What an agent takes up, forces, takes over or leaves: in one's own name, and never past a control that protects."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dematfin.acts import answers, holds, visa, visa_views
from dematfin.acts.run import tell_now
from dematfin.domain.event import Subject
from dematfin.domain.finding import blocking
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.parties.person import Person
from dematfin.domain.registers import ServiceRule
from dematfin.domain.visa.decision import Motive
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.errors import Forbidden, IllegalTransition, RuleError, UnknownRecord
from dematfin.ports.app import App
from examples import ADMIN, AGENT, IBAN, MAIRE, RULES, VISEUR, content, engagement
from fakes.hall import Hall

S = InvoiceState
KEY, ID = "9100001", "F2026-000001"
WHY = "Vu avec le service acheteur."
Act = Callable[[App, Person, str, str], Invoice]
START: dict[Act, InvoiceState] = {
    holds.resume: S.TO_CORRECT,
    holds.force: S.TO_CORRECT,
    holds.take_over: S.ELSEWHERE,
    holds.set_aside: S.TO_CORRECT,
}
each_act = pytest.mark.parametrize("act", START, ids=lambda act: act.__name__)


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


def only(hall: Hall) -> Invoice:
    (found,) = hall.all(Invoice)
    assert isinstance(found, Invoice)
    return found


def deposited(hall: Hall, status: str = "MISE_A_DISPOSITION", **changes: Any) -> Invoice:
    """Have one invoice come in and be controlled."""
    hall.chorus.deposit(KEY, content("F-1", **changes), status=status)
    hall.day()
    return only(hall)


def ready_for(hall: Hall, act: Act) -> None:
    """Bring in an invoice on which an act is possible."""
    if START[act] is S.ELSEWHERE:
        deposited(hall, "SERVICE_FAIT")
    else:
        deposited(hall, service_code="")
    assert only(hall).state is START[act]


def folders(hall: Hall) -> list[tuple[str, str, FolderState]]:
    return [(one.id[-2:], one.desk, one.state) for one in hall.all(VisaFolder)]


@each_act
@pytest.mark.parametrize("who", [VISEUR, MAIRE, ADMIN, replace(AGENT, active=False)], ids=lambda one: one.name)
def test_nobody_else_may(hall: Hall, act: Act, who: Person) -> None:
    ready_for(hall, act)
    before = hall.ledger.history()
    with pytest.raises(Forbidden, match=f"{who.name} ne peut pas reprendre, forcer ou écarter une facture"):
        act(hall.app, who, ID, WHY)
    assert (hall.ledger.history(), only(hall).state) == (before, START[act])


@each_act
@pytest.mark.parametrize(
    ("motif", "words"), [(" ", "journal avec votre nom"), ("é" * 513, "513 caractères, 512 au plus")]
)
def test_a_motif_is_required_and_bounded(hall: Hall, act: Act, motif: str, words: str) -> None:
    ready_for(hall, act)
    with pytest.raises(RuleError, match=f"{ID}.*{words}"):
        act(hall.app, AGENT, ID, motif)
    assert only(hall).state is START[act]
    act(hall.app, AGENT, ID, "é" * 512)


@each_act
def test_the_journal_says_who_and_why(hall: Hall, act: Act) -> None:
    ready_for(hall, act)
    before = len(hall.ledger.history())
    act(hall.app, AGENT, ID, f" {WHY}\n")
    done = hall.ledger.history()[before].event
    assert (done.subject, done.subject_id, done.by, done.before) == (Subject.INVOICE, ID, AGENT.id, START[act])
    assert "Claire Agent" in done.motif
    assert done.motif.endswith(f" : {WHY}")


@each_act
def test_an_unknown_invoice_is_said(hall: Hall, act: Act) -> None:
    with pytest.raises(UnknownRecord, match="F2026-000777"):
        act(hall.app, AGENT, "F2026-000777", WHY)


@each_act
@pytest.mark.parametrize("state", [S.TO_PAY, S.REFUSED, S.CANCELLED])
def test_what_is_mandated_or_over_is_not_taken_up(hall: Hall, act: Act, state: InvoiceState) -> None:
    ready_for(hall, act)
    with hall.ledger.transaction() as books:
        books.save(replace(only(hall), state=state))
    with pytest.raises(RuleError, match=f"^Facture {ID} ") as refused:
        act(hall.app, AGENT, ID, WHY)
    assert str(state) not in str(refused.value)
    assert only(hall).state is state


class TestResume:
    def test_with_another_service_it_goes_to_the_right_desk(self, hall: Hall) -> None:
        hall.chorus.rules = (replace(RULES, services={**RULES.services, "VOIRIE": ServiceRule(name="Voirie")}),)
        deposited(hall)
        visa.refuse(hall.app, VISEUR, ID, Motive.NOT_MY_SERVICE, "C'est la voirie.")
        resumed = holds.resume(hall.app, AGENT, ID, WHY, service=" VOIRIE ")
        hall.day()
        assert (resumed.state, resumed.service, resumed.content.service_code) == (S.IN_VISA, "VOIRIE", "SCOLAIRE")
        assert folders(hall) == [("/1", "SCOLAIRE", FolderState.REFUSED), ("/2", "VOIRIE", FolderState.IN_CIRCUIT)]
        assert hall.ledger.history(Subject.INVOICE, [ID])[-2].event.motif == (
            f"reprise par Claire Agent (service VOIRIE) : {WHY}"
        )
        visa.approve(hall.app, VISEUR, ID, visa.ServiceFait(executed_on=hall.clock.today()))
        hall.day()
        assert [one.shares[0].invoice_id for one in hall.all(Mandat)] == [ID]

    def test_while_a_desk_has_it_the_folder_is_taken_away(self, hall: Hall) -> None:
        deposited(hall)
        holds.resume(hall.app, AGENT, ID, WHY)
        hall.day()
        assert folders(hall) == [("/1", "SCOLAIRE", FolderState.WITHDRAWN), ("/2", "SCOLAIRE", FolderState.IN_CIRCUIT)]
        assert len(visa_views.queue(hall.app, VISEUR)) == 1

    def test_a_wrong_service_is_held_again(self, hall: Hall) -> None:
        deposited(hall, service_code="")
        assert [one.code for one in blocking(holds.resume(hall.app, AGENT, ID, WHY, service="NULLEPART").findings)] == [
            "ROUTE-SERVICE-UNKNOWN"
        ]

    def test_the_right_engagement_pays(self, hall: Hall) -> None:
        with hall.ledger.transaction() as books:
            books.save(engagement("BC26-00099"))
        assert deposited(hall, engagement="devis du 3/2").state is S.TO_CORRECT
        resumed = holds.resume(hall.app, AGENT, ID, WHY, engagement="bc26 00099")
        assert resumed.state is S.IN_VISA
        hall.day()
        visa.approve(hall.app, VISEUR, ID, visa.ServiceFait(executed_on=hall.clock.today()))
        hall.day()
        assert [one.engagement for one in hall.all(Mandat)] == [engagement("BC26-00099").id]

    @pytest.mark.parametrize(("act", "status"), [(answers.recycle, "à recycler"), (answers.suspend, "suspendue")])
    def test_what_the_supplier_was_told_is_the_suppliers_to_answer(self, hall: Hall, act: Act, status: str) -> None:
        deposited(hall)
        act(hall.app, AGENT, ID, WHY)
        tell_now(hall.app, AGENT, ID)
        with pytest.raises(RuleError, match=f"« {status} », seul le fournisseur"):
            holds.resume(hall.app, AGENT, ID, WHY)

    @pytest.mark.parametrize("status", ["A_RECYCLER", "SUSPENDUE"])
    def test_nor_what_somebody_said_on_the_portal(self, hall: Hall, status: str) -> None:
        deposited(hall)
        hall.chorus.statuses[KEY] = status
        hall.day()
        with pytest.raises(RuleError, match="seul le fournisseur"):
            holds.resume(hall.app, AGENT, ID, WHY)

    @pytest.mark.parametrize("act", [answers.recycle, answers.suspend])
    def test_what_chorus_pro_refused_is_taken_back(self, hall: Hall, act: Act) -> None:
        deposited(hall)
        act(hall.app, AGENT, ID, WHY)
        hall.chorus.statuses[KEY] = "REJETEE"
        assert tell_now(hall.app, AGENT, ID).failures
        hall.chorus.statuses[KEY] = "MISE_A_DISPOSITION"
        assert holds.resume(hall.app, AGENT, ID, WHY).state is S.IN_VISA
        hall.day()
        assert hall.chorus.told == []  # taken back for good

    def test_what_is_followed_elsewhere_is_taken_over_and_not_resumed(self, hall: Hall) -> None:
        deposited(hall, "MANDATEE")
        with pytest.raises(RuleError, match=f"« suivie ailleurs ».*prendre-en-main {ID}"):
            holds.resume(hall.app, AGENT, ID, WHY)


class TestForce:
    def test_what_may_be_forced_passes_with_the_name_of_who_forced_it(self, hall: Hall) -> None:
        deposited(hall, service_code="")
        passed = holds.force(hall.app, AGENT, ID, WHY)
        assert passed.state is S.IN_VISA
        assert [(one.code, one.by, one.motif) for one in passed.forced] == [
            ("ROUTE-SERVICE-MISSING", "Claire Agent", WHY)
        ]
        assert any("Forcé par Claire Agent" in finding.sentence for finding in passed.findings)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"frame": "A2"}, "FRAME-ALREADY-PAID"),
            ({"payment_mode": "49"}, "PAY-WITHOUT-ORDER"),
            ({"engagement": "BC-INCONNU"}, "ROUTE-ENG-UNKNOWN"),
            ({"service_code": "", "frame": "A4"}, "FRAME-WORKS"),
        ],
    )
    def test_what_would_pay_twice_or_wrongly_is_never_forced(
        self, hall: Hall, changes: dict[str, Any], code: str
    ) -> None:
        assert deposited(hall, **changes).state is S.TO_CORRECT
        with pytest.raises(RuleError, match=rf"ne peut pas être forcé \({code}\)"):
            holds.force(hall.app, AGENT, ID, WHY)
        assert only(hall).forced == ()

    def test_a_new_account_is_never_forced(self, hall: Hall) -> None:
        supplier = replace(content().supplier, iban="DE89370400440532013000")
        assert deposited(hall, supplier=supplier).state is S.TO_CORRECT
        with pytest.raises(RuleError, match="BANK-IBAN-DIFFERENT") as refused:
            holds.force(hall.app, AGENT, ID, WHY)
        assert IBAN not in str(refused.value)

    def test_nothing_is_forced_where_nothing_is_held(self, hall: Hall) -> None:
        deposited(hall)
        with pytest.raises(RuleError, match=r"« en visa ».*rien à forcer"):
            holds.force(hall.app, AGENT, ID, WHY)

    def test_nothing_is_forced_once_it_was_set_aside_or_sent_back(self, hall: Hall) -> None:
        """Its findings are still written on it: a decision for later would pass unseen."""
        deposited(hall, service_code="")
        holds.set_aside(hall.app, AGENT, ID, WHY)
        with pytest.raises(RuleError, match="« suivie ailleurs »"):
            holds.force(hall.app, AGENT, ID, WHY)
        holds.take_over(hall.app, AGENT, ID, WHY)
        answers.recycle(hall.app, AGENT, ID, WHY)
        with pytest.raises(RuleError, match="« renvoyée »"):
            holds.force(hall.app, AGENT, ID, WHY)
        assert only(hall).forced == ()


class TestTakeOver:
    def test_it_is_controlled_and_certified_here_before_any_mandat(self, hall: Hall) -> None:
        deposited(hall, "SERVICE_FAIT")
        hall.day()
        assert (only(hall).state, hall.all(VisaFolder), hall.all(Mandat)) == (S.ELSEWHERE, (), ())
        assert holds.take_over(hall.app, AGENT, ID, WHY).state is S.IN_VISA
        hall.day()
        assert [one.state for one in hall.all(VisaFolder)] == [FolderState.IN_CIRCUIT]
        assert hall.all(Mandat) == ()
        hall.certify()
        hall.day()
        assert [one.amount for one in hall.all(Mandat)] == [Decimal("120.00")]
        assert hall.chorus.told == []  # Chorus Pro shows it certified already

    @pytest.mark.parametrize(
        "status", ["MANDATEE", "MISE_A_DISPOSITION_COMPTABLE", "COMPTABILISEE", "MISE_EN_PAIEMENT"]
    )
    def test_what_somebody_else_has_mandated_stays_held_and_gives_no_mandat(self, hall: Hall, status: str) -> None:
        deposited(hall, status)
        taken = holds.take_over(hall.app, AGENT, ID, WHY)
        assert (taken.state, [one.code for one in blocking(taken.findings)]) == (S.TO_CORRECT, ["STATUS-MANDATED"])
        with pytest.raises(RuleError, match="ne peut pas être forcé"):
            holds.force(hall.app, AGENT, ID, WHY)
        holds.resume(hall.app, AGENT, ID, WHY)
        for _ in range(2):
            hall.day()
            hall.certify()
        assert (only(hall).state, hall.all(Mandat)) == (S.TO_CORRECT, ())

    def test_forty_of_them_give_no_mandat(self, hall: Hall) -> None:
        for order in range(40):
            status = ("SERVICE_FAIT", "MANDATEE", "MISE_EN_PAIEMENT", "COMPTABILISEE")[order % 4]
            hall.chorus.deposit(f"92{order:05d}", content(f"G-{order}", f"{order + 1}.00"), status=status)
        for _ in range(2):
            hall.day()
            hall.certify()
        assert {one.state for one in hall.all(Invoice)} == {S.ELSEWHERE}
        assert (len(hall.all(Invoice)), hall.all(Mandat), hall.chorus.told) == (40, (), [])

    def test_after_a_visa_of_the_same_episode_a_desk_has_it_again(self, hall: Hall) -> None:
        deposited(hall)
        hall.chorus.statuses[KEY] = "MANDATEE"  # by mistake, on the portal
        hall.day()
        assert only(hall).state is S.ELSEWHERE
        hall.chorus.statuses[KEY] = "MISE_A_DISPOSITION"
        hall.day()
        assert holds.take_over(hall.app, AGENT, ID, WHY).state is S.IN_VISA
        hall.day()
        assert folders(hall) == [("/1", "SCOLAIRE", FolderState.WITHDRAWN), ("/2", "SCOLAIRE", FolderState.IN_CIRCUIT)]

    @pytest.mark.parametrize("act", [answers.recycle, answers.suspend])
    def test_it_is_no_way_around_what_the_supplier_was_told(self, hall: Hall, act: Act) -> None:
        deposited(hall)
        act(hall.app, AGENT, ID, WHY)
        tell_now(hall.app, AGENT, ID)
        before = only(hall)
        with pytest.raises(RuleError, match="seule une facture suivie ailleurs"):
            holds.take_over(hall.app, AGENT, ID, WHY)
        assert only(hall) == before


class TestSetAside:
    def test_it_is_never_mandated_and_can_be_taken_over(self, hall: Hall) -> None:
        deposited(hall, frame="A2")
        assert holds.set_aside(hall.app, AGENT, ID, WHY).state is S.ELSEWHERE
        hall.day()
        assert (only(hall).state, hall.all(Mandat)) == (S.ELSEWHERE, ())
        assert holds.take_over(hall.app, AGENT, ID, WHY).state is S.TO_CORRECT  # still paid already

    @pytest.mark.parametrize("certified", [False, True])
    def test_one_that_a_desk_has_or_had_leaves_it(self, hall: Hall, *, certified: bool) -> None:
        """That it is drawn on our account, say, is found out when somebody looks at it."""
        deposited(hall)
        if certified:
            hall.certify()
        assert holds.set_aside(hall.app, AGENT, ID, WHY).state is S.ELSEWHERE
        hall.day()
        assert visa_views.queue(hall.app, VISEUR) == ()
        assert (only(hall).state, hall.all(Mandat)) == (S.ELSEWHERE, ())

    def test_not_once_it_is_to_pay(self, hall: Hall) -> None:
        deposited(hall)
        hall.certify()
        hall.day()
        with pytest.raises(IllegalTransition, match="« à payer » ne peut pas devenir « suivie ailleurs »"):
            holds.set_aside(hall.app, AGENT, ID, WHY)
