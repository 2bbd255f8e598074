"""What a step did: each thing done, each thing that failed and why, what a person should know."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import structlog
from structlog.contextvars import bound_contextvars

from dematfin.errors import DematfinError, LedgerAway

SUBJECTS: Final = {"Facture": "facture_id", "Bordereau": "bordereau_id", "Mandat": "mandat_id", "Flux": "flux_id"}
"""How a log calls what the label of an item names."""

UNFORESEEN: Final = "erreur imprévue"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One item that failed, with the French sentence that says why and what to do."""

    item: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The account of one run of one step."""

    step: str
    done: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """Return 0 when every item went through, 1 when some did not."""
        return 1 if self.failures else 0


class Tally:
    """Collects what becomes of each item; one bad item never stops the batch."""

    def __init__(self, step: str) -> None:
        self.step = step
        self._done: list[str] = []
        self._failures: list[Failure] = []
        self._notes: list[str] = []

    @contextmanager
    def item(self, label: str) -> Iterator[None]:
        """Trap whatever goes wrong with one item, and go on with the next.

        A base that went away goes up, and stops the step: it is nobody's item, and a day that noted it as one would go
        on to its next step with half of this one left for tomorrow.
        """
        try:
            with bound_contextvars(**_subject(label)):
                yield
        except LedgerAway:
            raise
        except DematfinError as error:
            self.failed(label, error)
        except Exception as error:
            log.exception("item_failed", account=self.step, item=label, **_subject(label))
            sentence = f"{label} : {UNFORESEEN} ({type(error).__name__}). Rien n'est perdu ; prévenez l'exploitant."
            self._failures.append(Failure(item=label, sentence=sentence))

    @contextmanager
    def whole(self, label: str) -> Iterator[None]:
        """Trap whatever goes wrong with what is told beside others that have a base of their own: its base too."""
        try:
            with self.item(label):
                yield
        except LedgerAway as error:
            self.failed(label, error)

    def failed(self, label: str, error: DematfinError) -> None:
        """Note an item that failed for a known reason."""
        told = {"item": label, "error": type(error).__name__, "reason": str(error)} | _subject(label)
        log.warning("item_failed", account=self.step, **told)
        self._failures.append(Failure(item=label, sentence=_named(label, str(error))))

    def done(self, label: str) -> None:
        """Note an item that went through."""
        self._done.append(label)

    def note(self, sentence: str) -> None:
        """Note something that a person should know."""
        self._notes.append(sentence)

    def absorb(self, other: Outcome) -> None:
        """Take over what failed and what to know of a part, whose items are not ours to count."""
        self._failures += other.failures
        self._notes += other.notes

    def outcome(self) -> Outcome:
        """Return the account."""
        return Outcome(step=self.step, done=tuple(self._done), failures=tuple(self._failures), notes=tuple(self._notes))


@contextmanager
def attempted() -> Iterator[list[Exception]]:
    """Trap whatever goes wrong with many items at once, unsaid: each is going to be tried by itself, and told then."""
    wrong: list[Exception] = []
    try:
        yield wrong
    except Exception as error:
        wrong.append(error)


def _subject(label: str) -> dict[str, str]:
    """Return what a label is about, when it gives one of our own numbers and nothing else."""
    kind, _, number = label.partition(" ")
    return {SUBJECTS[kind]: number} if kind in SUBJECTS and " " not in number else {}


def _named(label: str, sentence: str) -> str:
    """Name the item once, whether the error does it already or not: `Facture 12 (Chorus Pro n° 7)` is `Facture 12`."""
    if label in sentence:
        return sentence
    short = label.split(" (", maxsplit=1)[0]
    rest = sentence.removeprefix(short)
    return label + rest if rest != sentence and rest.startswith((" ", ",")) else f"{label} : {sentence}"
