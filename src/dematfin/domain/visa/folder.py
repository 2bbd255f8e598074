"""A visa folder: one invoice on its way through the desks of a circuit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.machine import Machine
from dematfin.domain.visa.circuit import Circuit, desks_of
from dematfin.domain.visa.deadline import DeadlineRule
from dematfin.domain.visa.decision import Decision, DecisionKind
from dematfin.domain.visa.step import DECIDED, FolderStep, StepState
from dematfin.errors import Conflict, RuleError


class FolderState(StrEnum):
    """Where the folder stands; late is derived, never stored."""

    DRAFT = "DRAFT"  # a desk of its circuit has nobody
    IN_CIRCUIT = "IN_CIRCUIT"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"  # the invoice left while it waited


S = FolderState
FOLDER_MACHINE: Final = Machine(
    {
        S.DRAFT: frozenset({S.IN_CIRCUIT, S.WITHDRAWN}),
        S.IN_CIRCUIT: frozenset({S.APPROVED, S.REFUSED, S.WITHDRAWN}),
        S.APPROVED: frozenset(),
        S.REFUSED: frozenset(),
        S.WITHDRAWN: frozenset(),
    },
    words={
        S.DRAFT: "sans viseur",
        S.IN_CIRCUIT: "à viser",
        S.APPROVED: "visée",
        S.REFUSED: "refusée",
        S.WITHDRAWN: "retirée",
    },
)

ENDED_THERE: Final = {
    S.APPROVED: StepState.APPROVED,
    S.REFUSED: StepState.REFUSED,
    S.WITHDRAWN: StepState.SKIPPED,
}
"""What its step becomes when a folder ends in a bought i-Parapheur."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisaFolder:
    """What desks have to decide on.

    Attributes:
        id: `<invoice id>/<episode>`: an invoice that comes back gets a new folder.
        circuit: id of the version that it was opened with.
        remote: its DossierID in a bought i-Parapheur; empty: our own queue.
        slip: the visa slip (PDF), once nothing can change in it any more.
    """

    id: str
    invoice_id: str
    circuit: str
    state: FolderState = FolderState.DRAFT
    steps: tuple[FolderStep, ...]
    remote: str = ""
    slip: DocumentRef | None = None

    @property
    def rank(self) -> int:
        """Place of the current step, or of the last one that was decided."""
        waiting = [number for number, step in enumerate(self.steps) if step.state is StepState.CURRENT]
        decided = [number for number, step in enumerate(self.steps) if step.state in DECIDED]
        return (waiting or decided[-1:] or [0])[0]

    @property
    def step(self) -> FolderStep:
        """The current step, or the last one that was decided."""
        return self.steps[self.rank]

    @property
    def desks(self) -> tuple[str, ...]:
        """The desks whose word is awaited now; none of ours when it lies in a bought i-Parapheur."""
        return self.step.awaited() if self.state is FolderState.IN_CIRCUIT and not self.remote else ()

    @property
    def desk(self) -> str:
        """The desks of the current step, in words."""
        return ", ".join(self.desks or self.step.desks)

    @property
    def activated_on(self) -> date | None:
        """Day when the current step began."""
        return self.step.activated_on

    @property
    def due_on(self) -> date | None:
        """Last day when the current step is on time."""
        return self.step.due_on

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """All that was decided, oldest first."""
        return tuple(decision for step in self.steps for decision in step.decisions)

    @property
    def executed_on(self) -> date | None:
        """Day of the service fait: the last one that was given."""
        return next((one.executed_on for one in reversed(self.decisions) if one.executed_on), None)

    @property
    def admitted(self) -> Decimal | None:
        """TTC admitted: the least that anybody said; None when nobody cut it."""
        return min((one.admitted for one in self.decisions if one.admitted is not None), default=None)

    def certified_by(self) -> frozenset[str]:
        """Return the ids of those who said that the service was done."""
        return frozenset(one.by for one in self.decisions if one.kind is DecisionKind.VISA)

    def is_late(self, today: date) -> bool:
        """Say whether the visa is overdue today: a visa given on its last day is on time until midnight."""
        return self.state is FolderState.IN_CIRCUIT and self.due_on is not None and today > self.due_on

    def begun(self, today: date, rule: DeadlineRule) -> "VisaFolder":
        """Return the folder on its first desk."""
        state = FOLDER_MACHINE.check(f"Facture {self.invoice_id}", self.state, FolderState.IN_CIRCUIT)
        return self._changed(state, (self.steps[0].begun(today, rule), *self.steps[1:]))

    def decided(self, decision: Decision, today: date, rule: DeadlineRule) -> "VisaFolder":
        """Return the folder with a decision: on its next desk, approved or refused; raises Conflict once decided."""
        if not self.desks or (decision.desk not in self.desks and decision.kind is not DecisionKind.BYPASS):
            raise self._settled()
        steps = list(self.steps)
        steps[self.rank] = self.step.with_decision(decision)
        return self._after(tuple(steps), self.rank, today, rule)

    def transferred(self, decision: Decision, target: str) -> "VisaFolder":
        """Return the folder with one desk of its current step replaced; the day when it is due does not move."""
        if decision.desk not in self.desks:
            raise self._settled()
        if target in self.step.desks:
            message = f"La facture {self.invoice_id} est déjà devant le bureau {target}."
            raise RuleError(message)
        desks = tuple(target if desk == decision.desk else desk for desk in self.step.desks)
        given = replace(self.step, desks=desks, read_by=(), turn=self.step.turn + 1)
        moved = replace(given, decisions=(*given.decisions, decision))
        return self._changed(self.state, self._with(self.rank, moved))

    def undone(self, who: str) -> "VisaFolder":
        """Return the folder as it was before the last decision, which must be this person's, and not seen further on.

        What was said is taken back, not followed by another state: the table of arrows has no word in it.

        Raises:
            RuleError: somebody else has decided since, or somebody else has already opened it at the next desk.
        """
        given = [one for one in self.decisions if one.kind in {DecisionKind.VISA, DecisionKind.REFUSAL}]
        if not given or self.decisions[-1] is not given[-1] or given[-1].by != who:
            message = f"Facture {self.invoice_id} : la dernière décision n'est pas la vôtre, elle ne se reprend pas."
            raise RuleError(message)
        rank = next(number for number, step in enumerate(self.steps) if given[-1] in step.decisions)
        if rank < self.rank and set(self.step.read_by) - {who}:
            message = f"Facture {self.invoice_id} : le bureau suivant l'a déjà ouverte, voyez avec lui."
            raise RuleError(message)
        again = replace(self.steps[rank], state=StepState.CURRENT, decisions=self.steps[rank].decisions[:-1])
        later = tuple(step.untouched() for step in self.steps[rank + 1 :])
        steps = (*self.steps[:rank], again, *later)
        return replace(self, state=FolderState.IN_CIRCUIT, steps=steps, slip=None)

    def reopened(self) -> "VisaFolder":
        """Return the folder back on its first desk, nothing decided; its first day does not move."""
        again = replace(self.steps[0], state=StepState.CURRENT, decisions=(), read_by=())
        first = replace(again, turn=again.turn + 1)
        return self._changed(self.state, (first, *(step.untouched() for step in self.steps[1:])))

    def read(self, who: str) -> "VisaFolder":
        """Return the folder opened by a person of its current step."""
        step = replace(self.step, read_by=tuple(dict.fromkeys((*self.step.read_by, who))))
        return self._changed(self.state, self._with(self.rank, step))

    def reported(self, state: FolderState, decisions: tuple[Decision, ...]) -> "VisaFolder":
        """Return a folder that lay in a bought i-Parapheur, as it ended there.

        WITHDRAWN: its circuit has ended without all that a visa needs.
        """
        ended = FOLDER_MACHINE.check(f"Facture {self.invoice_id}", self.state, state)
        step = replace(self.step, state=ENDED_THERE[ended], decisions=decisions)
        return self._changed(ended, self._with(self.rank, step))

    def withdrawn(self) -> "VisaFolder":
        """Return the folder taken off its desk."""
        state = FOLDER_MACHINE.check(f"Facture {self.invoice_id}", self.state, FolderState.WITHDRAWN)
        return self._changed(state, self.steps)

    def _after(self, steps: tuple[FolderStep, ...], rank: int, today: date, rule: DeadlineRule) -> "VisaFolder":
        step = steps[rank]
        if step.state is StepState.CURRENT:
            return self._changed(self.state, steps)
        if step.state is StepState.REFUSED:
            return self._changed(FolderState.REFUSED, steps)
        if rank + 1 == len(steps):
            return self._changed(FolderState.APPROVED, steps)
        return self._changed(self.state, (*steps[: rank + 1], steps[rank + 1].begun(today, rule), *steps[rank + 2 :]))

    def _with(self, rank: int, step: FolderStep) -> tuple[FolderStep, ...]:
        return tuple(step if number == rank else one for number, one in enumerate(self.steps))

    def _changed(self, state: FolderState, steps: tuple[FolderStep, ...]) -> "VisaFolder":
        return replace(self, state=state, steps=steps)

    def _settled(self) -> Conflict:
        return Conflict(f"La facture {self.invoice_id} n'attend plus ce visa : la décision est déjà prise.")


def folder_id(invoice_id: str, episode: int) -> str:
    """Name the folder of one episode of an invoice."""
    return f"{invoice_id}/{episode}"


def opened(key: str, invoice_id: str, circuit: Circuit, own: str) -> VisaFolder:
    """Return a new folder for an invoice of the service `own`; no desk has it yet."""
    steps = tuple(FolderStep(desks=desks_of(one, own), quorum=one.quorum, days=one.days) for one in circuit.steps)
    return VisaFolder(id=key, invoice_id=invoice_id, circuit=circuit.id, steps=steps)


def all_desks(folder: VisaFolder) -> Iterator[str]:
    """Yield every desk of a folder."""
    for step in folder.steps:
        yield from step.desks
