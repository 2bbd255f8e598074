"""A bordereau: the numbered list of mandats whose signature is the order to pay them all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.money import ZERO, french
from dematfin.errors import RuleError

LETTERS: Final = {BordereauKind.ORDINARY: "", BordereauKind.REDUCTION: "A", BordereauKind.PAYMENT_ORDERS: "P"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bordereau:
    """One bordereau, frozen as soon as it exists.

    Attributes:
        id: `<budget>-<exercice>-<number>`, as agents say it.
        kind: ordinary, or of annulations and réductions; each kind is numbered apart.
        tva: part of the total that is told apart (MtBordTVA), on a budget that recovers TVA.
        cumul: mandated this year in this kind, this bordereau included (MtCumulAnnuel).
        flux: NomFic of the flow that carries it now; empty while it waits to be built.
        sent_before: NomFic of the flows in which it came back.
        refused: whether the TdT or Hélios' entry gate sent it back; cleared when it is taken up again.
        prepared_by: the person, or the service, that froze it.
        editor: the finance software made it: its numbers and its sums are never changed here.
    """

    id: str
    siret: str
    exercice: int
    number: int
    kind: BordereauKind = BordereauKind.ORDINARY
    emitted_on: date
    mandats: tuple[str, ...]
    total: Decimal
    tva: Decimal = ZERO
    cumul: Decimal
    flux: str = ""
    sent_before: tuple[str, ...] = ()
    refused: bool = False
    prepared_by: str
    editor: bool = False


def bordereau_id(budget_code: str, exercice: int, number: int, kind: BordereauKind = BordereauKind.ORDINARY) -> str:
    """Name a bordereau; those of réductions have an A (annulation) before their number, payment orders a P.

    >>> bordereau_id("COMMUNE", 2026, 42), bordereau_id("COMMUNE", 2026, 3, BordereauKind.REDUCTION)
    ('COMMUNE-2026-42', 'COMMUNE-2026-A3')
    """
    return f"{budget_code}-{exercice}-{LETTERS[kind]}{number}"


def order(bordereaux: Iterable[Bordereau]) -> str:
    """Say what a signature orders: to pay, or to take back what was ordered."""
    amounts = dict.fromkeys(BordereauKind, ZERO)
    for one in bordereaux:
        amounts[one.kind] += one.total
    back = amounts.pop(BordereauKind.REDUCTION)
    pay = sum(amounts.values(), ZERO)
    words = [f"ordonner de payer {french(pay)}"] if pay else []
    words += [f"retirer {french(back)} de mandats déjà émis"] if back else []
    return " et ".join(words)


def total(mandats: Sequence[Mandat]) -> Decimal:
    """Return the sum of mandats, to the cent."""
    return sum((mandat.amount for mandat in mandats), ZERO)


def total_tva(mandats: Sequence[Mandat]) -> Decimal:
    """Return the part of mandats that is TVA told apart."""
    return sum((line.tva or ZERO for mandat in mandats for line in mandat.lines), ZERO)


def cut(mandats: Sequence[Mandat], sizes: Mapping[str, int], limit: int) -> Iterator[tuple[Mandat, ...]]:
    """Share mandats out, in their order, so that the documents of each part stay under `limit` bytes.

    A TdT refuses large deposits (S²LOW: 128 MiB by default). `sizes` gives, for each mandat, the bytes that its
    documents take once written in the flow; a mandat larger than the limit by itself stays alone.
    """
    part: list[Mandat] = []
    weight = 0
    for mandat in mandats:
        size = sizes.get(mandat.id, 0)
        if part and weight + size > limit:
            yield tuple(part)
            part, weight = [], 0
        part.append(mandat)
        weight += size
    if part:
        yield tuple(part)


def check_total(nomfic: str, confirmed: Decimal, total: Decimal) -> None:
    """Raise RuleError unless the total that a person typed is that of the flow: it was really read."""
    if confirmed != total:
        message = (
            f"Flux {nomfic} : le montant tapé ({french(confirmed)}) n'est pas le sien ({french(total)}). Rien n'est "
            "changé : vérifiez que c'est bien ce flux."
        )
        raise RuleError(message)
