"""What `verifier.py` has to find in a bundle, as it reads it: keys in French, as all that an auditor may open."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

FACTS = "preuve.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A file whose fingerprint we know from elsewhere: from some events, or from the records alone."""

    name: str
    sha256: str
    events: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A file that an event names and that is not enclosed, and why not, in French."""

    sha256: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """One mandat of the invoice as a flow has to say it."""

    exercice: int
    kind: str
    bordereau: int
    number: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFacts:
    """One flow.

    Attributes:
        unsigned: why it bears no electronic signature, in French; empty when it bears one.
        bare: its fingerprint without its signatures, when it was prepared under that one; empty otherwise.
        authorities: for the fingerprint of each certificate, the file of those who issued it.
        pieces: the documents of the invoice that it carries by value: IdUnique, then file.
    """

    name: str
    unsigned: str
    bare: str = ""
    authorities: Mapping[str, str] = field(default_factory=dict)
    ordered: tuple[Ordered, ...] = ()
    pieces: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is to be verified of one invoice."""

    invoice_id: str
    documents: tuple[Named, ...]
    absent: tuple[Absent, ...]
    flows: tuple[FlowFacts, ...]

    def to_json(self) -> str:
        """Return the content of `preuve.json`."""
        told = {
            "facture": self.invoice_id,
            "documents": [
                {"fichier": one.name, "sha256": one.sha256, "evenements": list(one.events)} for one in self.documents
            ],
            "absents": [{"sha256": one.sha256, "pourquoi": one.why} for one in self.absent],
            "flux": [_flow(one) for one in self.flows],
        }
        return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _flow(flow: FlowFacts) -> dict[str, Any]:
    mandats = [
        {
            "Exer": str(one.exercice),
            "TypBord": one.kind,
            "IdBord": str(one.bordereau),
            "IdPce": str(one.number),
            "montant": str(one.amount),
        }
        for one in flow.ordered
    ]
    return {
        "fichier": flow.name,
        "signe": not flow.unsigned,
        "pourquoi": flow.unsigned,
        "autorites": dict(flow.authorities),
        "mandats": mandats,
        "pieces": [{"id": key, "fichier": name} for key, name in flow.pieces.items()],
    }
