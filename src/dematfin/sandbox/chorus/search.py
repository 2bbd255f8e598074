"""The criteria of `rechercher/recipiendaire`, each of which may be absent."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from dematfin.sandbox.chorus.envelope import Body
from dematfin.sandbox.chorus.rows import FRAMES, is_works
from dematfin.sandbox.world import Invoice

EXACT: Final[dict[str, Callable[[Invoice], Any]]] = {
    "idDestinataire": lambda one: one.structure,
    "numeroFacture": lambda one: one.numero,
    "numeroMarche": lambda one: one.marche,
    "numeroBonCommande": lambda one: one.engagement,
    "cadreFacturation": lambda one: FRAMES.get(one.cadre, one.cadre),
}
BOUNDS: Final[dict[str, Callable[[Invoice], Any]]] = {
    "periodeDateDepot": lambda one: one.deposee_le,
    "periodeDateFacture": lambda one: one.emise_le,
    "montantHT": lambda one: one.ht,
    "montantTTC": lambda one: one.ttc,
    "montantApayer": lambda one: one.net,
}
COLUMNS: Final[dict[str, Callable[[Any, Invoice], Any]]] = {
    "NumeroFacture": lambda _, one: one.numero,
    "DateFacture": lambda _, one: one.emise_le,
    "DateDepot": lambda _, one: one.deposee_le,
    "MontantTTC": lambda _, one: one.ttc,
    "Statut": lambda row, _: row["statut"],
}


def matches(row: Any, invoice: Invoice, body: Body) -> bool:
    """Say whether an invoice answers every criterion; the window on the status date is the state's business."""
    statuses = body.get("statutCourant") or [row["statut"]]
    kinds = body.get("listeTypeFacture") or [invoice.type]
    works = {"FACTURE": False, "FACTURE_TRAVAUX": True}.get(str(body.get("typeDemandePaiement")), is_works(invoice))
    return (
        row["statut"] in ([statuses] if isinstance(statuses, str) else statuses)
        and invoice.type in kinds
        and works == is_works(invoice)
        and body.get("factureTelechargeeParDestinataire") in (None, bool(row["telechargee"]))
        and all(body.get(name) in (None, value(invoice)) for name, value in EXACT.items())
        and all(_between(body, name, value(invoice)) for name, value in BOUNDS.items())
    )


def sorting(wanted: Body) -> Callable[[tuple[Any, Invoice]], Any]:
    """Return the key of the wanted order; unknown columns keep the order of the ids."""
    column = COLUMNS.get(str(wanted.get("triColonne")))
    return lambda one: (column(*one) if column else 0, one[0]["id"])


def _between(body: Body, name: str, value: Any) -> bool:
    low, high = body.get(f"{name}Du", body.get(f"{name}Min")), body.get(f"{name}Au", body.get(f"{name}Max"))
    return (low is None or value >= _read(low, value)) and (high is None or value <= _read(high, value))


def _read(text: Any, like: Any) -> Any:
    return date.fromisoformat(str(text)[:10]) if isinstance(like, date) else Decimal(str(text))
