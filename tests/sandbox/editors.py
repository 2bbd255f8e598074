"""A finance software for tests: one invented budget, suppliers, and a folder of invoices handed over."""

from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from dematfin.sandbox.editor.office import Editor
from dematfin.sandbox.editor.setup import Creditor, Setup

PAPER: Final = "91098765000017"
ENERGY: Final = "90223344400014"
LENDER: Final = "90334455400014"
CLUB: Final = "90445566400014"
STAFF: Final = "SALARIES"
URSSAF: Final = "90556677400014"
HEAD: Final = "SIRET_TIERS;NUM_PIECE;MONTANT_TTC;NOM_PDF;LIBELLE;NUM_ENGAGEMENT;NUM_MARCHE;DATE_ARRIVEE"
ADDRESS: Final = {"adresse": "12 avenue du Port", "code_postal": "99000", "ville": "ESSAIVILLE"}
ACCOUNTS: Final = {PAPER: "FR7619999000170009876543276", ENERGY: "FR7619999000170010098765426"}
PAY: Final = {
    (STAFF, "64111"): Decimal("14210.33"),
    (URSSAF, "6451"): Decimal("3980.00"),
    (STAFF, "6413"): Decimal("1204.10"),
}


def creditor(name: str, account: str, **changes: str) -> Creditor:
    return Creditor.model_validate({"nom": name, "reference": name[:5], "compte": account, **ADDRESS, **changes})


def setup(**changes: Any) -> Setup:
    """Return what the installer of the CCAS's finance software left."""
    suppliers = {
        PAPER: creditor("PAPETERIE DU LAC", "60632", iban=ACCOUNTS[PAPER], bic="TESTFRPP"),
        ENERGY: creditor("ÉNERGIE D'ICI & DU VAL", "60612", fonction="020", iban=ACCOUNTS[ENERGY]),
        LENDER: creditor("BANQUE DU CANTON", "1641"),
        CLUB: creditor("LES AMIS DE VALBRUME", "65748", iban=ACCOUNTS[PAPER], nature_juridique="06"),
        STAFF: creditor("SALARIES", "64111", categorie="23", nature_juridique="09"),
        URSSAF: creditor("URSSAF", "6451", categorie="60", nature_juridique="08"),
    }
    usual = {
        "siret": "26990042000010",
        "poste": "099042",
        "code_collectivite": "143",
        "code_budget": "00",
        "libelle": "CCAS DE VALBRUME",
        "exercice": 2026,
        "dernier_mandat": 203,
        "dernier_bordereau": 17,
        "cumul": "96310.08",
        "tiers": suppliers,
    }
    return Setup.model_validate(usual | changes)


def hand(folder: Path, *rows: str, name: str = "factures-1.csv", head: str = HEAD, encoding: str = "cp1252") -> None:
    """Hand invoices over: PDF first, then their rows."""
    for row in rows:
        (folder / row.split(";")[3]).write_bytes(b"%PDF-1.4\n%%EOF\n")
    (folder / name).write_text("\n".join((head, *rows)) + "\n", encoding=encoding)


def row(number: str, amount: str, supplier: str = PAPER, *, marche: str = "") -> str:
    """Write a row as a spreadsheet would."""
    file = f"{number.replace('/', '-')}.pdf"
    return f"{supplier};{number};{amount};{file};Fournitures école;BC26-1;{marche};12/02/2026"


def editor(folder: Path, *rows: str, **changes: Any) -> Editor:
    """Return a finance software that was handed invoices, not mandated yet."""
    office = Editor.open(folder, setup(**changes))
    if rows:
        hand(folder / "factures", *rows)
    return office
