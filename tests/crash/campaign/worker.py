"""What people and the scheduler do with a town, in a child that may die at any point."""

import logging
import os
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog

from crash.campaign.crossings import Crossings, Fatal
from crash.campaign.reviewer import brought_by_hand, changed_mind, clerk_called, reviewed
from crash.campaign.town import Town, journal
from crash.campaign.watched import watch
from dematfin.acts import consult, deposits, mandats
from dematfin.acts import run as acts
from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.flux import UNDER_WAY, Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.parties.person import Person
from dematfin.domain.registers import Imputation
from dematfin.errors import DematfinError
from dematfin.ports.app import App
from dematfin.steps.day import Step
from dematfin.steps.editor_import import imports
from dematfin.steps.follow_up import follow_up
from dematfin.steps.hand_over import hand_over
from dematfin.steps.outcome import Outcome
from dematfin.steps.prepare import prepare
from dematfin.steps.reconcile import reconcile
from dematfin.steps.transmit import transmit

NOWHERE: Final = Path(os.devnull)
UNFORESEEN: Final = "erreur imprévue"
STILL: Final = 5
"""Days without any change, longer than a deposit is left to rest, after which what is left waits for somebody."""
State = tuple[tuple[Flux, ...], tuple[Mandat, ...], tuple[EditorFlow, ...], tuple[Invoice, ...]]
EVERY: Final = 0.05
HEARD: Final = frozenset({FluxState.ACKNOWLEDGED})
GIVEN_BACK: Final = HEARD | {FluxState.REFUSED_BY_TDT}
"""What the TdT says refused may have been integrated."""
WATCH: Final = threading.Event()
OPEN: Final = frozenset(
    {
        MandatState.PREPARED,
        MandatState.IN_BORDEREAU,
        MandatState.SENT,
        MandatState.REFUSED_AT_GATE,
        MandatState.TAKEN_IN_CHARGE,
        MandatState.ON_HOLD,
        MandatState.PARTLY_PAID,
        MandatState.REJECTED,
    }
)


def never(_: int, __: str) -> bool:
    """Nobody dies."""
    return False


def live(town: Town, rounds: int, fatal: Fatal = never, log: Path = NOWHERE) -> None:
    """Live some days in a town, writing each crossing in `log`; stop when nothing is left to do, or nothing moves."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    crossings = Crossings.to(log, fatal)
    app = watch(town.app(), crossings)
    crossings.listen()
    seen: list[State] = []
    for _ in range(rounds):
        for act in _day(town, app):
            _said(town, act)
        seen.append(_state(app))
        if _settled(seen[-1]) or seen[-STILL:] == seen[-1:] * STILL:
            return
        WATCH.wait(EVERY)


def _day(town: Town, app: App) -> Iterator[Callable[[], tuple[Outcome, ...]]]:
    with app.ledger.reading() as books:
        agent = books.get(Person, "claire")
    play = town.play(app)
    back = GIVEN_BACK if town.hasty.exists() else HEARD
    yield _stepping(app, agent, reconcile)
    if town.software.exists():
        if town.hasty.exists():
            yield lambda: brought_by_hand(town, app, agent)
        yield _stepping(app, agent, imports)
        yield lambda: reviewed(app, agent)
    yield _stepping(app, agent, prepare)
    yield lambda: _acting(play.sign)
    if town.fickle.exists():
        yield lambda: changed_mind(app, agent)
    for step in (transmit, follow_up):
        yield _stepping(app, agent, step)
        if town.drop.exists():
            yield lambda: _carried(town)
    yield lambda: attached(town, app, agent)
    yield lambda: mended(app, agent, back)
    if town.software.exists():
        yield _stepping(app, agent, hand_over)
        yield lambda: clerk_called(town, app, back)


def _stepping(app: App, agent: Person, step: Step) -> Callable[[], tuple[Outcome, ...]]:
    return lambda: (acts.run(app, agent, step),)


def _carried(town: Town) -> tuple[Outcome, ...]:
    """Call for whoever carries files, and wait for them, however slow the machine."""
    town.carrier_called.touch()
    town.wait_for(town.carrier_called)
    return ()


def _acting(scene: Callable[[], Iterator[str]]) -> tuple[Outcome, ...]:
    list(scene())
    return ()


def attached(town: Town, app: App, agent: Person) -> tuple[Outcome, ...]:
    """Give the number that the TdT's own page shows of each deposit that it has and does not name."""
    shown = {
        line["nomfic"]: str(line["transaction"]) for line in journal(town.sandbox / "tdt") if line["what"] == "depot"
    }
    for tried in deposits.journal(app, agent):
        if tried.flux.state is FluxState.TO_VERIFY and tried.flux.arrived and tried.flux.id in shown:
            deposits.attach(app, agent, tried.flux.id, shown[tried.flux.id])
    return ()


def mended(app: App, agent: Person, back: Collection[FluxState]) -> tuple[Outcome, ...]:
    """Correct what came back, and take up again the bordereaux whose flow is in such a state."""
    for mandat in (one for one in consult.mandats(app, agent) if not one.editor):
        line = mandat.lines[0].imputation
        if mandat.state is MandatState.REFUSED_AT_GATE and line.fonction and "fonction" in mandat.reason.lower():
            mandats.correct(app, agent, mandat.id, Imputation(nature=line.nature, investment=line.investment))
        elif mandat.state is MandatState.REJECTED:
            mandats.reissue(app, agent, mandat.id)
    for sheet in consult.sheets(app, agent):
        if sheet.bordereau.refused and not sheet.bordereau.editor and sheet.flux and sheet.flux.state in back:
            mandats.resume(app, agent, sheet.bordereau.id)
    return ()


def _said(town: Town, act: Callable[[], tuple[Outcome, ...]]) -> None:
    """Do something; what a person is told is no failure of the product, what nobody foresaw is."""
    try:
        outcomes = act()
    except DematfinError:
        return
    told = [one.sentence for outcome in outcomes for one in outcome.failures if UNFORESEEN in one.sentence]
    with town.log("imprévu").open("a", encoding="utf-8") as sink:
        sink.writelines(f"{sentence}\n" for sentence in told)


def _state(app: App) -> State:
    with app.ledger.reading() as books:
        flows = tuple(replace(one, asked_at=None) for one in books.find(Flux))
        waiting = books.find(Invoice, state=InvoiceState.SERVICE_FAIT)
        return flows, books.find(Mandat), books.find(EditorFlow), waiting


def _settled(state: State) -> bool:
    """Say whether nobody has anything left to do."""
    flows, mandats, imported, waiting = state
    return (
        bool(mandats)
        and not waiting
        and not any(one.state is EditorFlowState.OPEN for one in imported)
        and not any(one.state in OPEN for one in mandats)
        and not any(one.state in UNDER_WAY for one in flows)
    )
