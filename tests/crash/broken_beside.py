"""The exchange with a finance software, broken on purpose (see `broken`)."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dematfin.domain.editor.candidate import Candidate
from dematfin.domain.editor.claim import Claim
from dematfin.domain.editor.matching import Match
from dematfin.domain.editor.pairing import PairingState
from dematfin.domain.editor.rules import EditorRules
from dematfin.domain.exchange.hand_over import HandOver, HandOverState
from dematfin.ports.app import App
from dematfin.ports.exchange import Exchange, Export
from dematfin.steps import editor_again, editor_import, handing, held_back, pairing
from dematfin.steps.outcome import Tally


def patch(owner: object, name: str, broken: object) -> None:
    """Put something broken in the place of what is there."""
    assert hasattr(owner, name)
    setattr(owner, name, broken)


def taken_first() -> None:
    """Let an export go from its folder before its import is written down."""

    def take(app: App, exchange: Exchange, export: Export, _: Tally) -> None:
        with tempfile.TemporaryDirectory() as folder:
            copy = shutil.copy(export.path, folder)
            exchange.taken(export)
            editor_import.take_in(app, Path(copy), export.name)

    patch(editor_import, "_take_export", take)


def imported_blindly() -> None:
    """Import without looking whether the same bytes, or the same bordereau, are there."""
    patch(editor_import, "_imported", lambda *_: None)
    patch(editor_import, "check_doubles", lambda *_: None)


def given_first() -> None:
    """Write down that a thing was handed over before it is in its place."""
    give = handing._give

    def hasty(app: App, exchange: Exchange, records: Sequence[HandOver]) -> None:
        with app.ledger.transaction() as books:
            books.save(*(replace(one, state=HandOverState.DONE, done_at=app.clock.now()) for one in records))
        give(app, exchange, records)

    patch(handing, "_give", hasty)


def believed() -> None:
    """Take every mandat of the finance software for what it says it pays, and look at nothing again."""

    def trusting(claims: Sequence[Claim], found: Sequence[Candidate], _: EditorRules) -> tuple[Match, ...]:
        known = {one.number: one.invoice_id for one in found}
        said = (known.get(claim.number, "") for claim in claims)
        return tuple(Match(state=PairingState.CERTAIN if key else PairingState.WITHOUT, invoice_id=key) for key in said)

    patch(pairing, "match", trusting)
    patch(held_back, "_held", lambda *_: iter(()))
    patch(editor_again, "_check_due", lambda *_: None)
