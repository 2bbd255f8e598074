"""What the finance software and Chorus Pro know, and dematfin only copies: engagements, structures, budgets."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final

from dematfin.domain.money import ZERO

CHAPTERS: Final = {
    "60": "011", "61": "011", "62": "011", "621": "012", "63": "012", "635": "011", "637": "011", "64": "012",
    "65": "65", "6586": "6586", "66": "66", "67": "67", "68": "68", "739": "014", "16": "16", "20": "20", "204": "204",
    "21": "21", "22": "22", "23": "23", "26": "26", "27": "27", "45": "45",
}  # fmt: skip
"""Chapter of an account in M57, longest beginning first; a finance software that numbers otherwise says its own."""


def chapter_of(nature: str) -> str:
    """Return the chapter to which an account belongs; empty when it cannot be told.

    >>> chapter_of("60632"), chapter_of("2041582"), chapter_of("6351")
    ('011', '204', '011')
    """
    for length in (4, 3, 2):
        if nature[:length] in CHAPTERS:
            return CHAPTERS[nature[:length]]
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imputation:
    """Where the expense goes in the budget: account by nature, then function, operation, section.

    Attributes:
        chapter: as the finance software gives it; empty when it has to be told from the account.
    """

    nature: str
    fonction: str = ""
    operation: str = ""
    investment: bool = False
    chapter: str = ""

    @property
    def chapitre(self) -> str:
        """The level at which credits are voted (M57)."""
        return self.chapter or chapter_of(self.nature)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """Credits reserved for one order, as the finance software numbered it.

    Attributes:
        id: `<siret of the budget>:<normalised number>`.
        tiers: reference of the creditor that the order was given to.
        amount: TTC reserved.
        left: what the finance software says is left of it; None when it does not say.
        engaged_on: day of the order, when it is told: nothing that was ordered is done long before.
        mandated: what our own mandats have taken from it since.
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
    left: Decimal | None = None
    engaged_on: date | None = None
    mandated: Decimal = ZERO

    @property
    def remaining(self) -> Decimal:
        """What can still be mandated on it."""
        return (self.amount if self.left is None else self.left) - self.mandated


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Credits of one chapter of a budget, as the finance software exported them.

    Attributes:
        id: `<siret>:<exercice>:<I or F>:<chapter>`.
        available: euros that could still be mandated when the register was exported.
        mandated: what our own mandats have taken from them since.
    """

    id: str
    siret: str
    exercice: int
    chapter: str
    investment: bool
    available: Decimal
    mandated: Decimal = ZERO

    @property
    def remaining(self) -> Decimal:
        """What can still be mandated on the chapter."""
        return self.available - self.mandated


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRule:
    """What Chorus Pro says of one service of a structure."""

    name: str
    active: bool = True
    engagement_required: bool = False
    local: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureRules:
    """What a structure demands of its suppliers, as set in Chorus Pro.

    Attributes:
        id: SIRET of the structure.
        either_required: service code or engagement number, one of the two is enough.
        password_expires_on: last day of the technical account's password (424 days), None when it is not told.
        payments_untold: it has asked that payments be not posted in Chorus Pro (statutMiseEnPaiementNestPasRemonte).
        local: the configuration says otherwise than Chorus Pro; see `LocalRules`.
    """

    id: str
    name: str
    service_required: bool = False
    engagement_required: bool = False
    either_required: bool = False
    services: Mapping[str, ServiceRule] = field(default_factory=dict)
    password_expires_on: date | None = None
    payments_untold: bool = False
    local: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRules:
    """What a collectivité demands of its suppliers, whatever Chorus Pro says; None leaves the platform's word.

    Attributes:
        services: engagement number required, or not, service by service.
    """

    service_required: bool | None = None
    engagement_required: bool | None = None
    services: Mapping[str, bool] = field(default_factory=dict)

    def over(self, rules: StructureRules) -> StructureRules:
        """Return the rules of a structure with ours put over them."""
        required = (self.service_required, self.engagement_required)
        services = {code: self._over_service(code, rule) for code, rule in rules.services.items()}
        return replace(
            rules,
            service_required=rules.service_required if required[0] is None else required[0],
            engagement_required=rules.engagement_required if required[1] is None else required[1],
            either_required=rules.either_required and required == (None, None),
            services=services,
            local=required != (None, None),
        )

    def _over_service(self, code: str, rule: ServiceRule) -> ServiceRule:
        said = self.services.get(code, self.engagement_required)
        return rule if said is None else replace(rule, engagement_required=said, local=True)


def engagement_id(siret: str, number: str) -> str:
    """Name an engagement so that two ways of typing its number meet.

    >>> engagement_id("21990042000015", " bc26-00077")
    '21990042000015:BC2600077'
    """
    kept = "".join(sign for sign in number.upper() if sign.isalnum())
    return f"{siret}:{kept}"


def credit_id(siret: str, exercice: int, imputation: Imputation) -> str:
    """Name the credits that an expense takes from."""
    return f"{siret}:{exercice}:{'I' if imputation.investment else 'F'}:{imputation.chapitre}"
