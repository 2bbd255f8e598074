"""Any week beside a finance software: whatever is exported, refused, rejected, dropped, nothing is ordered twice."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from dematfin.acts import editor_drop, reductions
from dematfin.domain.editor.disagreements import due
from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.editor.pairing import Pairing, PairingState
from dematfin.domain.editor.taken_up import CAME_BACK
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import NEVER_LEFT, AcquitSummary, Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import ZERO
from dematfin.errors import RuleError
from dematfin.steps.intentions import announced
from dematfin.steps.prepare import prepare
from examples import AGENT
from fakes.editor import Order, bring_in, export, sign_all
from fakes.hall import Hall

AMOUNT = "120.00"
INVOICES = st.integers(1, 4)
ORDERS = st.lists(st.tuples(st.sampled_from((AMOUNT, AMOUNT, "60.00")), INVOICES), min_size=1, max_size=2)


class Beside(RuleBasedStateMachine):
    """A finance software whose agents make mistakes, four invoices, and a DGFiP that refuses and rejects."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.hall = Hall.beside(Path(self.folder.name))
        self.hall.certified(*[AMOUNT] * 4)
        self.exports, self.number, self.sheet = 0, 1186, 41

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(orders=ORDERS, decided=st.booleans())
    def a_new_bordereau_is_exported(self, orders: list[tuple[str, int]], decided: bool) -> None:  # noqa: FBT001
        self.sheet += 1
        self._export({self.sheet: self._numbered(orders)}, decided=decided)

    @rule(orders=ORDERS)
    def two_bordereaux_are_exported_together(self, orders: list[tuple[str, int]]) -> None:
        self.sheet += 2
        self._export({self.sheet - 1 + place: self._numbered([one]) for place, one in enumerate(orders)})

    @precondition(lambda self: self._of(Bordereau))
    @rule(data=st.data(), orders=ORDERS)
    def a_number_is_used_again_by_mistake(self, data: st.DataObject, orders: list[tuple[str, int]]) -> None:
        sheet = data.draw(st.sampled_from(self._of(Bordereau)))
        self._export({sheet.number: self._numbered(orders)})

    @precondition(lambda self: self._of(Bordereau, refused=True))
    @rule(data=st.data(), more=st.lists(st.tuples(st.just(AMOUNT), INVOICES), max_size=1))
    def a_bordereau_that_came_back_is_exported_again(self, data: st.DataObject, more: list[tuple[str, int]]) -> None:
        sheet = data.draw(st.sampled_from(self._of(Bordereau, refused=True)))
        kept = [one for one in self._of(Mandat, id=sheet.mandats) if data.draw(st.booleans())]
        orders = [*((one.number, str(one.amount), self._payee(one, data)) for one in kept), *self._numbered(more)]
        if orders:
            self._export({sheet.number: orders})

    @precondition(lambda self: self._of(Mandat, state=MandatState.REJECTED))
    @rule(data=st.data(), same=st.booleans())
    def a_rejected_mandat_is_exported_again(self, data: st.DataObject, same: bool) -> None:  # noqa: FBT001
        one = data.draw(st.sampled_from(self._of(Mandat, state=MandatState.REJECTED)))
        self.sheet += 1
        order = (AMOUNT, self._payee(one, data))
        self._export({self.sheet: [(one.number, *order)] if same else self._numbered([order])})

    @precondition(lambda self: self._of(Pairing, state=PairingState.TO_DECIDE))
    @rule()
    def somebody_decides(self) -> None:
        with self.hall.ledger.transaction() as books:
            for one in books.find(Pairing, state=PairingState.TO_DECIDE):
                books.save(replace(one, state=PairingState.CHOSEN))

    @rule()
    def it_is_prepared(self) -> None:
        prepare(self.hall.app)

    @rule(data=st.data())
    def it_is_signed_and_answered(self, data: st.DataObject) -> None:
        sheets = [one.number for one in self._of(Bordereau, refused=False)]
        numbers = [one.number for one in self._of(Mandat, state=MandatState.IN_BORDEREAU)]
        self.hall.tdt.refused = {one for one in sheets if data.draw(st.integers(0, 2)) == 0}
        self.hall.tdt.rejected = {one for one in numbers if data.draw(st.integers(0, 2)) == 0}
        sign_all(self.hall)
        self.hall.day()
        self.hall.day()
        self.hall.tdt.refused = self.hall.tdt.rejected = set()

    @precondition(lambda self: self._of(Mandat, state=CAME_BACK))
    @rule(data=st.data())
    def a_mandat_is_withdrawn_there(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self._of(Mandat, state=CAME_BACK)))
        reductions.cancel(self.hall.app, AGENT, one.id, "retiré du logiciel financier")

    @precondition(lambda self: self._of(EditorFlow, state=EditorFlowState.COMPLETED))
    @rule(data=st.data())
    def an_import_is_dropped(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self._of(EditorFlow, state=EditorFlowState.COMPLETED)))
        (flux,) = self._of(Flux, id=one.flux)
        try:
            editor_drop.drop(self.hall.app, AGENT, one.id, "une erreur")
        except RuleError:
            assert flux.state not in NEVER_LEFT
        else:
            assert flux.state in NEVER_LEFT

    @invariant()
    def no_invoice_is_ordered_for_more_than_is_due(self) -> None:
        ordered: dict[str, Decimal] = {}
        for one in self._living():
            for share in one.shares:
                ordered[share.invoice_id] = ordered.get(share.invoice_id, ZERO) + share.amount
        for invoice in self._of(Invoice):
            assert ordered.get(invoice.id, ZERO) <= abs(due(invoice)), ordered

    @invariant()
    def an_invoice_is_to_pay_when_a_mandat_pays_it(self) -> None:
        paid = {key for one in self._living() for key in one.invoice_ids}
        with self.hall.ledger.reading() as books:
            for one in books.find(Invoice):
                shown = one.state is InvoiceState.TO_PAY and announced(books, one)
                assert (one.state is InvoiceState.TO_PAY) is (one.id in paid) or shown, one.id

    @invariant()
    def each_bordereau_lives_once(self) -> None:
        flows = self._of(Flux)
        back = {FluxState.DROPPED, FluxState.REFUSED_BY_TDT}
        living = [one for one in flows if one.state not in back and one.acquit is not AcquitSummary.REFUSED]
        carrying = Counter(key for one in living for key in one.bordereaux if one.acquit is AcquitSummary.NONE)
        assert not [key for key, count in carrying.items() if count > 1]
        assert len({one.number for one in self._of(Bordereau)}) == len(self._of(Bordereau))
        held = Counter(key for one in self._of(Bordereau) if not one.refused for key in one.mandats)
        alive = {one.id: one for one in self._living()}
        for key in held:
            if key in alive and alive[key].state is MandatState.IN_BORDEREAU:
                assert alive[key].bordereau in {one.id for one in self._of(Bordereau) if key in one.mandats}

    @invariant()
    def numbers_and_sums_are_the_editor_s(self) -> None:
        for sheet in self._of(Bordereau, refused=False):
            (flux,) = self._of(Flux, id=sheet.flux)
            read = self._read(flux)
            (there,) = (one for one in read.bordereaux if one.number == sheet.number)
            assert there.announced == sheet.total
            ours = {one.number: one.amount for one in self._of(Mandat, bordereau=sheet.id)}
            told = {one.number: one.amount for one in there.mandats}
            assert ours.items() <= told.items()
            if flux.state in NEVER_LEFT:
                assert ours == told

    def _of(self, kind: type[Any], **where: object) -> Sequence[Any]:
        with self.hall.ledger.reading() as books:
            return books.find(kind, **where)

    def _living(self) -> list[Mandat]:
        return [one for one in self._of(Mandat) if one.state is not MandatState.CANCELLED]

    def _read(self, flux: Flux) -> Any:
        path = Path(self.folder.name) / "lu.xml"
        path.write_bytes(self.hall.documents.kept[flux.unsigned.sha256])
        return self.hall.app.reader.aller(path)

    def _numbered(self, orders: Sequence[tuple[str, int]]) -> list[tuple[int, str, int]]:
        self.number += len(orders)
        first = self.number - len(orders) + 1
        return [(first + place, *one) for place, one in enumerate(orders)]

    def _payee(self, mandat: Mandat, data: st.DataObject) -> int:
        """Return the invoice of a mandat, or now and then another."""
        if data.draw(st.integers(0, 3)) == 0:
            return data.draw(INVOICES)
        return int(mandat.invoice_ids[0][-1])

    def _export(self, sheets: dict[int, list[tuple[int, str, int]]], *, decided: bool = True) -> None:
        self.exports += 1
        written = {key: [Order(number, amount) for number, amount, _ in orders] for key, orders in sheets.items()}
        paid = {number: f"F2026-00000{invoice}" for orders in sheets.values() for number, _, invoice in orders}
        flow = bring_in(self.hall, export(written, f"EXPORT_{self.exports}"), paid)  # type: ignore[arg-type]
        if not decided:
            with self.hall.ledger.transaction() as books:
                for one in books.find(Pairing, editor_flow=flow.id):
                    books.save(replace(one, state=PairingState.TO_DECIDE))


Beside.TestCase.settings = settings(
    max_examples=25, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
)
TestBeside = Beside.TestCase
