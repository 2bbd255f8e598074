"""A town hall whose commune leaves its mandats to a finance software."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dematfin.acts import editor_flows
from dematfin.acts.editor_flows import Review
from dematfin.domain.editor.editor_flow import EditorFlow
from examples import AGENT
from exports import Listed, Ordered, exported, on_disk
from fakes.hall import Hall


def brought(hall: Hall, folder: Path, *mandats: Ordered, **sheet: Any) -> EditorFlow:
    """Bring in one bordereau of some mandats."""
    return brought_in(hall, folder, [Listed(mandats=mandats or (Ordered(),), **sheet)])


def brought_in(hall: Hall, folder: Path, sheets: Sequence[Listed], **header: str) -> EditorFlow:
    """Bring in some bordereaux, by the agent."""
    path = on_disk(folder, exported(*sheets, **header))
    return editor_flows.bring_in(hall.app, AGENT, path, path.name).flow


def seen(hall: Hall, flow: EditorFlow) -> Review:
    """Return an import as the agent sees it."""
    return editor_flows.review(hall.app, AGENT, flow.id)


def held(hall: Hall, flow: EditorFlow) -> list[str]:
    """Return the codes of what holds an import back."""
    return [one.code for one in seen(hall, flow).held]
