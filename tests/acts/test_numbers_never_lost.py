"""Freeze, set aside, abandon, sign, send, refuse, reject, reduce, in any order: no number is lost or sent twice.

Nor is any amount: credits, cumul and totals are what the mandats say, whatever came back.
"""

import tempfile
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.strategies import DataObject, booleans, data, sampled_from

from dematfin.acts import aside, attachments, mandats, reductions
from dematfin.acts import run as acts
from dematfin.acts.reductions import Wish
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.aside import is_abandoned
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.kind import BordereauKind, MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import PieceKind
from dematfin.domain.mandat.reduction import STANDING, remaining
from dematfin.domain.parties.person import Person
from dematfin.domain.registers import Engagement
from dematfin.errors import RuleError
from dematfin.pes.aller import read_aller
from dematfin.steps.follow_up import follow_up
from dematfin.steps.keeping import Given
from dematfin.steps.prepare import prepare
from dematfin.steps.transmit import transmit
from examples import AGENT, MAIRE
from fakes.hall import Hall

LEFT = {FluxState.TRANSMITTED, FluxState.ACKNOWLEDGED}
LAST = {BordereauKind.ORDINARY: (1186, 41), BordereauKind.REDUCTION: (0, 0)}
CERTIFICATE = Given(name="certificat.pdf", data=b"%PDF-1.7 certificat", kind=PieceKind.CERTIFICAT)
S = MandatState


class Office(RuleBasedStateMachine):
    """A town hall where the agent and the mayor do what they like."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.hall = Hall.build(Path(self.folder.name))
        self.deposited = 0
        self.came_back: set[str] = set()
        self.rejected: Counter[tuple[str, int]] = Counter()
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
        sheet = next(one for one in self.hall.all(Bordereau) if one.id == mandat.bordereau)
        sent = any(flux.state in LEFT for flux in self.hall.all(Flux) if flux.id == sheet.flux)
        ours = mandat.state is S.PREPARED or (mandat.state is S.IN_BORDEREAU and not sent)
        try:
            aside.set_aside(self.hall.app, who, mandat.bordereau, mandat.id, "à vérifier")
        except RuleError:
            assert not ours
            assert self.hall.all(Mandat) == before
        else:
            assert ours

    @precondition(lambda self: self._aside())
    @rule(chosen=data())
    def take_back(self, chosen: DataObject) -> None:
        aside.take_back(self.hall.app, AGENT, chosen.draw(sampled_from(self._aside())).id)

    @precondition(lambda self: self._aside())
    @rule(chosen=data())
    def abandon(self, chosen: DataObject) -> None:
        gone = chosen.draw(sampled_from(self._aside()))
        self._unless_reduced(gone, lambda: aside.abandon(self.hall.app, AGENT, gone.id, "pas due"))

    @precondition(lambda self: self._in(S.SENT, S.TAKEN_IN_CHARGE, S.PAID))
    @rule(chosen=data(), whole=booleans())
    def reduce(self, chosen: DataObject, *, whole: bool) -> None:
        origin = chosen.draw(sampled_from(self._in(S.SENT, S.TAKEN_IN_CHARGE, S.PAID)))
        left = sum((line.total for line in remaining(origin, self._reductions(origin))), Decimal(0))
        wish = Wish(motif="prix faux", amount=None if whole else Decimal("10.00"))
        if left >= Decimal("10.00"):
            made = reductions.reduce(self.hall.app, AGENT, origin.id, wish)
            attachments.attach(self.hall.app, AGENT, made.id, CERTIFICATE)
            self.freeze()

    @precondition(lambda self: self._to_cancel())
    @rule(chosen=data())
    def cancel(self, chosen: DataObject) -> None:
        gone = chosen.draw(sampled_from(self._to_cancel()))
        self._unless_reduced(gone, lambda: reductions.cancel(self.hall.app, AGENT, gone.id, "pas due"))

    @precondition(lambda self: any(one.state is S.REJECTED for one in self.hall.all(Mandat)))
    @rule(chosen=data())
    def reissue(self, chosen: DataObject) -> None:
        back = chosen.draw(sampled_from([one for one in self.hall.all(Mandat) if one.state is S.REJECTED]))
        self._unless_reduced(back, lambda: mandats.reissue(self.hall.app, AGENT, back.id))

    @precondition(lambda self: any(one.refused for one in self.hall.all(Bordereau)))
    @rule()
    def resume(self) -> None:
        for sheet in self.hall.all(Bordereau):
            if sheet.refused:
                mandats.resume(self.hall.app, AGENT, sheet.id)

    @rule()
    def sign(self) -> None:
        self.hall.sign()

    @rule()
    def send(self) -> None:
        assert acts.run(self.hall.app, AGENT, transmit).failures == ()

    @rule(refuses=booleans(), rejects=booleans())
    def sign_send_and_hear(self, *, refuses: bool, rejects: bool) -> None:
        """The entry gate may refuse what leaves now, or the comptable reject a mandat of it."""
        self.hall.sign()
        leaving = {key for flux in self.hall.all(Flux) if flux.state is FluxState.SIGNED for key in flux.bordereaux}
        sheets = [one for one in self.hall.all(Bordereau) if one.id in leaving]
        orders = [one for one in self.hall.all(Mandat) if one.bordereau in leaving]
        tdt, before = self.hall.tdt, set(self.hall.tdt.received)
        tdt.refused = {one.number for one in sheets} if refuses else set()
        chosen = orders[-1:] if rejects and not refuses else []
        tdt.rejected = {one.number for one in chosen}
        self.send()
        assert acts.run(self.hall.app, AGENT, follow_up).failures == ()
        if refuses:
            self.came_back |= set(tdt.received) - before
        self.rejected.update((one.kind.bordereau, one.number) for one in chosen)
        tdt.refused, tdt.rejected = set(), set()

    @invariant()
    def no_number_is_sent_twice(self) -> None:
        flows = [self._read(one) for one in self.hall.tdt.received if one not in self.came_back]
        sheets = [sheet for flow in flows for sheet in flow.bordereaux]
        sent = Counter((sheet.kind, piece.number) for sheet in sheets for piece in sheet.mandats)
        sent.subtract(self.rejected)
        assert set(sent.values()) <= {0, 1}
        assert set(Counter((sheet.kind, sheet.number) for sheet in sheets).values()) <= {1}

    @invariant()
    def no_number_is_missing(self) -> None:
        for kind, (last_mandat, last_bordereau) in LAST.items():
            held, burnt, free = self._numbers(kind)
            assert set(held.values()) <= {1}
            assert held.keys() | burnt | free == set(range(last_mandat + 1, last_mandat + 1 + self._used(kind)))
            sheets = sorted(one.number for one in self.hall.all(Bordereau) if one.kind is kind)
            assert sheets == list(range(last_bordereau + 1, last_bordereau + 1 + len(sheets)))
        assert not [one for one in self.hall.all(Mandat) if one.set_aside and one.bordereau]

    @invariant()
    def every_invoice_is_in_one_place(self) -> None:
        alive = [one for one in self.hall.all(Mandat) if one.state is not S.CANCELLED]
        gone = {one.id: one for one in self.hall.all(Mandat) if one.state is S.CANCELLED}
        places = Counter(key for one in alive for key in one.invoice_ids)
        undone = {key for one in gone.values() for key in one.invoice_ids}
        for invoice in self.hall.all(Invoice):
            assert places[invoice.id] <= (invoice.state is InvoiceState.TO_PAY)
            assert places[invoice.id] or invoice.state is not InvoiceState.TO_PAY or invoice.id in undone
        ordered = sum((one.amount for one in alive if one.origin is None), Decimal(0))
        back = [one for one in alive if one.origin and one.origin.mandat not in gone and (one.number or one.burnt)]
        assert self.hall.all(Engagement)[0].mandated == ordered - sum((one.amount for one in back), Decimal(0))

    @invariant()
    def no_reduction_takes_back_more_than_there_is(self) -> None:
        for origin in self.hall.all(Mandat):
            assert all(line.total >= 0 for line in remaining(origin, self._reductions(origin)))

    @invariant()
    def every_bordereau_tells_what_it_holds(self) -> None:
        mandats = {one.id: one for one in self.hall.all(Mandat)}
        for sheet in self.hall.all(Bordereau):
            assert sheet.total == sum((mandats[key].amount for key in sheet.mandats), Decimal(0))
            if not [one for one in self._flows(sheet.id) if one.state in LEFT]:
                assert {mandats[key].bordereau for key in sheet.mandats} <= {sheet.id}
            living = [one for one in self._flows(sheet.id) if one.state is not FluxState.DROPPED]
            now = [one.id for one in living if one.id not in sheet.sent_before]
            assert now == [sheet.flux] * bool(sheet.mandats)

    def _end(self) -> None:
        """Once nothing is set aside any more, every number is in use, and the last cumul counts everything once."""
        if [one for one in self.hall.all(Bordereau) if one.refused]:
            self.resume()
        for mandat in self._aside():
            aside.take_back(self.hall.app, AGENT, mandat.id)
        self.freeze()
        self.arrive()
        self.freeze()
        kind = BordereauKind.ORDINARY
        assert self._numbers(kind)[2] == set()
        everything = [one for one in self.hall.all(Mandat) if one.kind.bordereau is kind and one.bordereau]
        newest = next(one for one in self.hall.all(Bordereau) if one.id == everything[-1].bordereau)
        assert newest.cumul == Decimal("1000.00") + sum((one.amount for one in everything), Decimal(0))
        assert all(one.mandats for one in self.hall.all(Bordereau) if one.kind is kind)

    def _numbers(self, kind: BordereauKind) -> tuple[Counter[int], set[int], set[int]]:
        """Return the numbers that mandats hold, those that are burnt, and those that the next ones take."""
        ours = [one for one in self.hall.all(Mandat) if one.kind.bordereau is kind]
        held = Counter(one.number for one in ours if one.number and not is_abandoned(one))
        burnt = {number for one in ours for number in one.burnt}
        return held, burnt, {one.number for one in ours if one.number and is_abandoned(one)} - set(held) - burnt

    def _used(self, kind: BordereauKind) -> int:
        held, burnt, free = self._numbers(kind)
        return len(held.keys() | burnt | free)

    def _unless_reduced(self, mandat: Mandat, act: Callable[[], Mandat]) -> None:
        """Do it; it is refused when réductions of the mandat live, or when Chorus Pro was told its number."""
        before = self.hall.all(Mandat)
        alive = [one for one in self._reductions(mandat) if one.state is not S.CANCELLED]
        try:
            act()
        except RuleError as error:
            assert alive or "Chorus Pro montre déjà" in str(error)
            assert self.hall.all(Mandat) == before
        else:
            assert not alive

    def _reductions(self, origin: Mandat) -> list[Mandat]:
        return [one for one in self.hall.all(Mandat) if one.origin and one.origin.mandat == origin.id]

    def _in(self, *states: MandatState) -> list[Mandat]:
        assert set(states) <= STANDING
        return [one for one in self.hall.all(Mandat) if one.state in states and one.kind is not MandatKind.REDUCTION]

    def _to_cancel(self) -> list[Mandat]:
        mandats_there = self.hall.all(Mandat)
        waiting = [one for one in mandats_there if one.state is S.PREPARED and not (one.bordereau or one.aside)]
        return waiting + [one for one in mandats_there if one.state is S.REJECTED]

    def _frozen(self) -> list[Mandat]:
        """Return those that are still here, the last ones first, and one that is not."""
        frozen = [one for one in self.hall.all(Mandat) if one.bordereau]
        here = [one for one in reversed(frozen) if one.state in {S.IN_BORDEREAU, S.PREPARED}]
        return here[:2] + [one for one in frozen if one not in here][:1]

    def _aside(self) -> list[Mandat]:
        return [one for one in self.hall.all(Mandat) if one.aside]

    def _flows(self, bordereau: str) -> list[Flux]:
        return [one for one in self.hall.all(Flux) if bordereau in one.bordereaux]

    def _read(self, key: str) -> Any:
        path = Path(self.folder.name) / "recu.xml"
        path.write_bytes(self.hall.tdt.received[key])
        return read_aller(path)


Office.TestCase.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestNumbers = Office.TestCase
