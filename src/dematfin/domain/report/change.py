"""What changed between two days, in words: how much more, how much less, and whether it is good news."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from dematfin.domain.money import french
from dematfin.domain.report.cells import NOTHING, written
from dematfin.domain.report.snapshot import Figures
from dematfin.domain.report.table import FEW, Kind

SAME: Final = "inchangé"
TABLES: Final = {
    "stock": "stock",
    "paid": "payes",
    "dgp": "dgp",
    "beyond": "hors-delai",
    "late_visas": "visas",
    "rejected": "rejets-comptable",
    "interest": "interets",
}
RATES: Final = "au moins : un taux manque dans la configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure, now and before.

    Attributes:
        less_is_better: None when neither is good news by itself.
        note: what makes the figure doubtful, or what it is counted on.
        table: key of the table of the report that defines it.
    """

    label: str
    kind: Kind
    now: Decimal | int | None
    before: Decimal | int | None = None
    less_is_better: bool | None = True
    note: str = ""
    table: str = ""

    @property
    def shown(self) -> str:
        """The figure of now."""
        return written(self.now, self.kind)

    @property
    def was(self) -> str:
        """The figure of before."""
        return written(self.before, self.kind)

    @property
    def said(self) -> str:
        """How much it has moved."""
        moved = self._moved
        if moved is None:
            return NOTHING
        if not moved:
            return SAME
        more = moved > 0
        return f"{written(moved if more else -moved, self.kind)} {'de plus' if more else 'de moins'}"

    @property
    def verdict(self) -> str:
        """Whether it is good news; empty when it has not moved, or when nobody can tell."""
        if not self._moved or self.less_is_better is None:
            return ""
        return "mieux" if (self._moved < 0) is self.less_is_better else "moins bien"

    @property
    def _moved(self) -> Decimal | int | None:
        return None if self.now is None or self.before is None else self.now - self.before


def changes(now: Figures, before: Figures | None) -> tuple[Change, ...]:
    """Return what changed, in the order in which a director asks."""
    return tuple(_changes(now, before))


def _changes(now: Figures, before: Figures | None) -> Iterator[Change]:
    was = before or now

    def one(label: str, kind: Kind, name: str, note: str = "", *, less_is_better: bool | None = True) -> Change:
        old = None if before is None else getattr(was, name)
        return Change(
            label=label,
            kind=kind,
            now=getattr(now, name),
            before=old,
            less_is_better=less_is_better,
            note=note,
            table=TABLES[name],
        )

    month = f"sur {now.month_paid} mandats payés" if now.month_paid > 1 else f"sur {now.month_paid} mandat payé"
    few = " : trop peu pour en juger" if now.month_paid < FEW else ""
    yield one("Factures en attente", Kind.COUNT, "stock", french(now.stock_ttc))
    yield one("Mandats payés en sept jours", Kind.COUNT, "paid", french(now.paid_ttc), less_is_better=None)
    yield one("Délai global de paiement du mois", Kind.DAYS, "dgp", month + few)
    yield one("Mandats payés au-delà de 30 jours ce mois-ci", Kind.COUNT, "beyond", month)
    yield one("Visas en retard", Kind.COUNT, "late_visas", "encore attendus, leur délai dépassé")
    yield one("Mandats rejetés ou refusés au guichet en sept jours", Kind.COUNT, "rejected")
    yield one("Intérêts moratoires dus à ce jour", Kind.EUROS, "interest", RATES if now.unknown_rates else "")
