"""One row of the register of tiers as a creditor, as Hélios takes it: French or not, firm or person."""

import re
from typing import Final

from dematfin.domain.parties import iban, identity, legal
from dematfin.domain.parties.bank import NEAR
from dematfin.domain.parties.tiers import Address, BankAccount, Tiers
from dematfin.finance.csv_file import Row
from dematfin.finance.titles import fold

POSTCODE: Final = re.compile("[0-9]{5}")
ABROAD: Final = "99999"
"""CP of an address abroad (annotation of the PES): the foreign postcode stands with the town."""
COUNTRY: Final = re.compile("(?:99)?([0-9]{3})")
AT_HOME: Final = frozenset({"", "fr", "france", "100", "99100"})
BIC: Final = re.compile("[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
KINDS: Final = {
    "siret": "01",
    "siren": "02",
    "finess": "03",
    "nir": "04",
    "tva": "05",
    "tva intracommunautaire": "05",
    "hors ue": "06",
    "tahiti": "07",
    "ridet": "08",
    "en cours": "09",
    "en cours d'immatriculation": "09",
    "frwf": "10",
    "irep": "11",
    "nfp": "12",
}
"""NatIdTiers by its name; its two digits are taken too."""


def creditor(row: Row, pairs: tuple[str, ...]) -> Tiers:
    """Return the creditor of a row; `pairs` are the CatTiers/NatJur that are allowed.

    Raises:
        ValueError: in French, what is wrong with the row.
    """
    _check_no_iban(row)
    category, nature = row.get("categorie") or "50", row.get("nature_juridique") or "03"
    category, nature = category.zfill(2), nature.zfill(2)  # a spreadsheet takes 01 for a number
    civility, first_name = row.get("civilite", ""), row.get("prenom", "")
    legal.check_pair(category, nature, pairs)
    legal.check_names(category, civility, first_name)
    kind, identifier = _identifier(row, category)
    key = identity.firm(kind, identifier) if identifier else identity.firm(identity.REFERENCE, row["reference"])
    return Tiers(
        id=row["reference"],
        name=row["nom"],
        identifier=identifier,
        identifier_kind=kind,
        siren=key,
        category=category,
        legal_nature=nature,
        complement=row.get("complement_nom", ""),
        civility=civility,
        first_name=first_name,
        address=_address(row),
        account=_account(row),
    )


def _identifier(row: Row, category: str) -> tuple[str, str]:
    """Return the kind of the identifier and the identifier; a person, or a firm being registered, may have none."""
    said = fold(row.get("type_identifiant", ""))
    kind = KINDS.get(said, said.zfill(2) if said else identity.SIRET)
    if kind in identity.OF_PERSONS and category != legal.NATURAL_PERSON:
        message = f"un identifiant {identity.LABELS[kind]} est celui d'une personne physique (catégorie 01)"
        raise ValueError(message)
    if row["identifiant"]:
        return kind, identity.checked(kind, row["identifiant"])
    if kind == identity.PENDING or (category == legal.NATURAL_PERSON and not said):
        return kind, ""
    message = (
        "colonne vide : identifiant (seuls une personne physique et un tiers en cours d'immatriculation s'en passent)"
    )
    raise ValueError(message)


def _address(row: Row) -> Address:
    country, postcode, town = _country(row.get("pays", "")), row["code_postal"], row["ville"]
    if country and postcode != ABROAD:
        postcode, town = ABROAD, f"{postcode} {town}"
    elif not POSTCODE.fullmatch(postcode):
        message = f"code postal « {postcode} » : cinq chiffres sont attendus"
        raise ValueError(message)
    elif not country and postcode == ABROAD:
        message = f"code postal {ABROAD} sans pays : donnez le code INSEE du pays (109 pour l'Allemagne)"
        raise ValueError(message)
    return Address(
        line1=row.get("complement", ""),
        line2=row["adresse"],
        line3=row.get("lieu_dit", ""),
        postcode=postcode,
        town=town,
        country=country,
    )


def _country(written: str) -> str:
    """Return the three digits of a foreign country; empty in France."""
    if fold(written) in AT_HOME:
        return ""
    found = COUNTRY.fullmatch(written)
    if not found:
        message = (
            f"pays « {written} » : le code INSEE à trois chiffres est attendu (109 pour l'Allemagne), ou rien en France"
        )
        raise ValueError(message)
    return found[1]


def _account(row: Row) -> BankAccount:
    number, bic = iban.parse(row["iban"]), iban.compact(row.get("bic", ""))
    if bic and not BIC.fullmatch(bic):
        message = f"bic « {bic[:20]} » : 8 ou 11 signes sont attendus"
        raise ValueError(message)
    if not bic and not number.startswith(NEAR):
        message = f"le compte {iban.mask(number)} est à l'étranger : son bic est obligatoire pour Hélios"
        raise ValueError(message)
    return BankAccount(iban=number, bic=bic, holder=row.get("titulaire") or row["nom"])


def _check_no_iban(row: Row) -> None:
    """Columns taken for one another must not show whole accounts in the messages about them."""
    for title in ("identifiant", "code_postal"):
        if iban.SHAPE.fullmatch(iban.compact(row[title])):
            message = f"{title} : c'est un IBAN, vérifiez les titres des colonnes"
            raise ValueError(message)
