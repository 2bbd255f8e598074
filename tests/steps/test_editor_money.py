"""Beside a finance software nobody is paid twice, and whoever said what a mandat pays does not sign it."""

from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.acts import editor_flows, sign
from dematfin.domain.parties.person import Role
from dematfin.errors import SeparationOfDuties
from dematfin.steps.prepare import prepare
from editor_hall import brought, hall_beside
from examples import VISEUR
from exports import Ordered
from fakes.hall import Hall

LUCIE = replace(
    VISEUR, id="lucie", name="Lucie Toutes", desks=frozenset(), roles=frozenset({Role.AGENT, Role.ORDONNATEUR})
)
"""She may prepare, and she may sign: not the same bordereau."""


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall beside its finance software, two visaed invoices."""
    built = hall_beside(tmp_path)
    built.certified("120.00", "45.30", start=101)
    with built.ledger.transaction() as books:
        books.save(LUCIE)
    return built


def test_whoever_said_what_a_mandat_pays_does_not_sign_it(hall: Hall, tmp_path: Path) -> None:
    flow = brought(hall, tmp_path, Ordered(invoice="AUTRE"))
    editor_flows.choose(hall.app, LUCIE, flow.id, "501", "F2026-000001")
    prepare(hall.app)
    (sheet,) = sign.to_sign(hall.app, LUCIE)
    with pytest.raises(SeparationOfDuties, match="préparé COMMUNE-2026-12"):
        sign.sign(hall.app, LUCIE, sheet.flux.id, sheet.bordereau.total)
