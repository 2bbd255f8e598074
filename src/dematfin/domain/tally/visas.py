"""What each decision of a desk is counted by, written with the event of its folder: a remorse erases it elsewhere."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from dematfin.domain.visa.decision import Decision, DecisionKind
from dematfin.domain.visa.folder import VisaFolder

GIVEN: Final = "visas"
TAKEN_BACK: Final = "visas_taken_back"
WORDS: Final = {DecisionKind.VISA: "visa", DecisionKind.REFUSAL: "refus"}
"""A transfer decides nothing, and an administrateur who passes over a desk does not speak for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visa:
    """A desk decided; `person` as the decision names it, `due_on` empty where no day was set."""

    desk: str
    person: str
    what: str
    due_on: date | None
    on: date


def told(before: VisaFolder | None, folder: VisaFolder, day_of: Callable[[datetime], date]) -> dict[str, str]:
    """Return the data of the event by which `before` becomes `folder`."""
    was = _decisions(before) if before else []
    now = _decisions(folder)
    given = [_line(*one, day_of) for one in now if one not in was]
    undone = [_line(*one, day_of) for one in was if one not in now]
    return ({GIVEN: json.dumps(given)} if given else {}) | ({TAKEN_BACK: json.dumps(undone)} if undone else {})


def read(text: str) -> tuple[Visa, ...]:
    """Read one of these data again; an empty text holds none."""
    return tuple(
        Visa(
            desk=desk,
            person=person,
            what=what,
            due_on=date.fromisoformat(due) if due else None,
            on=date.fromisoformat(on),
        )
        for desk, person, what, due, on in (json.loads(text) if text else ())
    )


def _decisions(folder: VisaFolder) -> list[tuple[Decision, date | None]]:
    return [(one, step.due_on) for step in folder.steps for one in step.decisions if one.kind in WORDS]


def _line(decision: Decision, due_on: date | None, day_of: Callable[[datetime], date]) -> list[str]:
    due = due_on.isoformat() if due_on else ""
    return [decision.desk, decision.by, WORDS[decision.kind], due, day_of(decision.at).isoformat()]
