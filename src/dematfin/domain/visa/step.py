"""One step of a folder: its desks, how many of them must speak, by when, and what they said."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from dematfin.domain.visa.circuit import Quorum
from dematfin.domain.visa.deadline import DeadlineRule, due_on
from dematfin.domain.visa.decision import Decision, DecisionKind


class StepState(StrEnum):
    """Where one step of a folder stands."""

    UPCOMING = "UPCOMING"
    CURRENT = "CURRENT"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    SKIPPED = "SKIPPED"  # by an administrateur, who said why


DECIDED: Final = frozenset({StepState.APPROVED, StepState.REFUSED, StepState.SKIPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderStep:
    """One step of one folder.

    Attributes:
        due_on: set once when the step begins; a change of configuration does not move it.
        read_by: persons of its desks who have opened the folder.
        turn: how many times a desk was given it: each turn has its own reminders.
    """

    desks: tuple[str, ...]
    quorum: Quorum
    days: int | None = None
    state: StepState = StepState.UPCOMING
    activated_on: date | None = None
    due_on: date | None = None
    read_by: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    turn: int = 0

    def awaited(self) -> tuple[str, ...]:
        """Return the desks whose word is missing."""
        if self.state is not StepState.CURRENT:
            return ()
        said = {one.desk for one in self.decisions if one.kind is DecisionKind.VISA}
        return tuple(desk for desk in self.desks if desk not in said)

    def begun(self, today: date, rule: DeadlineRule) -> "FolderStep":
        """Return the step as it becomes current: its day counts as J, and does not count in the delay."""
        due = due_on(today, replace(rule, days=self.days or rule.days))
        return replace(self, state=StepState.CURRENT, activated_on=today, due_on=due, turn=self.turn + 1)

    def with_decision(self, decision: Decision) -> "FolderStep":
        """Return the step with one more word, decided when its quorum is reached."""
        step = replace(self, decisions=(*self.decisions, decision))
        if decision.kind is DecisionKind.REFUSAL:
            return replace(step, state=StepState.REFUSED)
        if decision.kind is DecisionKind.BYPASS:
            return replace(step, state=StepState.SKIPPED)
        done = self.quorum is Quorum.ANY or not step.awaited()
        return replace(step, state=StepState.APPROVED) if done else step

    def untouched(self) -> "FolderStep":
        """Return the step as it was before anything happened to it; whoever was reminded of it was reminded."""
        return FolderStep(desks=self.desks, quorum=self.quorum, days=self.days, turn=self.turn)
