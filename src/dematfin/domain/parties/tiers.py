"""Tiers: a creditor as the finance software and Hélios know it."""

from dataclasses import dataclass
from typing import Final

SIRET_KIND: Final = "01"
"""NatIdTiers 01: the identifier is a SIRET (PES v2 code list)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address, lines of 38 characters at most in the PES.

    Attributes:
        postcode: five digits, 99999 abroad: the foreign postcode then stands with the town.
        country: INSEE code of a foreign country, three digits; empty in France.
    """

    line1: str = ""
    line2: str
    line3: str = ""
    postcode: str
    town: str
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """Where the comptable sends the money."""

    iban: str
    bic: str = ""
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """One creditor of the collectivité.

    Attributes:
        id: the ordonnateur's own reference (RefTiers).
        identifier: national number, of the kind told by `identifier_kind` (NatIdTiers); empty when it has none.
        civility, first_name: of a natural person (CatTiers 01), and of nobody else.
        siren: the key of the firm behind `identifier` (`identity.firm`): it may bill from several establishments.
        category, legal_nature: CatTiers and NatJur, a pair that must exist in the DGFiP's annex.
    """

    id: str
    name: str
    identifier: str
    identifier_kind: str = SIRET_KIND
    siren: str
    category: str = "50"
    legal_nature: str = "03"
    complement: str = ""
    civility: str = ""
    first_name: str = ""
    address: Address
    account: BankAccount
