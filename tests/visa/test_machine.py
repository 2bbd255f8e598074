"""Whatever people do with a folder, in whatever order, the rules of a queue hold."""

import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dematfin.acts import absences, supporting, visa_moves, visa_views
from dematfin.acts import visa as acts
from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.person import Person
from dematfin.domain.visa.circuit import Quorum
from dematfin.domain.visa.decision import DecisionKind, Motive
from dematfin.domain.visa.delegation import Delegation, seats
from dematfin.domain.visa.folder import FolderState
from dematfin.domain.visa.step import StepState
from dematfin.domain.visa.task import VisaTask
from dematfin.errors import DematfinError
from dematfin.ports.app import App
from examples import ADMIN, VISEUR
from fakes.hall import Hall
from visa.desks import EVERYBODY, FIRST, circuit, folder, invoice, town

PEOPLE = st.sampled_from([VISEUR, *EVERYBODY])
DESKS = st.sampled_from(["SCOLAIRE", "VOIRIE", "DST", "DGS", "CULTURE", "SPORT", "PERSONNE"])
CIRCUITS = st.sampled_from(
    [
        circuit(["@service"]),
        circuit(["@service"], ["DST"]),
        circuit(["@service", "SPORT"], ["DST", "DGS"], quorum=Quorum.ALL),
        circuit(["@service", "SPORT"], ["DST", "DGS"], ["CULTURE"]),
    ]
)
SETTLED = {
    FolderState.APPROVED: InvoiceState.SERVICE_FAIT,
    FolderState.IN_CIRCUIT: InvoiceState.IN_VISA,
}


class Queue(RuleBasedStateMachine):
    """One invoice among five people."""

    hall: Hall

    @initialize(chosen=CIRCUITS)
    def open(self, chosen: Any) -> None:
        self.scratch = tempfile.TemporaryDirectory()
        self.hall = town(Path(self.scratch.name), chosen)
        self.due = folder(self.hall).due_on
        self.files = 0

    def teardown(self) -> None:
        if hasattr(self, "scratch"):
            self.scratch.cleanup()

    @property
    def app(self) -> App:
        return self.hall.app

    def may(self, who: Person) -> bool:
        people, delegations = self.hall.all(Person), self.hall.all(Delegation)
        return bool(set(seats(who, people, delegations, self.hall.clock.today())) & set(folder(self.hall).desks))

    @rule(who=PEOPLE, yes=st.booleans())
    def decide(self, who: Person, *, yes: bool) -> None:
        expected, before = self.may(who), folder(self.hall)
        try:
            if yes:
                acts.approve(self.app, who, FIRST, acts.ServiceFait(executed_on=self.hall.clock.today()))
            else:
                acts.refuse(self.app, who, FIRST, Motive.WRONG_PRICE, "Trop cher.")
        except DematfinError:
            assert not expected
            assert folder(self.hall) == before
        else:
            assert expected

    @rule(who=PEOPLE, desk=DESKS)
    def transfer(self, who: Person, desk: str) -> None:
        due = folder(self.hall).due_on
        with suppress(DematfinError):
            visa_moves.transfer(self.app, who, FIRST, desk, "Pas à moi.")
        assert folder(self.hall).due_on == due

    @rule(who=PEOPLE)
    def take_back(self, who: Person) -> None:
        before = folder(self.hall)
        try:
            visa_moves.undo(self.app, who, FIRST)
        except DematfinError:
            assert folder(self.hall) == before
        else:
            assert before.decisions[-1].by == who.id
            assert folder(self.hall).decisions == before.decisions[:-1]

    @rule()
    def bypass(self) -> None:
        with suppress(DematfinError):
            visa_moves.bypass(self.app, ADMIN, FIRST, "Bureau fermé.")

    @rule(who=PEOPLE)
    def read(self, who: Person) -> None:
        visa_views.mark_read(self.app, who, FIRST)

    @rule(who=PEOPLE)
    def attach(self, who: Person) -> None:
        self.files += 1
        with suppress(DematfinError):
            supporting.attach(self.app, who, FIRST, "bon.pdf", b"%PDF-" + str(self.files).encode())

    @rule(absent=PEOPLE, substitute=PEOPLE, length=st.integers(0, 5))
    def leave(self, absent: Person, substitute: Person, length: int) -> None:
        today = self.hall.clock.today()
        asked = absences.Absence(
            absent=absent.id,
            substitute=substitute.id,
            starts_on=today,
            ends_on=today + timedelta(days=length),
            reason="Congés.",
        )
        with suppress(DematfinError):
            absences.delegate(self.app, absent, asked)

    @rule(days=st.integers(1, 4))
    def wait(self, days: int) -> None:
        self.hall.clock.advance(days=days)

    @invariant()
    def one_current_step_or_none(self) -> None:
        if not hasattr(self, "hall"):
            return
        now = folder(self.hall)
        current = [number for number, step in enumerate(now.steps) if step.state is StepState.CURRENT]
        assert len(current) == (now.state is FolderState.IN_CIRCUIT)
        for number in current:
            assert all(step.state is StepState.UPCOMING for step in now.steps[number + 1 :])
            assert all(step.state in {StepState.APPROVED, StepState.SKIPPED} for step in now.steps[:number])

    @invariant()
    def the_invoice_follows_its_folder(self) -> None:
        if not hasattr(self, "hall"):
            return
        now, bill = folder(self.hall), invoice(self.hall)
        assert bill.state is SETTLED.get(now.state, InvoiceState.REFUSED)
        assert (bill.executed_on is not None) == (now.state is FolderState.APPROVED)
        open_ones = [one.status for one in self.hall.all(Intention) if one.state is IntentionState.OPEN]
        assert len(open_ones) == (now.state is not FolderState.IN_CIRCUIT)

    @invariant()
    def what_lies_on_desks_is_what_is_awaited(self) -> None:
        if not hasattr(self, "hall"):
            return
        waiting = {task.desk for task in self.hall.all(VisaTask) if task.waiting}
        assert waiting == set(folder(self.hall).desks)

    @invariant()
    def a_certified_step_was_certified_by_its_desks(self) -> None:
        if not hasattr(self, "hall"):
            return
        for step in folder(self.hall).steps:
            said = {one.desk for one in step.decisions if one.kind is DecisionKind.VISA}
            if step.state is StepState.APPROVED:
                assert said >= set(step.desks) if step.quorum is Quorum.ALL else said


Queue.TestCase.settings = settings(
    max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestQueue = Queue.TestCase
