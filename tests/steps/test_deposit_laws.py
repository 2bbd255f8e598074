"""Deposits, deaths, lost answers, clocks set back, numbers given by hand, in any order: nothing is deposited twice."""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.strategies import DataObject, booleans, data, sampled_from

from dematfin.acts import consult, deposits, lost_flow, mandats
from dematfin.domain.mandat.attempt import OPEN, Attempt
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.errors import RuleError
from dematfin.steps.reconcile import reconcile
from dematfin.steps.transmit import transmit
from domain.test_whereabouts import MANDAT
from examples import AGENT, COMMUNE
from fakes.clock import FakeClock
from fakes.forgetful_tdt import MOODS, ForgetfulTdt
from fakes.hall import Hall, Killed

TOTAL = Decimal("120.00")
WHY = "vu avec le TdT et le comptable"
AWAY = (FluxState.SENDING, FluxState.TO_VERIFY)


class Watching(ForgetfulTdt):
    """Checks, at each deposit, that it was written before it left."""

    hall: Hall

    def send(self, flow: Path, nomfic: str) -> str:
        tried = sorted(self.hall.all(Attempt), key=lambda one: (one.flux == nomfic, one.number))
        assert (tried[-1].flux, tried[-1].state) == (nomfic, "SENDING")
        assert tried[-1].sha256 == hashlib.sha256(flow.read_bytes()).hexdigest()
        return super().send(flow, nomfic)


class Deposits(RuleBasedStateMachine):
    """Two signed flows, a TdT with moods, an agent who believes what the TdT's screen shows."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.hall = Hall.build(Path(self.folder.name))
        self.tdt = Watching()
        self.tdt.hall = self.hall
        self.hall.app = replace(self.hall.app, transmitter=self.tdt)
        self.made = 0
        self.meddled = False
        with self.hall.ledger.transaction() as books:
            for number in (1, 2):
                sheet = Bordereau(
                    id=f"B{number}",
                    siret=COMMUNE,
                    exercice=2026,
                    number=number,
                    emitted_on=FakeClock().today(),
                    mandats=(f"M{number}",),
                    total=TOTAL,
                    cumul=TOTAL,
                    prepared_by=AGENT.id,
                )
                mandat = replace(MANDAT, id=f"M{number}", number=number, bordereau=sheet.id, shares=())
                books.save(sheet, replace(mandat, state=MandatState.IN_BORDEREAU, amount=TOTAL))
        for number in (1, 2):
            self._sign(f"B{number}")

    def teardown(self) -> None:
        self._end()
        self.folder.cleanup()

    @rule(mood=sampled_from(MOODS))
    def sends(self, mood: str) -> None:
        self.tdt.mood = mood
        self._survive(lambda: transmit(self.hall.app))

    @rule(mood=sampled_from(MOODS), lists=booleans())
    def asks(self, mood: str, *, lists: bool) -> None:
        self.tdt.mood, self.tdt.lists = mood, lists
        self._survive(lambda: reconcile(self.hall.app))

    @precondition(lambda self: self._signed() and not self.meddled)
    @rule(chosen=data())
    def is_deposited_by_somebody_else(self, chosen: DataObject) -> None:
        flux = chosen.draw(sampled_from(self._signed()))
        one = (flux.id, self.hall.documents.kept[flux.unsigned.sha256])
        if not self.tdt.knows(one):
            self.meddled = True
            self.tdt.take(one)

    @rule(minutes=sampled_from((1, 3, 6, 60)))
    def waits(self, minutes: int) -> None:
        self.hall.clock.advance(minutes=minutes)
        self.tdt.land()

    @rule(minutes=sampled_from((1, 30, 100_000)))
    def sets_the_clock_back(self, minutes: int) -> None:
        self.hall.clock.advance(minutes=-minutes)

    @precondition(lambda self: self.tdt.alive)
    @rule(chosen=data())
    def is_forgotten(self, chosen: DataObject) -> None:
        self.tdt.forget(chosen.draw(sampled_from(sorted(self.tdt.alive))))

    @precondition(lambda self: self._away())
    @rule(chosen=data())
    def is_attached(self, chosen: DataObject) -> None:
        flux = chosen.draw(sampled_from(self._away()))
        number = chosen.draw(sampled_from((*self.tdt.alive, *self.tdt.lost, "99")))
        try:
            known = deposits.attach(self.hall.app, AGENT, flux.id, number)
        except RuleError:
            return
        assert self.tdt.alive[known.remote_id][0] == flux.id

    @precondition(lambda self: self._away())
    @rule(chosen=data())
    def is_certified_absent(self, chosen: DataObject) -> None:
        """The agent asks the TdT's people first, who look: what is there, or on its way, they say."""
        flux = chosen.draw(sampled_from(self._away()))
        if flux.id in {name for name, _ in self.tdt.alive.values()}:
            return
        try:
            lost_flow.certify_absent(self.hall.app, AGENT, flux.id, WHY, TOTAL)
        except RuleError:
            return
        assert flux.id not in {name for name, _ in self.tdt.late}

    @precondition(lambda self: any(one.refused for one in self.hall.all(Bordereau)))
    @rule()
    def is_signed_again(self) -> None:
        for sheet in self.hall.all(Bordereau):
            if sheet.refused:
                mandats.resume(self.hall.app, AGENT, sheet.id)
                self._sign(sheet.id)

    @invariant()
    def nothing_is_there_twice(self) -> None:
        there = Counter(self._bordereau(name) for name, _ in self.tdt.alive.values())
        assert max(there.values(), default=0) <= 1, self.tdt.alive

    @invariant()
    def a_name_is_always_of_the_same_bytes(self) -> None:
        assert len({name for name, _ in self.tdt.sent}) == len(set(self.tdt.sent))

    @invariant()
    def each_attempt_has_an_outcome_or_is_told(self) -> None:
        away = {one.id for one in self.hall.all(Flux) if one.state in AWAY}
        assert {one.flux for one in self.hall.all(Attempt) if one.state in OPEN} <= away
        alerts = consult.picture(self.hall.app, AGENT).alerts
        assert all(any(name in alert and "dematfin" in alert for alert in alerts) for name in away)

    @invariant()
    def what_is_transmitted_has_the_number_of_its_bytes(self) -> None:
        known = self.tdt.alive | self.tdt.lost
        for flux in self.hall.all(Flux):
            if flux.state is FluxState.TRANSMITTED:
                assert known[flux.remote_id][0] == flux.id

    def _sign(self, sheet_id: str) -> None:
        self.made += 1
        document = self.hall.documents.put(f"<flux{self.made}/>".encode())
        name = f"F{self.made}-{sheet_id}"
        with self.hall.ledger.transaction() as books:
            sheet = books.get(Bordereau, sheet_id)
            books.save(
                replace(sheet, flux=name, refused=False),
                *(
                    replace(one, state=MandatState.IN_BORDEREAU, bordereau=sheet_id)
                    for one in books.find(Mandat, id=sheet.mandats)
                ),
                Flux(
                    id=name,
                    siret=COMMUNE,
                    state=FluxState.SIGNED,
                    bordereaux=(sheet_id,),
                    pieces=(),
                    unsigned=document,
                    signed=document,
                ),
            )

    def _signed(self) -> list[Flux]:
        return [one for one in self.hall.all(Flux) if one.state is FluxState.SIGNED]

    def _away(self) -> list[Flux]:
        return [one for one in self.hall.all(Flux) if one.state in {*AWAY, FluxState.TRANSMITTED}]

    def _bordereau(self, name: str) -> str:
        return name.rpartition("-")[2]

    def _survive(self, step: Callable[[], object]) -> None:
        try:
            step()
        except Killed:
            self.hall.ledger.leases.clear()

    def _end(self) -> None:
        """The TdT is well again: after some time nothing is left that nobody can settle."""
        self.tdt.mood = "well"
        for _ in range(4):
            self.waits(60)
            reconcile(self.hall.app)
            transmit(self.hall.app)
        self.nothing_is_there_twice()
        for flux in self._left():
            assert flux.arrived, flux

    def _left(self) -> Iterator[Flux]:
        yield from (one for one in self.hall.all(Flux) if one.state in {*AWAY, FluxState.SIGNED})


Deposits.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestDeposits = Deposits.TestCase
