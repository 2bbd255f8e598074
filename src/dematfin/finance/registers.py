"""Engagements and tiers, exported by the finance software as CSV."""

from decimal import Decimal
from pathlib import Path
from typing import Final

from dematfin.domain import money
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.parties import iban, siret
from dematfin.domain.parties.tiers import SIRET_KIND, Address, BankAccount, Tiers
from dematfin.domain.registers import Engagement, Imputation, engagement_id
from dematfin.finance.csv_file import Row, read

ENGAGEMENT_TITLES: Final = ("budget", "numero", "libelle", "tiers", "montant", "nature")
TIERS_TITLES: Final = ("reference", "nom", "identifiant", "adresse", "code_postal", "ville", "iban")
YES: Final = frozenset({"oui", "o", "1", "vrai", "x"})
INVESTMENT: Final = "I"
POSTCODE_LENGTH: Final = 5


class CsvFinanceSoftware:
    """Reads registers; a budget is named by its code or its SIRET."""

    def __init__(self, budgets: tuple[Budget, ...]) -> None:
        self._sirets = {name: budget.siret for budget in budgets for name in (budget.code.upper(), budget.siret)}

    def engagements(self, source: Path) -> tuple[tuple[Engagement, ...], tuple[str, ...]]:
        """Read `budget;numero;libelle;tiers;montant;nature` and, optionally, `fonction;operation;section;marche;solde`.

        `section` is `I` for investment; `solde` is `oui` for an engagement that is closed.
        """
        return read(source, ENGAGEMENT_TITLES, self._engagement)

    def tiers(self, source: Path) -> tuple[tuple[Tiers, ...], tuple[str, ...]]:
        """Read `reference;nom;identifiant;adresse;code_postal;ville;iban` and, optionally, `type_identifiant;
        categorie;nature_juridique;complement;lieu_dit;bic;titulaire`."""
        return read(source, TIERS_TITLES, _tiers)

    def _engagement(self, row: Row) -> Engagement:
        budget = self._sirets.get(row["budget"].upper())
        if budget is None:
            message = f"le budget « {row['budget']} » n'est pas dans la configuration"
            raise ValueError(message)
        return Engagement(
            id=engagement_id(budget, row["numero"]),
            siret=budget,
            number=row["numero"],
            label=row["libelle"],
            tiers=row["tiers"],
            amount=_amount(row["montant"]),
            imputation=_imputation(row),
            marche=row.get("marche", ""),
            open=row.get("solde", "").lower() not in YES,
        )


def _imputation(row: Row) -> Imputation:
    for title in ("nature", "fonction", "operation"):
        if row.get(title) and not _digits(row[title]):
            message = f"{title} « {row[title]} » : des chiffres sont attendus"
            raise ValueError(message)
    return Imputation(
        nature=row["nature"],
        fonction=row.get("fonction", ""),
        operation=row.get("operation", ""),
        investment=row.get("section", "").upper() == INVESTMENT,
    )


def _tiers(row: Row) -> Tiers:
    kind = row.get("type_identifiant") or SIRET_KIND
    identifier = siret.parse(row["identifiant"]) if kind == SIRET_KIND else row["identifiant"]
    if len(row["code_postal"]) != POSTCODE_LENGTH or not _digits(row["code_postal"]):
        message = f"code postal « {row['code_postal']} » : cinq chiffres sont attendus"
        raise ValueError(message)
    return Tiers(
        id=row["reference"],
        name=row["nom"],
        identifier=identifier,
        identifier_kind=kind,
        siren=siret.siren(identifier),
        category=row.get("categorie") or "50",
        legal_nature=row.get("nature_juridique") or "03",
        address=Address(
            line1=row.get("complement", ""),
            line2=row["adresse"],
            line3=row.get("lieu_dit", ""),
            postcode=row["code_postal"],
            town=row["ville"],
        ),
        account=BankAccount(
            iban=iban.parse(row["iban"]),
            bic=row.get("bic", "").upper(),
            holder=row.get("titulaire") or row["nom"],
        ),
    )


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _amount(text: str) -> Decimal:
    """Read `1 234,50` as well as `1234.50`."""
    return money.euros(money.parse("".join(text.split()).replace(",", ".")))
