"""Freeze, set aside, take back, abandon, sign, send, in any order: no number is lost or sent twice, and no amount."""

import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.strategies import DataObject, data, sampled_from

from dematfin.acts import aside
from dematfin.acts import run as acts
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.aside import is_abandoned
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.parties.person import Person
from dematfin.domain.registers import Engagement
from dematfin.errors import RuleError
from dematfin.pes.aller import read_aller
from dematfin.steps.prepare import prepare
from dematfin.steps.transmit import transmit
from examples import AGENT, MAIRE
from fakes.hall import Hall

LEFT = {FluxState.TRANSMITTED, FluxState.ACKNOWLEDGED}
LAST_MANDAT, LAST_BORDEREAU = 1186, 41


class Office(RuleBasedStateMachine):
    """A town hall where the agent and the mayor do what they like."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.hall = Hall.build(Path(self.folder.name))
        self.deposited = 0
        self.arrive()

    def teardown(self) -> None:
        self._end()
        self.folder.cleanup()

    @rule()
    def arrive(self) -> None:
        self.deposited += 1
        self.hall.deposit("120.00", "45.30", start=2 * self.deposited)
        self.hall.day()
        self.hall.certify()

    @rule()
    def freeze(self) -> None:
        assert acts.run(self.hall.app, AGENT, prepare).failures == ()

    @precondition(lambda self: self._frozen())
    @rule(chosen=data(), who=sampled_from([AGENT, MAIRE]))
    def put_aside(self, chosen: DataObject, who: Person) -> None:
        mandat = chosen.draw(sampled_from(self._frozen()))
        before = self.hall.all(Mandat)
        sent = any(flux.state in LEFT for flux in self._flows(mandat.bordereau))
        try:
            aside.set_aside(self.hall.app, who, mandat.bordereau, mandat.id, "à vérifier")
        except RuleError:
            assert sent
            assert self.hall.all(Mandat) == before
        else:
            assert not sent

    @precondition(lambda self: self._aside())
    @rule(chosen=data())
    def take_back(self, chosen: DataObject) -> None:
        aside.take_back(self.hall.app, AGENT, chosen.draw(sampled_from(self._aside())).id)

    @precondition(lambda self: self._aside())
    @rule(chosen=data())
    def abandon(self, chosen: DataObject) -> None:
        aside.abandon(self.hall.app, AGENT, chosen.draw(sampled_from(self._aside())).id, "pas due")

    @rule()
    def sign(self) -> None:
        self.hall.sign()

    @rule()
    def send(self) -> None:
        assert acts.run(self.hall.app, AGENT, transmit).failures == ()

    @invariant()
    def no_number_is_sent_twice(self) -> None:
        flows = [self._read(one) for one in self.hall.tdt.received]
        sheets = [sheet for flow in flows for sheet in flow.bordereaux]
        mandats = Counter(piece.number for sheet in sheets for piece in sheet.mandats)
        assert set(mandats.values()) <= {1}
        assert set(Counter(sheet.number for sheet in sheets).values()) <= {1}

    @invariant()
    def no_number_is_missing(self) -> None:
        mandats = self.hall.all(Mandat)
        held = Counter(one.number for one in mandats if one.number and not is_abandoned(one))
        free = {one.number for one in mandats if is_abandoned(one)} - set(held)
        assert set(held.values()) <= {1}
        assert not [one for one in mandats if one.set_aside and one.bordereau]
        assert held.keys() | free == set(range(LAST_MANDAT + 1, LAST_MANDAT + 1 + len(held) + len(free)))
        sheets = sorted(one.number for one in self.hall.all(Bordereau))
        assert sheets == list(range(LAST_BORDEREAU + 1, LAST_BORDEREAU + 1 + len(sheets)))

    @invariant()
    def every_invoice_is_in_one_place(self) -> None:
        alive = [one for one in self.hall.all(Mandat) if one.state is not MandatState.CANCELLED]
        places = Counter(key for one in alive for key in one.invoice_ids)
        for invoice in self.hall.all(Invoice):
            assert places[invoice.id] == (invoice.state is InvoiceState.TO_PAY)
        mandated = sum((one.amount for one in alive), Decimal(0))
        assert self.hall.all(Engagement)[0].mandated == mandated

    @invariant()
    def every_bordereau_tells_what_it_holds(self) -> None:
        mandats = {one.id: one for one in self.hall.all(Mandat)}
        for sheet in self.hall.all(Bordereau):
            assert sheet.total == sum((mandats[key].amount for key in sheet.mandats), Decimal(0))
            assert {mandats[key].bordereau for key in sheet.mandats} <= {sheet.id}
            living = [one for one in self._flows(sheet.id) if one.state is not FluxState.DROPPED]
            assert [one.id for one in living] == [sheet.flux] * bool(sheet.mandats)

    def _end(self) -> None:
        """Once nothing is set aside any more, every number is in use, and the last cumul counts everything once."""
        for mandat in self._aside():
            aside.take_back(self.hall.app, AGENT, mandat.id)
        self.freeze()
        self.arrive()
        self.freeze()
        alive = [one for one in self.hall.all(Mandat) if one.state is not MandatState.CANCELLED]
        numbers = sorted(one.number for one in alive)
        assert numbers == list(range(LAST_MANDAT + 1, LAST_MANDAT + 1 + len(alive)))
        everything = Decimal("1000.00") + sum((one.amount for one in alive), Decimal(0))
        assert max(one.cumul for one in self.hall.all(Bordereau)) == everything
        assert all(one.mandats for one in self.hall.all(Bordereau))

    def _frozen(self) -> list[Mandat]:
        return [one for one in self.hall.all(Mandat) if one.bordereau]

    def _aside(self) -> list[Mandat]:
        return [one for one in self.hall.all(Mandat) if one.set_aside and one.state is MandatState.PREPARED]

    def _flows(self, bordereau: str) -> list[Flux]:
        return [one for one in self.hall.all(Flux) if bordereau in one.bordereaux]

    def _read(self, key: str) -> Any:
        path = Path(self.folder.name) / "recu.xml"
        path.write_bytes(self.hall.tdt.received[key])
        return read_aller(path)


Office.TestCase.settings = settings(
    max_examples=8, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
)
TestNumbers = Office.TestCase
