"""What a collectivité decides about the flows of its finance software."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutInvoice:
    """A kind of mandat that pays no invoice; what is empty is not looked at.

    Attributes:
        label: what such mandats are, as a person says it: `paie`, `annuité d'emprunt`.
        types, natures: TypPce and NatPce.
        accounts: the beginnings of accounts by nature, all its lines being on one of them.
    """

    label: str
    types: tuple[str, ...] = ()
    natures: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorRules:
    """How editors' flows are taken in.

    Attributes:
        keeps_nomfic: a flow keeps the name that its editor gave it, as long as it may; else it gets one of ours.
        without_invoice: the mandats that are let through without an invoice.
    """

    keeps_nomfic: bool = True
    without_invoice: tuple[WithoutInvoice, ...] = ()
