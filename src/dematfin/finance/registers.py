"""Engagements, tiers and credits, exported by the finance software as CSV."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from dematfin.domain.mandat.budget import Budget
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Credit, Engagement, Imputation, credit_id, engagement_id
from dematfin.finance import amounts
from dematfin.finance.creditors import creditor
from dematfin.finance.csv_file import Row
from dematfin.finance.records import read
from dematfin.finance.settings import FinanceSettings
from dematfin.finance.titles import CREDITS, ENGAGEMENTS, TIERS, fold

YES: Final = frozenset({"oui", "o", "1", "vrai", "x"})
NO: Final = frozenset({"", "non", "n", "0", "faux", "-"})
INVESTMENT: Final = {"i": True, "investissement": True, "f": False, "fonctionnement": False}
YEAR_LENGTH: Final = 4
CUT_CHAPTERS: Final = frozenset({"11", "12", "14"})
"""011, 012 and 014 as a spreadsheet leaves them; no nomenclature has a chapter 11, 12 or 14."""


class CsvFinanceSoftware:
    """Reads registers; a budget is named by its code or its SIRET, a column as the configuration says."""

    def __init__(self, budgets: tuple[Budget, ...], settings: FinanceSettings) -> None:
        self._sirets = {name: budget.siret for budget in budgets for name in (budget.code.upper(), budget.siret)}
        self._engagements = replace(ENGAGEMENTS, exported=settings.colonnes_engagements)
        self._tiers = replace(TIERS, exported=settings.colonnes_tiers)
        self._pairs = settings.paires_tiers
        self._credits = replace(CREDITS, exported=settings.colonnes_credits)

    def engagements(self, source: Path) -> tuple[tuple[Engagement, ...], tuple[str, ...]]:
        """Read `budget;numero;libelle;tiers;montant;nature` and, optionally, `fonction;operation;section;chapitre;
        marche;reste;solde;date`.

        `section` is `I` for investment; `reste` is what is left of it; `solde` is `oui` when it is closed; `date` is
        the day of the order.
        """
        return read(source, self._engagements, self._engagement)

    def tiers(self, source: Path) -> tuple[tuple[Tiers, ...], tuple[str, ...]]:
        """Read `reference;nom;identifiant;adresse;code_postal;ville;iban` and, optionally, `type_identifiant;
        categorie;nature_juridique;civilite;prenom;complement_nom;complement;lieu_dit;pays;bic;titulaire`."""
        return read(source, self._tiers, lambda row: creditor(row, self._pairs))

    def credits(self, source: Path) -> tuple[tuple[Credit, ...], tuple[str, ...]]:
        """Read `budget;exercice;section;chapitre;disponible`; `section` is `I` or `F`."""
        return read(source, self._credits, self._credit)

    def _engagement(self, row: Row) -> Engagement:
        budget = self._budget(row)
        return Engagement(
            id=_engagement_id(budget, row["numero"]),
            siret=budget,
            number=row["numero"],
            label=row["libelle"],
            tiers=row["tiers"],
            amount=_amount(row, "montant"),
            imputation=_imputation(row),
            marche=row.get("marche", ""),
            open=not _closed(row),
            left=_amount(row, "reste", amounts.parse_signed) if row.get("reste") else None,
            engaged_on=_day(row["date"]) if row.get("date") else None,
        )

    def _credit(self, row: Row) -> Credit:
        budget, year = self._budget(row), row["exercice"]
        if len(year) != YEAR_LENGTH or not _digits(year):
            message = f"exercice « {year} » : une année est attendue, par exemple 2026"
            raise ValueError(message)
        target = Imputation(nature="", investment=_investment(row), chapter=_chapter(row))
        return Credit(
            id=credit_id(budget, int(year), target),
            siret=budget,
            exercice=int(year),
            chapter=target.chapter,
            investment=target.investment,
            available=_amount(row, "disponible", amounts.parse_signed),  # a chapter may be overspent
        )

    def _budget(self, row: Row) -> str:
        found = self._sirets.get(row["budget"].upper())
        if found is None:
            message = f"le budget « {row['budget']} » n'est pas dans la configuration"
            raise ValueError(message)
        return found


def _engagement_id(budget: str, number: str) -> str:
    if not any(sign.isalnum() for sign in number):
        message = f"numero « {number} » : des chiffres ou des lettres sont attendus"
        raise ValueError(message)
    return engagement_id(budget, number)


def _closed(row: Row) -> bool:
    said = fold(row.get("solde", ""))
    if said not in YES | NO:
        message = f"solde « {row['solde']} » : oui ou non est attendu"
        raise ValueError(message)
    return said in YES


def _day(text: str) -> date:
    for pattern in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day, not an instant
        except ValueError:
            continue
    message = f"date « {text} » : un jour est attendu, par exemple 31/01/2026"
    raise ValueError(message)


def _imputation(row: Row) -> Imputation:
    for title in ("nature", "fonction", "operation"):
        if row.get(title) and not _digits(row[title]):
            message = f"{title} « {row[title]} » : des chiffres sont attendus"
            raise ValueError(message)
    return Imputation(
        nature=row["nature"],
        fonction=row.get("fonction", ""),
        operation=row.get("operation", ""),
        investment=bool(row.get("section")) and _investment(row),
        chapter=_chapter(row) if row.get("chapitre") else "",
    )


def _investment(row: Row) -> bool:
    section = fold(row["section"])
    if section not in INVESTMENT:
        message = f"section « {row['section']} » : I ou F est attendu"
        raise ValueError(message)
    return INVESTMENT[section]


def _chapter(row: Row) -> str:
    chapter = row["chapitre"]
    if not (chapter.isascii() and chapter.isalnum()):
        message = f"chapitre « {chapter} » : des chiffres ou des lettres sont attendus, sans espace"
        raise ValueError(message)
    return f"0{chapter}" if chapter in CUT_CHAPTERS else chapter.upper()


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _amount(row: Row, title: str, parse: Callable[[str], Decimal] = amounts.parse) -> Decimal:
    try:
        return parse(row[title])
    except ValueError as error:
        message = f"{title} « {row[title]} » : {error}"
        raise ValueError(message) from error
