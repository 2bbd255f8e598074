"""A base put back at any point of any small life: the TdT's own records show each order to pay once."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dematfin.acts import sign
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.errors import Barred
from dematfin.pes.aller import read_aller
from examples import MAIRE
from fakes.hall import Hall
from restoration.backup import Backup, settled, where

MOVES: Final = ("deposit", "day", "certify", "sign", "tomorrow")
lives = st.lists(st.sampled_from(MOVES), min_size=1, max_size=6)


class Town:
    """A small life, move by move."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hall = Hall.build(folder)
        self.hall.tdt.no_retour = True
        self.deposited = 0

    def make(self, move: str) -> None:
        match move:
            case "deposit":
                self.deposited += 1
                self.hall.deposit(f"{100 + self.deposited}.00", start=self.deposited)
            case "day":
                self.hall.day()
            case "certify":
                self.hall.certify()
            case "sign":
                self.signs()
            case _:
                self.hall.clock.advance(days=1)

    def signs(self) -> None:
        if where(self.hall).restored is None:
            self.hall.sign()
        elif sign.to_sign(self.hall.app, MAIRE):
            with pytest.raises(Barred):
                self.hall.sign()

    def ends(self) -> None:
        """Go on until all that can be paid is."""
        for _ in range(2):
            for move in ("day", "certify", "day", "sign", "day"):
                self.make(move)

    def orders(self) -> tuple[Counter[tuple[str, int]], Counter[str]]:
        """Count the numbers that the TdT ever took, and the invoices that they pay."""
        numbers: Counter[tuple[str, int]] = Counter()
        invoices: Counter[str] = Counter()
        for key, data in self.hall.tdt.received.items():
            path = self.folder / f"recu-{key}.xml"
            path.write_bytes(data)
            for sheet in read_aller(path).bordereaux:
                numbers[f"bordereau {sheet.exercice}", sheet.number] += 1
                numbers.update((f"mandat {sheet.exercice}", one.number) for one in sheet.mandats)
                invoices.update(number for one in sheet.mandats for number in one.invoices)
        return numbers, invoices


@settings(max_examples=5)
@given(before=lives, since=lives, after=lives)
@example(
    before=["deposit", "day", "certify"],
    since=["day", "sign", "deposit", "day", "certify", "day", "sign", "day"],
    after=["day", "certify", "day"],
)
@example(before=["deposit", "day", "certify", "day"], since=["sign", "day"], after=["sign", "day"])
def test_no_order_to_pay_is_there_twice_and_none_is_lost(before: list[str], since: list[str], after: list[str]) -> None:
    with TemporaryDirectory() as folder:
        town = Town(Path(folder))
        for move in before:
            town.make(move)
        backup = Backup.of(town.hall)
        for move in since:
            town.make(move)
        backup.put_back(town.hall)
        there = dict(town.hall.tdt.received)
        for move in after:
            town.make(move)
            if where(town.hall).restored:
                assert town.hall.tdt.received == there
        town.hall.clock.advance(hours=1)
        town.make("day")
        if where(town.hall).restored:
            settled(town.hall)
        town.ends()
        numbers, invoices = town.orders()
        assert set(numbers.values()) <= {1}
        assert invoices == {f"F-{one}": 1 for one in range(1, town.deposited + 1)}
        left = {one.state for one in town.hall.all(Invoice)}
        assert left <= {InvoiceState.TO_PAY, InvoiceState.ELSEWHERE}
        assert {one.state for one in town.hall.all(Mandat)} <= {MandatState.SENT}
