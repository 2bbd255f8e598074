"""Several processes freeze bordereaux of one base together: no number is missing, none is given twice, in any kind."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine

from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.budget import BudgetYear
from dematfin.domain.mandat.kind import BordereauKind, MandatKind
from dematfin.domain.mandat.liquidation import Basis, liquidate
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece, PieceKind
from dematfin.domain.money import ZERO
from dematfin.ports.app import App
from dematfin.steps.number import number_all
from dematfin.steps.outcome import Outcome, Tally
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger
from examples import COMMUNE, account, budget_year, engagement, invoice, tiers
from fakes.clock import FakeClock
from fakes.hall import Hall
from pes.plans import piece

PROCESSES = 3
MANDATS = 12


@pytest.fixture
def engines(base: str) -> Iterator[list[Engine]]:
    """Return an engine for each process: they share nothing but the base."""
    opened = [open_engine(base) for _ in range(PROCESSES)]
    yield opened
    for engine in opened:
        engine.dispose()


def proofs() -> tuple[Piece, ...]:
    """Return what every mandat carries, whatever it does: a mandat without its documents is not numbered."""
    kinds = (PieceKind.FACTURE, PieceKind.CERTIFICAT)
    return tuple(replace(piece(place), kind=kind) for place, kind in enumerate(kinds, start=1))


def waiting(place: int) -> Mandat:
    """Return a mandat that waits for its number; one of three takes back."""
    basis = Basis(
        invoice=invoice(f"F-{place}", "10.00"),
        engagement=engagement(),
        tiers=(tiers(),),
        accounts=(account(),),
        pieces=tuple(one.id for one in proofs()),
    )
    made = liquidate(basis, mandat_id=f"M2026-{place:06d}", exercice=2026, payment_days=30)
    return replace(made, kind=MandatKind.REDUCTION) if place % 3 == 0 else made


def opened() -> BudgetYear:
    return budget_year(last_reduction=7, last_reduction_bordereau=2, reduced=Decimal("50.00"))


def test_no_gap_and_no_double_in_any_kind(engines: list[Engine], tmp_path: Path) -> None:
    hall = Hall.build(tmp_path, flow_limit=10_000)
    clock = FakeClock()
    apps = [replace(hall.app, ledger=SqlLedger(engine, COMMUNE, clock.now)) for engine in engines]
    with apps[0].ledger.transaction() as books:
        books.save(engagement(), opened(), *proofs(), *map(waiting, range(MANDATS)))
    gate = Barrier(PROCESSES)

    def freeze(app: App) -> Outcome:
        tally = Tally("gel")
        gate.wait()
        number_all(app, tally)
        return tally.outcome()

    with ThreadPoolExecutor(max_workers=PROCESSES) as threads:
        outcomes = list(threads.map(freeze, apps))
    assert [outcome.failures for outcome in outcomes] == [()] * PROCESSES
    with apps[0].ledger.reading() as books:
        mandats, sheets = books.find(Mandat), books.find(Bordereau)
    assert {one.state for one in mandats} == {MandatState.IN_BORDEREAU}
    _check(mandats, sheets, BordereauKind.ORDINARY, 1187, 42)
    _check(mandats, sheets, BordereauKind.REDUCTION, 8, 3)


def _check(mandats: tuple[Mandat, ...], sheets: tuple[Bordereau, ...], kind: BordereauKind, *first: int) -> None:
    ours = sorted(one.number for one in mandats if one.kind.bordereau is kind)
    listed = sorted((one for one in sheets if one.kind is kind), key=lambda sheet: sheet.number)
    assert ours == list(range(first[0], first[0] + len(ours)))
    assert [one.number for one in listed] == list(range(first[1], first[1] + len(listed)))
    assert sorted(key for one in listed for key in one.mandats) == sorted(
        one.id for one in mandats if one.kind.bordereau is kind
    )
    start = opened().start(kind).cumul
    for place, sheet in enumerate(listed):
        assert sheet.cumul == start + sum((one.total for one in listed[: place + 1]), ZERO)
