"""Registers that come again: what our mandats took is kept, and a changed account waits for two people."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import registers
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.registers import Credit, Engagement
from dematfin.finance.registers import CsvFinanceSoftware
from dematfin.ports.app import App
from examples import AGENT, BUDGETS, COMMUNE, IBAN, SUPPLIER, engagement
from fakes.hall import Hall

OTHER = "FR7619999000170098765432764"
TIERS = "reference;nom;identifiant;adresse;code_postal;ville;iban"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


@pytest.fixture
def app(hall: Hall) -> App:
    return replace(hall.app, finance=CsvFinanceSoftware(BUDGETS))


def tiers_csv(folder: Path, *ibans: str, siret: str = SUPPLIER) -> Path:
    rows = [f"F{order};PAPETERIE DU LAC;{siret};12 rue;99000;ESSAIVILLE;{iban}" for order, iban in enumerate(ibans)]
    source = folder / "tiers.csv"
    source.write_text("\n".join([TIERS, *rows]), encoding="utf-8")
    return source


def accounts(hall: Hall) -> dict[str, bool]:
    return {account.iban: account.cleared for account in hall.all(KnownAccount)}


def test_the_accounts_of_a_first_import_are_where_we_start_from(hall: Hall, app: App, tmp_path: Path) -> None:
    done = registers.import_tiers(app, AGENT, tiers_csv(tmp_path, IBAN, OTHER, siret="90112233300015"))
    assert (done.new, done.notices) == (2, ())
    assert accounts(hall) == {IBAN: True, OTHER: True}


def test_an_account_changed_by_the_finance_software_waits_for_two_people(hall: Hall, app: App, tmp_path: Path) -> None:
    registers.import_tiers(app, AGENT, tiers_csv(tmp_path, IBAN))
    done = registers.import_tiers(app, AGENT, tiers_csv(tmp_path, OTHER))
    (notice,) = done.notices
    assert "FR76…2764" in notice
    assert OTHER not in notice
    assert accounts(hall) == {IBAN: True, OTHER: False}


def test_a_rehearsal_writes_nothing(hall: Hall, app: App, tmp_path: Path) -> None:
    registers.import_tiers(app, AGENT, tiers_csv(tmp_path, IBAN))
    before = (hall.ledger.records, len(hall.ledger.events))
    done = registers.import_tiers(app, AGENT, tiers_csv(tmp_path, OTHER, IBAN), rehearse=True)
    assert (done.changed, done.new, len(done.notices)) == (1, 1, 1)
    assert (hall.ledger.records, len(hall.ledger.events)) == before


@pytest.mark.parametrize(("counted_there", "mandated"), [(False, Decimal(70)), (True, Decimal(0))])
def test_what_our_mandats_took_is_kept_unless_the_export_counts_it(
    hall: Hall, app: App, tmp_path: Path, mandated: Decimal, *, counted_there: bool
) -> None:
    app = replace(app, policy=replace(app.policy, finance_knows_our_mandats=counted_there))
    mine = Credit(
        id=f"{COMMUNE}:2026:F:011",
        siret=COMMUNE,
        exercice=2026,
        chapter="011",
        investment=False,
        available=Decimal(100),
        mandated=Decimal(70),
    )
    with hall.ledger.transaction() as books:
        books.save(mine, engagement(mandated=Decimal(70)))
    source = tmp_path / "x.csv"
    source.write_text("budget;exercice;section;chapitre;disponible\nCOMMUNE;2026;F;011;500\n", encoding="utf-8")
    assert registers.import_credits(app, AGENT, source).changed == 1
    source.write_text("budget;numero;libelle;tiers;montant;nature\nCOMMUNE;BC26-00077;x;F00231;90;6064\n", "utf-8")
    registers.import_engagements(app, AGENT, source)
    (credit,) = hall.all(Credit)
    kept = next(one for one in hall.all(Engagement) if one.number == "BC26-00077")
    assert (credit.available, credit.mandated, kept.mandated) == (Decimal(500), mandated, mandated)
