"""The neighbours' side of a syndicate: its accounts at each platform, and what its communes are billed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from crash.syndicat.communes import EVE, IBAN, ORDER, SUPPLIER, Bill, Commune
from dematfin.demo.paper import pdf
from dematfin.sandbox.world import World

CLIENT: Final = {"client_id": "syndicat", "client_secret": "jeton-du-syndicat"}
RATE: Final = Decimal(20)
PATH: Final = ("DEPOSEE", "EN_COURS_ACHEMINEMENT", "MISE_A_DISPOSITION")
AT_ONCE: Final = {"analyse": 0, "envoi": 0, "acquit": 0, "retour": 0}


def world(folder: Path, communes: Sequence[Commune], words: dict[str, str], today: date, billed: int) -> World:
    """Return the world in which each commune has been billed `billed` times before the day."""
    bills = [Bill(commune=one, day=EVE, rank=rank + 1) for one in communes for rank in range(billed)]
    described = {
        "oauth": CLIENT,
        "comptes": [
            {"login": one.technical, "mot_de_passe": words[one.siret], "structures": [one.structure]}
            for one in communes
        ],
        "structures": [{"id": one.structure, "siret": one.siret, "nom": one.name.upper()} for one in communes],
        "factures": [deposit(one, folder, today) for one in bills],
        "tdt": {
            "certificat_serveur": "tls/tdt-serveur.pem",
            "autorite_clients": "tls/tdt-ac.pem",
            "delais": AT_ONCE,
            "comptes": [account for one in communes for account in _accounts(one, words[one.siret])],
        },
        "courriel": {
            "certificat_serveur": "tls/tdt-serveur.pem",
            "comptes": {one.box: words[one.siret] for one in communes},
        },
        "helios": {
            "budgets": [
                {"siret": one.siret, "poste": "099042", "code_collectivite": code(one), "code_budget": "00"}
                for one in communes
            ],
            "autorites": ["../pki/racine.pem", "../pki/ac.pem"],
        },
    }
    return World.model_validate(described)


def code(one: Commune) -> str:
    """Return the CodCol of a commune."""
    return f"{one.number:03d}"


def deposit(bill: Bill, folder: Path, today: date) -> dict[str, Any]:
    """Return an invoice as its supplier deposits it, its file written under the neighbours' folder."""
    ht = bill.amount
    tva = ht * RATE / 100
    deposited = today - timedelta(days=2)
    at = datetime(deposited.year, deposited.month, deposited.day, 8, 0, tzinfo=UTC)
    path = Path("factures", f"{bill.id}.pdf")
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_bytes(pdf([f"Facture {bill.number}", bill.commune.name, f"Total {ht + tva}"]))
    return {
        "id": bill.id,
        "numero": bill.number,
        "fournisseur": {"siret": SUPPLIER, "nom": "PAPETERIE DU LAC", "iban": IBAN},
        "structure": bill.commune.structure,
        "engagement": ORDER,
        "emise_le": deposited.isoformat(),
        "livree_le": deposited.isoformat(),
        "deposee_le": deposited.isoformat(),
        "ht": str(ht),
        "ttc": str(ht + tva),
        "net": str(ht + tva),
        "tva": [{"taux": str(RATE), "base": str(ht), "montant": str(tva)}],
        "statuts": [
            {"code": step, "le": (at + timedelta(minutes=number)).isoformat()} for number, step in enumerate(PATH)
        ],
        "fichiers": [{"nom": path.name, "chemin": str(path), "principale": True, "categorie": "Facture PDF"}],
    }


def _accounts(one: Commune, password: str) -> list[dict[str, Any]]:
    shared = {
        "certificat": f"tls/{one.group}.pem",
        "mot_de_passe": password,
        "collectivite": one.number,
        "sirets": [one.siret],
    }
    return [
        {**shared, "login": one.depositor},
        {**shared, "login": one.archivist, "role": "ARCH", "droits": []},
    ]
