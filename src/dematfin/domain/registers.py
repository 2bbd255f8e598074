"""What the finance software and Chorus Pro know, and dematfin only copies: engagements, structures, budgets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Imputation:
    """Where the expense goes in the budget: account by nature, then function, operation, section."""

    nature: str
    fonction: str = ""
    operation: str = ""
    investment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """Credits reserved for one order, as the finance software numbered it.

    Attributes:
        id: `<siret of the budget>:<normalised number>`.
        tiers: reference of the creditor that the order was given to.
        amount: TTC reserved.
    """

    id: str
    siret: str
    number: str
    label: str
    tiers: str
    amount: Decimal
    imputation: Imputation
    marche: str = ""
    open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRule:
    """What Chorus Pro says of one service of a structure."""

    name: str
    active: bool = True
    engagement_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureRules:
    """What a structure demands of its suppliers, as set in Chorus Pro.

    Attributes:
        id: SIRET of the structure.
        either_required: service code or engagement number, one of the two is enough.
    """

    id: str
    name: str
    service_required: bool = False
    engagement_required: bool = False
    either_required: bool = False
    services: Mapping[str, ServiceRule] = field(default_factory=dict)


def engagement_id(siret: str, number: str) -> str:
    """Name an engagement so that two ways of typing its number meet.

    >>> engagement_id("21990042000015", " bc26-00077")
    '21990042000015:BC2600077'
    """
    kept = "".join(sign for sign in number.upper() if sign.isalnum())
    return f"{siret}:{kept}"
