"""Writing flows for Hélios, and reading what it answers."""

from pathlib import Path
from typing import Protocol

from dematfin.domain.editor.completion import Completion
from dematfin.domain.finding import Finding
from dematfin.domain.mandat.aller import ReadFlow
from dematfin.domain.mandat.answers import Acquit, Retour
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.mandat.flux import FlowPlan
from dematfin.domain.mandat.mandat import Mandat


class FlowWriter(Protocol):
    """Builds PES_Aller files."""

    def check(self, mandat: Mandat, budget: Budget) -> None:
        """Raise FlowRejected, by name, when a mandat says what no flow can: told before it is numbered."""
        ...

    def build(self, plan: FlowPlan, target: Path) -> tuple[str, ...]:
        """Write the flow of a plan, unsigned; return what a person should know of it.

        Raises:
            FlowRejected: a text that cannot be written, or a document that is not what it was, by name.
        """
        ...

    def complete(self, flow: Path, completion: Completion, target: Path) -> None:
        """Write an editor's flow with what a completion adds, every other byte as it was.

        Raises:
            InvalidPes: no reference can be put where it belongs, or an identifier is there already; FlowRejected: a
            document is not what it was.
        """
        ...

    def problems(self, flow: Path, known: frozenset[str]) -> tuple[Finding, ...]:
        """Judge a file against the schemas and the rules that Hélios adds to them.

        `known` are the IdUnique of the documents that Hélios has: no other may be referred to without being carried.
        """
        ...


class FlowReader(Protocol):
    """Reads PES files, whoever wrote them; raises InvalidPes when there is nothing to read."""

    def aller(self, flow: Path) -> ReadFlow:
        """Read a flow."""
        ...

    def judge(self, flow: Path, known: frozenset[str], *, to_sign: bool | None = None) -> tuple[Finding, ...]:
        """Judge anybody's flow, signed or not; `known` are the IdUnique of the documents that Hélios has.

        One that will be completed is judged as it will leave: announced as signed, its signature still to come, when it
        is `to_sign`; announced as signed on paper when it is not.
        """
        ...

    def changes(self, before: Path, after: Path, completion: Completion) -> tuple[str, ...]:
        """Return, in French, all that a completed flow changes and that its completion does not allow: nothing.

        Whoever writes is not believed: the two files are compared byte for byte.
        """
        ...

    def take_out(self, flow: Path, folder: Path) -> tuple[str, ...]:
        """Write the documents of a flow into a new folder, and return the names given to them."""
        ...

    def acquit(self, data: bytes) -> Acquit:
        """Read an acquit; one that is not valid is read all the same, with a remark."""
        ...

    def retour(self, data: bytes) -> Retour:
        """Read a retour about expenses; one that is not valid is read all the same, with a remark."""
        ...
