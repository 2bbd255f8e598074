"""The agent beside a finance software: reviews what it exports, gives up what is wrong, says what to export again."""

import json
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Final

from crash.campaign.town import Town
from dematfin.acts import editor_drop, editor_flows
from dematfin.demo.folder import EXCHANGE
from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.editor.pairing import PairingState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.parties.person import Person
from dematfin.errors import DematfinError, RuleError
from dematfin.ports.app import App
from dematfin.steps.held_back import TO_DECIDE
from dematfin.steps.outcome import Outcome

PATIENCE: Final = 6
"""Exports of one bordereau after which the agent gives up none any more."""
WRONG: Final = "À corriger dans le logiciel financier."


def brought_by_hand(town: Town, app: App, agent: Person) -> tuple[Outcome, ...]:
    """Import what lies in the folder, as somebody who does not know that it is watched."""
    for path in sorted((town.root / EXCHANGE / "exports").glob("*.XML")):
        with suppress(DematfinError):
            editor_flows.bring_in(app, agent, path, path.name)
    return ()


def reviewed(app: App, agent: Person) -> tuple[Outcome, ...]:
    """Decide on all that waits for a person."""
    for found in editor_flows.listed(app, agent):
        if found.flow.state is EditorFlowState.OPEN and not _decided(app, agent, found):
            tried = Counter(number for one in _imports(app) for number in _numbers(one))
            if max(tried[number] for number in _numbers(found.flow)) < PATIENCE:
                editor_drop.drop(app, agent, found.flow.id, WRONG)
    return ()


def _decided(app: App, agent: Person, found: editor_flows.Review) -> bool:
    """Choose the likeliest invoices; say whether nothing is wrong."""
    if any(one.code != TO_DECIDE for one in found.held):
        return False
    for row in found.in_state(PairingState.TO_DECIDE):
        if not row.pairing.proposals:
            return False
        best = row.pairing.proposals[0].invoice_id
        try:
            editor_flows.choose(app, agent, found.flow.id, row.pairing.claim.key, best)
        except RuleError:
            return False
    return True


def changed_mind(app: App, agent: Person) -> tuple[Outcome, ...]:
    """Give up, once, what was completed and has not left: the finance software is to export it again."""
    imports = _imports(app)
    if not any(one.state is EditorFlowState.DROPPED for one in imports):
        for one in imports:
            if one.state is EditorFlowState.COMPLETED:
                editor_drop.drop(app, agent, one.id, WRONG)
    return ()


def to_export_again(app: App, back: Collection[FluxState]) -> list[int]:
    """Return the numbers of the bordereaux that were given up, or came back, and that no import has brought again."""
    imports = _imports(app)
    with app.ledger.reading() as books:
        sheets = {one.number: one for one in books.find(Bordereau, editor=True)}
        flows = {one.id: one for one in books.find(Flux, id=tuple(one.flux for one in sheets.values()))}
    waiting = {number for one in imports if one.state is EditorFlowState.OPEN for number in _numbers(one)}
    given_up = {number for one in imports if one.state is EditorFlowState.DROPPED for number in _numbers(one)}
    alive = {one.number for one in sheets.values() if not one.refused}
    back = {*back, FluxState.DROPPED}
    refused = {
        one.number for one in sheets.values() if one.refused and one.flux in flows and flows[one.flux].state in back
    }
    return sorted((given_up - alive - sheets.keys() | refused) - waiting)


def clerk_called(town: Town, app: App, back: Collection[FluxState]) -> tuple[Outcome, ...]:
    """Call whoever mandates there, and wait for them."""
    note = town.log("mandatement.tmp")
    note.write_text(json.dumps(to_export_again(app, back)), encoding="utf-8")
    note.rename(town.clerk_called)
    town.wait_for(town.clerk_called)
    return ()


def _imports(app: App) -> tuple[EditorFlow, ...]:
    with app.ledger.reading() as books:
        return books.find(EditorFlow)


def _numbers(flow: EditorFlow) -> Iterator[int]:
    return (one.number for one in flow.sheets)
