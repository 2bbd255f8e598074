"""The reader of PES files, as the pipeline sees it."""

from pathlib import Path

from dematfin.domain.editor.completion import Completion
from dematfin.domain.finding import Finding
from dematfin.domain.mandat.aller import ReadFlow
from dematfin.domain.mandat.answers import Acquit, Retour
from dematfin.pes.acquit import read_acquit
from dematfin.pes.aller import read_aller
from dematfin.pes.changes import changes
from dematfin.pes.retour import read_retour
from dematfin.pes.rules import judge
from dematfin.pes.take_out import take_out
from dematfin.pes.validate import Schemas


class Reader:
    """Implements ports.flow.FlowReader."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas

    def aller(self, flow: Path) -> ReadFlow:
        """Read a flow."""
        return read_aller(flow)

    def judge(self, flow: Path, known: frozenset[str], *, to_sign: bool | None = None) -> tuple[Finding, ...]:
        """Judge anybody's flow, signed, not signed, or about to be, here or on paper."""
        return judge(flow, self._schemas, ours=False, known=known, to_sign=to_sign)

    def changes(self, before: Path, after: Path, completion: Completion) -> tuple[str, ...]:
        """Return all that a completed flow changes and that its completion does not allow."""
        return changes(before, after, completion)

    def take_out(self, flow: Path, folder: Path) -> tuple[str, ...]:
        """Write the documents of a flow into a new folder."""
        return take_out(flow, folder)

    def acquit(self, data: bytes) -> Acquit:
        """Read an acquit."""
        return read_acquit(data, self._schemas)

    def retour(self, data: bytes) -> Retour:
        """Read a retour."""
        return read_retour(data, self._schemas)
