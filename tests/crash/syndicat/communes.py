"""Invented communes of a syndicate: who they are, how their neighbours know them, what they are billed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from dematfin.domain.parties.siret import luhn

GROUP: Final = 50
"""Communes that share a client certificate of the TdT: a syndicate asks for one each time it takes in so many."""
SUPPLIER: Final = "91098765000017"
IBAN: Final = "FR7619999000170009876543276"
ORDER: Final = "BC-1"
EVE, MORNING = "V", "J"
"""What was billed the day before, and what comes on the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commune:
    """One of them, by its number from 1."""

    number: int

    @property
    def siret(self) -> str:
        return _keyed(_keyed(f"2199{self.number:04d}") + "0001")

    @property
    def name(self) -> str:
        return f"Commune de Val-{self.number:03d}"

    @property
    def structure(self) -> int:
        """Its number in Chorus Pro."""
        return 5_000_000 + self.number

    @property
    def technical(self) -> str:
        """Its technical account in Chorus Pro."""
        return f"TECH_{self.siret}@cpro.example"

    @property
    def depositor(self) -> str:
        """Its account at the TdT."""
        return f"agent-{self.siret}"

    @property
    def archivist(self) -> str:
        """Its account at the TdT that finds again a flow whose answer was lost."""
        return f"archives-{self.siret}"

    @property
    def box(self) -> str:
        """Its account at the mail server."""
        return f"visas-{self.siret}"

    @property
    def group(self) -> str:
        """The certificate under which the TdT sees it."""
        return f"groupe-{(self.number - 1) // GROUP + 1}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """One invoice that a commune gets, the `rank`-th of its day, from 1."""

    commune: Commune
    day: str
    rank: int

    @property
    def id(self) -> int:
        """Its number in Chorus Pro."""
        return 9_000_000 + self.commune.number * 100 + (50 if self.day == MORNING else 0) + self.rank

    @property
    def number(self) -> str:
        return f"{self.day}{self.commune.number:03d}-{self.rank}"

    @property
    def amount(self) -> Decimal:
        """Before VAT; no two invoices of a commune are the same."""
        return Decimal(100 + self.rank + (50 if self.day == MORNING else 0))


def communes(count: int) -> tuple[Commune, ...]:
    """Return the first of them."""
    return tuple(Commune(number=number) for number in range(1, count + 1))


def _keyed(digits: str) -> str:
    """Return digits with their key after them."""
    return next(f"{digits}{key}" for key in range(10) if luhn(f"{digits}{key}"))
