"""Engagements, tiers and credits, exported by the finance software as CSV."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Final

from dematfin.domain import money
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.parties import iban, siret
from dematfin.domain.parties.tiers import SIRET_KIND, Address, BankAccount, Tiers
from dematfin.domain.registers import Credit, Engagement, Imputation, credit_id, engagement_id
from dematfin.finance import settings
from dematfin.finance.csv_file import Register, Row, read
from dematfin.finance.settings import FinanceSettings

ENGAGEMENT_TITLES: Final = ("budget", "numero", "libelle", "tiers", "montant", "nature")
TIERS_TITLES: Final = ("reference", "nom", "identifiant", "adresse", "code_postal", "ville", "iban")
YES: Final = frozenset({"oui", "o", "1", "vrai", "x"})
INVESTMENT: Final = frozenset({"i", "inv", "investissement"})
RUNNING: Final = frozenset({"f", "fonc", "fonctionnement"})
POSTCODE_LENGTH: Final = 5
THOUSANDS: Final = re.compile(r"-?\d{1,3}(\.\d{3})+,\d{1,2}", re.ASCII)
"""`1.234,50`: the point can only be that of the thousands."""


class CsvFinanceSoftware:
    """Reads registers; a budget is named by its code or its SIRET."""

    def __init__(self, budgets: tuple[Budget, ...], columns: FinanceSettings | None = None) -> None:
        self._sirets = {name: budget.siret for budget in budgets for name in (budget.code.upper(), budget.siret)}
        columns = columns or FinanceSettings()
        self._engagements = Register(
            required=ENGAGEMENT_TITLES, optional=settings.ENGAGEMENTS[6:], columns=columns.colonnes_engagements
        )
        self._tiers = Register(required=TIERS_TITLES, optional=settings.TIERS[7:], columns=columns.colonnes_tiers)
        self._credits = Register(required=settings.CREDITS, columns=columns.colonnes_credits)

    def engagements(self, source: Path) -> tuple[tuple[Engagement, ...], tuple[str, ...]]:
        """Read `budget;numero;libelle;tiers;montant;nature` and, optionally, `fonction;operation;section;chapitre;
        marche;solde;reste`.

        `section` is `I` for investment; `solde` is `oui` for an engagement that is closed; `reste` is what is left.
        """
        return read(source, self._engagements, self._engagement)

    def tiers(self, source: Path) -> tuple[tuple[Tiers, ...], tuple[str, ...]]:
        """Read `reference;nom;identifiant;adresse;code_postal;ville;iban` and, optionally, `type_identifiant;
        categorie;nature_juridique;complement;lieu_dit;bic;titulaire`."""
        return read(source, self._tiers, _tiers)

    def credits(self, source: Path) -> tuple[tuple[Credit, ...], tuple[str, ...]]:
        """Read `budget;exercice;section;chapitre;disponible`."""
        return read(source, self._credits, self._credit)

    def _engagement(self, row: Row) -> Engagement:
        budget = self._budget(row)
        left = row.get("reste", "")
        return Engagement(
            id=engagement_id(budget, row["numero"]),
            siret=budget,
            number=row["numero"],
            label=row["libelle"],
            tiers=row["tiers"],
            amount=_positive(row, "montant"),
            imputation=_imputation(row),
            marche=row.get("marche", ""),
            open=row.get("solde", "").lower() not in YES,
            left=_amount(left) if left else None,
        )

    def _credit(self, row: Row) -> Credit:
        budget, year = self._budget(row), row["exercice"]
        if not (_digits(year) and len(year) == 4):  # noqa: PLR2004 - a year
            message = f"exercice « {year} » : une année est attendue, par exemple 2026"
            raise ValueError(message)
        imputation = Imputation(nature="", chapter=row["chapitre"], investment=_investment(row))
        return Credit(
            id=credit_id(budget, int(year), imputation),
            siret=budget,
            exercice=int(year),
            chapter=row["chapitre"],
            investment=imputation.investment,
            available=_amount(row["disponible"]),
        )

    def _budget(self, row: Row) -> str:
        budget = self._sirets.get(row["budget"].upper())
        if budget is None:
            message = f"le budget « {row['budget']} » n'est pas dans la configuration"
            raise ValueError(message)
        return budget


def _imputation(row: Row) -> Imputation:
    for title in ("nature", "fonction", "operation"):
        if row.get(title) and not _digits(row[title]):
            message = f"{title} « {row[title]} » : des chiffres sont attendus"
            raise ValueError(message)
    return Imputation(
        nature=row["nature"],
        fonction=row.get("fonction", ""),
        operation=row.get("operation", ""),
        investment=_investment(row),
        chapter=row.get("chapitre", ""),
    )


def _investment(row: Row) -> bool:
    section = row.get("section", "").lower()
    if section and section not in INVESTMENT | RUNNING:
        message = f"section « {row['section']} » : I (investissement) ou F (fonctionnement) est attendu"
        raise ValueError(message)
    return section in INVESTMENT


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


def _positive(row: Row, title: str) -> Decimal:
    amount = _amount(row[title])
    if amount < 0:
        message = f"{title} négatif : « {row[title]} »"
        raise ValueError(message)
    return amount


def _amount(text: str) -> Decimal:
    """Read `1 234,50`, `1.234,50 €` as well as `1234.50`."""
    bare = "".join(text.split()).removesuffix("€")
    if THOUSANDS.fullmatch(bare):
        bare = bare.replace(".", "")
    return money.euros(money.parse(bare.replace(",", ".")))
