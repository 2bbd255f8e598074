"""Classes of documents: how long each is of use (DUA), from when that runs, and what becomes of it then.

Where these durations come from: the tables that follow the instruction DAF/DPACI/RES/2009/018 of 28 August 2009
(accounting papers: ten years, then destruction) and the guide of the Archives de France on public procurement
(execution: ten years from the final payment). What no text that was read says is not `verified`: it is a mere setting.
The notice of 31 January 2018 on accounting papers was not read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """A class, by its key in the configuration."""

    INVOICES = "factures"
    MARCHES = "marches"
    MANDATS = "mandats"
    BATCHES = "lots"
    WASTE = "lots_ecartes"
    HAND_OVERS = "echanges"


class Fate(StrEnum):
    """What becomes of a class once its time is over, as archivists write it."""

    DESTROYED = "D"
    KEPT = "C"
    SORTED = "T"


FATES: Final = {Fate.DESTROYED: "destruction", Fate.KEPT: "conservation", Fate.SORTED: "tri"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What is known of a class.

    Attributes:
        runs: from when the DUA runs, in French; in all classes, from the end of that year.
        dua: years, by default; `least`: those below which no configuration may go, 0 where no text is known.
        source: the text, in French; empty: none was read.
    """

    title: str
    runs: str
    dua: int
    least: int
    source: str = ""

    @property
    def verified(self) -> bool:
        """Whether a text was read that says so."""
        return bool(self.source)


INSTRUCTION: Final = "instruction DAF/DPACI/RES/2009/018 du 28 août 2009"
LAWS: Final[Mapping[Kind, Law]] = {
    Kind.INVOICES: Law(
        title="Factures et pièces justificatives",
        runs="fin de l'exercice du dernier paiement ; sans mandat, fin de l'année du rejet ou de l'annulation",
        dua=10,
        least=10,
        source=INSTRUCTION,
    ),
    Kind.MARCHES: Law(
        title="Factures et pièces d'exécution des marchés publics",
        runs="fin de l'année du dernier paiement connu du marché",
        dua=10,
        least=10,
        source="guide des Archives de France, commande publique",
    ),
    Kind.MANDATS: Law(
        title="Bordereaux, mandats, flux, acquits et retours",
        runs="fin de l'exercice du dernier paiement",
        dua=10,
        least=10,
        source=INSTRUCTION,
    ),
    Kind.BATCHES: Law(
        title="Lots papier découpés (numérisations d'origine)",
        runs="comme la dernière de leurs factures",
        dua=10,
        least=0,
    ),
    Kind.WASTE: Law(title="Lots papier écartés, sans facture", runs="fin de l'année d'arrivée", dua=1, least=0),
    Kind.HAND_OVERS: Law(title="Remises au logiciel financier", runs="fin de l'année de la remise", dua=10, least=0),
}
FOR_EVER: Final = (
    "Journal scellé, bordereaux d'élimination et de versement",
    "Chiffres (faits comptés, photographies du jour)",
)
"""What is never eliminated: the proof of all the rest, and figures that hold no document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What this collectivité applies to a class: years, and the fate."""

    dua: int
    fate: Fate = Fate.DESTROYED

    def due_on(self, runs_from: date) -> date:
        """Return the first day on which it is over: years run from the end of one.

        >>> Rule(dua=10).due_on(date(2026, 3, 20))
        datetime.date(2037, 1, 1)
        """
        return date(runs_from.year + self.dua + 1, 1, 1)


USUAL: Final[Mapping[Kind, Rule]] = {kind: Rule(dua=law.dua) for kind, law in LAWS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRules:
    """The rule of each class."""

    of: Mapping[Kind, Rule] = field(default_factory=lambda: USUAL)
