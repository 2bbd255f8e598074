"""Whatever days, absences, decisions, deaths, mails that fail: nothing is told twice, nobody on duty is forgotten."""

import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from dematfin.acts import absences, supporting, visa_moves
from dematfin.acts import visa as acts
from dematfin.domain.mail import Mail
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.visa.circuit import Quorum
from dematfin.domain.visa.decision import Motive
from dematfin.domain.visa.delegation import Delegation, seats
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.domain.visa.levels import Level
from dematfin.domain.visa.reminders import Reminder, ReminderState
from dematfin.errors import DematfinError
from dematfin.steps.remind import remind
from examples import VISEUR
from fakes.hall import Hall, Killed, Watched
from fakes.mailer import FakeMailer
from visa.desks import EVERYBODY, circuit
from visa.mails import posted

PEOPLE = st.sampled_from([VISEUR, *EVERYBODY])
INVOICES = st.sampled_from(["F2026-000001", "F2026-000002", "F2026-000003"])
DESKS = st.sampled_from(["SCOLAIRE", "DST", "DGS", "CULTURE", "SPORT"])
FAULTS = st.lists(st.sampled_from(["", "refuse_recipient", "later", "cut_before_data", "cut_after_data"]), max_size=3)
KILLS = st.none() | st.tuples(st.integers(1, 16), st.sampled_from(["before", "after"]))
CIRCUITS = st.sampled_from(
    [
        circuit(["@service"]),
        circuit(["@service", "SPORT"], ["DST", "DGS"], quorum=Quorum.ALL),
        circuit(["@service", "SPORT"], ["DST"], ["CULTURE"]),
    ]
)
TOLD = {ReminderState.SENT, ReminderState.DOUBTFUL}


@dataclass
class Witness(FakeMailer):
    """A mail server that notes, when a mail comes, which reminders it carries and whether they are still true."""

    hall: Hall | None = None
    told: Counter[str] = field(default_factory=Counter)

    def send(self, mail: Mail) -> None:
        before = len(self.sent)
        try:
            super().send(mail)
        finally:
            if len(self.sent) > before and self.hall is not None:
                self.note(self.hall, mail)

    def note(self, hall: Hall, mail: Mail) -> None:
        for one in hall.all(Reminder):
            if one.mail == mail.id:
                assert one.state is ReminderState.SENDING
                self.told[one.id] += 1
                if one.level is not Level.WEEKLY:
                    check_still_awaited(hall, one)


def check_still_awaited(hall: Hall, one: Reminder) -> None:
    (folder,) = (folder for folder in hall.all(VisaFolder) if folder.id == one.folder)
    assert folder.state is FolderState.IN_CIRCUIT
    if one.level is not Level.ESCALATION:
        assert one.recipient in {key for desk in folder.desks for key in present(hall, desk)}


def present(hall: Hall, desk: str) -> set[str]:
    """Return who may decide at a desk today, without the owners who have lent it: told without the code under test."""
    today, people = hall.clock.today(), hall.all(Person)
    able = {one.id for one in people if one.may(Act.VISA)}
    lent = [one for one in hall.all(Delegation) if one.is_active(today) and one.substitute in able]
    seated = {one.id: seats(one, people, lent, today) for one in people}
    away = {one.absent for one in lent if not one.desks or desk in one.desks}
    return {key for key, desks in seated.items() if desk in desks and (desks[desk] or key not in away)}


class Reminders(RuleBasedStateMachine):
    """Three invoices, five heads of service, a director."""

    hall: Hall

    @initialize(chosen=CIRCUITS)
    def open(self, chosen: Any) -> None:
        self.scratch = tempfile.TemporaryDirectory()
        self.hall = posted(Path(self.scratch.name), chosen)
        self.witness = Witness(hall=self.hall)
        self.hall.app = replace(self.hall.app, mailer=Watched(self.witness, self.hall.axe, frozenset({"send"})))
        self.hall.deposit("60.00", "70.00", start=2)
        self.hall.day()
        self.hall.ledger.axe = self.hall.axe
        self.files = 0

    def teardown(self) -> None:
        if hasattr(self, "scratch"):
            self.scratch.cleanup()

    @rule(kill=KILLS, faults=FAULTS)
    def run(self, kill: tuple[int, str] | None, faults: list[str]) -> None:
        before = self.hall.all(VisaFolder)
        self.hall.axe.at = (self.hall.axe.calls + kill[0], kill[1]) if kill else None
        self.witness.faults = faults
        with suppress(Killed):
            remind(self.hall.app)
        self.hall.axe.at, self.witness.faults = None, []
        assert self.hall.all(VisaFolder) == before
        assert set(self.witness.told.values()) <= {1}

    @rule()
    def run_well(self) -> None:
        """Nobody dies, no mail fails: whoever is awaited and there has been told of this very turn."""
        assert remind(self.hall.app).failures == ()
        assert set(self.witness.told.values()) <= {1}
        if not self.hall.app.policy.reminders.speaks_on(self.hall.clock.today()):
            return
        told = {
            (one.id.split(f"/{one.level}")[0], one.recipient) for one in self.hall.all(Reminder) if one.state in TOLD
        }
        for folder in self.hall.all(VisaFolder):
            for desk in folder.desks:
                for key in present(self.hall, desk):
                    assert (f"{folder.id}/{folder.rank + 1}.{folder.step.turn}", key) in told

    @rule(days=st.integers(1, 4))
    def wait(self, days: int) -> None:
        self.hall.clock.advance(days=days)

    @rule(who=PEOPLE, invoice=INVOICES, yes=st.booleans())
    def decide(self, who: Person, invoice: str, *, yes: bool) -> None:
        with suppress(DematfinError):
            if yes:
                acts.approve(self.hall.app, who, invoice, acts.ServiceFait(executed_on=self.hall.clock.today()))
            else:
                acts.refuse(self.hall.app, who, invoice, Motive.WRONG_PRICE, "Trop cher.")

    @rule(who=PEOPLE, invoice=INVOICES)
    def take_back(self, who: Person, invoice: str) -> None:
        with suppress(DematfinError):
            visa_moves.undo(self.hall.app, who, invoice)

    @rule(who=PEOPLE, invoice=INVOICES, desk=DESKS)
    def transfer(self, who: Person, invoice: str, desk: str) -> None:
        with suppress(DematfinError):
            visa_moves.transfer(self.hall.app, who, invoice, desk, "Pas à moi.")

    @rule(who=PEOPLE, invoice=INVOICES)
    def attach(self, who: Person, invoice: str) -> None:
        self.files += 1
        with suppress(DematfinError):
            supporting.attach(self.hall.app, who, invoice, "bon.pdf", b"%PDF-" + str(self.files).encode())

    @rule(absent=PEOPLE, substitute=PEOPLE, length=st.integers(0, 5), desks=st.frozensets(DESKS, max_size=1))
    def leave(self, absent: Person, substitute: Person, length: int, desks: frozenset[str]) -> None:
        today = self.hall.clock.today()
        asked = absences.Absence(
            absent=absent.id,
            substitute=substitute.id,
            starts_on=today,
            ends_on=today + timedelta(days=length),
            desks=desks,
            reason="Congés.",
        )
        with suppress(DematfinError):
            absences.delegate(self.hall.app, absent, asked)


Reminders.TestCase.settings = settings(
    max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestReminders = Reminders.TestCase
