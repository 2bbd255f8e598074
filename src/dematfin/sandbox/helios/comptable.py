"""The comptable: some time after the acquit, each mandat is rejected or paid, and a PES_Retour says so.

Usually at once, without the prise en charge (02) being said before; a test may ask for each of the other courses.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Final

from dematfin.sandbox.faults import HELIOS, Faults
from dematfin.sandbox.helios import more
from dematfin.sandbox.helios.registry import Registry
from dematfin.sandbox.helios.retour import (
    HELD,
    PARIS,
    PART,
    REJECTED,
    REJECTED_LATE,
    REST,
    SETTLED,
    SETTLED_OTHERWISE,
    TAKEN,
    Word,
    write_retour,
)
from dematfin.sandbox.world import Helios, Rejection

Deliver = Callable[[str, str, bytes], None]
USUAL: Final = (SETTLED,)
COURSES: Final[dict[str, tuple[str, ...]]] = {
    "rejected": (REJECTED,),
    "taken_first": (TAKEN, SETTLED),
    "on_hold": (HELD, TAKEN, SETTLED),
    "on_hold_then_rejected": (HELD, REJECTED),
    "rejected_after_taken": (TAKEN, REJECTED_LATE),
    "partial_payments": (PART, REST),
    "settled_otherwise": (SETTLED_OTHERWISE,),
}
LAST_STATES: Final = {REJECTED: "REJETE", REJECTED_LATE: "REJETE_APRES"}
UNASKED: Final = Rejection(facture="", motifs=("02",), commentaire="Pièce justificative à compléter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comptable:
    """Speaks when mandats are due, then again `delay` seconds later of those that are not settled."""

    world: Helios
    registry: Registry
    faults: Faults = field(default_factory=lambda: Faults(HELIOS))
    delay: float = 0

    def retours(self, deliver: Deliver) -> None:
        """Deliver (SIRET, file name, bytes) what there is to say by now.

        It is written down as said once delivered: a comptable who dies in between says it again, as Hélios may.
        """
        now = self.faults.clock.now()
        with self.registry.state.change():
            for one in self.registry.leaving(now.timestamp()):
                deliver(one["siret"], one["nom"], one["donnees"])
            due = self.registry.due(now.timestamp())
            for _, group in groupby(due, key=lambda row: (row["siret"], row["codcol"], row["codbud"])):
                words = [self._word(dict(row)) for row in group]
                for kind in ("R", "P"):
                    self._say(kind, [one for one in words if one.kind == kind], deliver)
                for word in words:
                    self._remember(word, now.timestamp() + self.delay)

    def _word(self, row: dict[str, Any]) -> Word:
        """Take the next step of a mandat, choosing its course at the first."""
        rejection = self._rejection(row)
        course = (REJECTED,) if rejection else (tuple(row["parcours"].split()) or self._course())
        today = self.faults.clock.now().astimezone(PARIS).date().isoformat()
        row["parcours"] = " ".join(course[1:])
        return Word(row=row, step=course[0], today=today, rejection=rejection or UNASKED)

    def _course(self) -> tuple[str, ...]:
        return next((steps for name, steps in COURSES.items() if self.faults.take(name)), USUAL)

    def _rejection(self, row: dict[str, Any]) -> Rejection | None:
        for one in self.world.rejets:
            if one.facture == row["facture"] and self.registry.reject_once(one.facture):
                return one
        return None

    def _say(self, kind: str, words: list[Word], deliver: Deliver) -> None:
        if not words:
            return
        siret = words[0].row["siret"]
        for name, data in self._files(kind, [*words, *more.said_too(self.faults, words[0])]):
            deliver(siret, name, data)

    def _files(self, kind: str, words: list[Word]) -> Iterator[tuple[str, bytes]]:
        now = self.faults.clock.now()
        yield write_retour(kind, words, now)
        if self.faults.take("re_emitted"):
            yield write_retour(f"R{kind}", words, now)
        if self.faults.take("other_siret"):
            yield write_retour(kind, list(_elsewhere(words)), now)

    def _remember(self, word: Word, again: float) -> None:
        state = "A_TRAITER" if word.row["parcours"] else LAST_STATES.get(word.step, "PAYE")
        self.registry.settle(
            word.row["id"],
            etat=state,
            du=again,
            parcours=word.row["parcours"],
            pec=word.taken_on,
            instance=word.held_on,
        )


def _elsewhere(words: Iterable[Word]) -> Iterator[Word]:
    for word in words:
        yield replace(word, row={**word.row, "siret": more.SOMEBODY_ELSE})
