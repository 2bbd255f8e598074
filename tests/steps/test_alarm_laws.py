"""Whatever comes and goes, whatever dies or fails as it is sent: all that is new is told, nothing twice in a week."""

import re
import tempfile
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from dematfin.domain.unattended.alarm import Alarm, AlarmRule, AlarmState
from dematfin.domain.unattended.run import Run
from dematfin.steps.alarm import alarm
from fakes.hall import Hall, Killed

STEPS: Final = ("import", "suivi", "textes")
READERS: Final = ("a@x.fr", "b@x.fr")
FAULTS = st.lists(st.sampled_from(["", "refuse_recipient", "later", "cut_before_data", "cut_after_data"]), max_size=3)
KILLS = st.none() | st.tuples(st.integers(1, 10), st.sampled_from(["before", "after"]))
NAMED: Final = re.compile(r"Étape « (\w+) » : mise de côté depuis le (\d\d/\d\d/\d{4})")


class Alarms(RuleBasedStateMachine):
    """Three steps that are given up and relaunched, two readers."""

    hall: Hall

    @initialize()
    def open(self) -> None:
        self.scratch = tempfile.TemporaryDirectory()
        self.hall = Hall.build(Path(self.scratch.name))
        self.hall.app = replace(
            self.hall.app, policy=replace(self.hall.app.policy, alarms=AlarmRule(recipients=READERS))
        )
        self.hall.ledger.axe = self.hall.axe
        self.up: dict[str, str] = {}
        self.arrived: dict[tuple[str, str], list[date]] = defaultdict(list)

    def teardown(self) -> None:
        if hasattr(self, "scratch"):
            self.scratch.cleanup()

    @rule(step=st.sampled_from(STEPS))
    def toggle(self, step: str) -> None:
        """Give a step up, or relaunch it; given up since the same hour, it is the same trouble."""
        since = None if step in self.up else self.hall.clock.now().replace(hour=1)
        with self.hall.ledger.transaction() as books:
            books.save(Run(id=step, began_at=self.hall.clock.now(), aside_since=since))
        if since:
            self.up[step] = f"{since:%d/%m/%Y}"
        else:
            del self.up[step]

    @rule(kill=KILLS, faults=FAULTS)
    def run(self, kill: tuple[int, str] | None, faults: list[str]) -> None:
        self.hall.axe.at = (self.hall.axe.calls + kill[0], kill[1]) if kill else None
        self.hall.mailer.faults = faults
        with suppress(Killed):
            alarm(self.hall.app)
        self.hall.axe.at, self.hall.mailer.faults = None, []
        self._open_boxes()

    @rule()
    def run_well(self) -> None:
        """Nobody dies, no mail fails: each reader knows of all that is wrong, or is said not to be sure to."""
        assert alarm(self.hall.app).failures == ()
        self._open_boxes()
        kept = {(one.recipient, *NAMED.findall(one.sentence)[0]): one for one in self.hall.all(Alarm)}
        today = self.hall.clock.today()
        for step, since in self.up.items():
            for reader in READERS:
                known = kept[reader, step, since]
                assert known.state in {AlarmState.SENT, AlarmState.DOUBTFUL} and known.told_on is not None
                assert today - known.told_on < timedelta(days=14)
                assert known.state is AlarmState.DOUBTFUL or self.arrived[reader, f"{step} {since}"]

    @rule(days=st.integers(1, 5))
    def wait(self, days: int) -> None:
        self.hall.clock.advance(days=days)

    def _open_boxes(self) -> None:
        today = self.hall.clock.today()
        for mail in self.hall.mailer.sent:
            for step, since in NAMED.findall(mail.text):
                days = self.arrived[mail.address, f"{step} {since}"]
                assert not days or today - days[-1] >= timedelta(days=7)
                days.append(today)
        self.hall.mailer.sent.clear()


Alarms.TestCase.settings = settings(
    max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAlarms = Alarms.TestCase
