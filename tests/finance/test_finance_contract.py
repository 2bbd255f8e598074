"""The CSV reader and the fake that acts are tested with keep the same promises."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from contracts.finance import Export, FinanceContract, Row
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Credit, Engagement
from dematfin.finance.registers import CsvFinanceSoftware
from dematfin.finance.settings import FinanceSettings
from examples import BUDGETS
from fakes.finance import FakeFinance


def row(record: Row) -> dict[str, object]:
    """Return a record as a finance software exports it."""
    match record:
        case Engagement(imputation=where):
            return {
                "budget": record.siret,
                "numero": record.number,
                "libelle": record.label,
                "tiers": record.tiers,
                "montant": record.amount,
                "nature": where.nature,
                "fonction": where.fonction,
                "operation": where.operation,
                "section": "I" if where.investment else "",
                "chapitre": where.chapter,
                "marche": record.marche,
                "solde": "" if record.open else "oui",
                "reste": "" if record.left is None else record.left,
            }
        case Tiers(address=address, account=account):
            return {
                "reference": record.id,
                "nom": record.name,
                "type_identifiant": record.identifier_kind,
                "identifiant": record.identifier,
                "categorie": record.category,
                "nature_juridique": record.legal_nature,
                "civilite": record.civility,
                "prenom": record.first_name,
                "complement_nom": record.complement,
                "adresse": address.line2,
                "code_postal": address.postcode,
                "ville": address.town,
                "pays": address.country,
                "iban": account.iban,
                "bic": account.bic,
                "titulaire": account.holder,
            }
        case Credit():
            return {
                "budget": record.siret,
                "exercice": record.exercice,
                "section": "I" if record.investment else "F",
                "chapitre": record.chapter,
                "disponible": record.available,
            }


class TestCsv(FinanceContract):
    @pytest.fixture
    def export(self, tmp_path: Path) -> Export:
        def write(records: Sequence[Row], wrong: int) -> tuple[CsvFinanceSoftware, Path]:
            rows = [row(record) for record in records]
            source = tmp_path / "export.csv"
            with source.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, fieldnames=list(rows[0]), delimiter=";")
                writer.writeheader()
                writer.writerows(rows)
                file.write("faux\n" * wrong)
            return CsvFinanceSoftware(BUDGETS, FinanceSettings()), source

        return write


class TestFake(FinanceContract):
    @pytest.fixture
    def export(self) -> Export:
        def put(records: Sequence[Row], wrong: int) -> tuple[FakeFinance, Path]:
            software = FakeFinance(
                orders=tuple(one for one in records if isinstance(one, Engagement)),
                creditors=tuple(one for one in records if isinstance(one, Tiers)),
                chapters=tuple(one for one in records if isinstance(one, Credit)),
                problems=tuple(f"ligne {len(records) + 2 + order} : fausse" for order in range(wrong)),
            )
            return software, Path("export.csv")

        return put
