"""Looking at flows, ours or anybody's: judging, reading, taking documents out, comparing; installing what judges."""

from pathlib import Path

from dematfin.domain.finding import Finding
from dematfin.domain.mandat.aller import ReadFlow
from dematfin.domain.mandat.compare import Difference, differences
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.schemas import SchemaVersion
from dematfin.ports.app import App
from dematfin.ports.schemas import SchemaSet


def install_schemas(app: App, who: Person, schemas: SchemaSet, archive: Path) -> SchemaVersion:
    """Install the DGFiP's schemas."""
    who.require(Act.ADMINISTER)
    return schemas.install(archive, app.clock.today())


def judge(app: App, who: Person, flow: Path) -> tuple[Finding, ...]:
    """Return what is wrong with a flow; documents that Hélios has accepted from us need not be in it."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        known = frozenset(piece.id for piece in books.find(Piece) if piece.accepted_in)
    return app.reader.judge(flow, known)


def read(app: App, who: Person, flow: Path) -> ReadFlow:
    """Return what a flow says."""
    who.require(Act.READ)
    return app.reader.aller(flow)


def take_out(app: App, who: Person, flow: Path, folder: Path) -> tuple[str, ...]:
    """Write the documents of a flow into a new folder, and return their names."""
    who.require(Act.READ)
    return app.reader.take_out(flow, folder)


def compare(app: App, who: Person, first: Path, second: Path) -> tuple[Difference, ...]:
    """Return what differs between two flows."""
    who.require(Act.READ)
    return differences(app.reader.aller(first), app.reader.aller(second))
