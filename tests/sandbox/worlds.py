"""Worlds for the simulated Chorus Pro: a commune, its CCAS next door, and invoices that a test chooses."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dematfin.sandbox.world import World

COMMUNE = 5_000_031_001
NEIGHBOUR = 5_000_031_002
PDF = b"%PDF-1.4\n% une facture\n%%EOF\n"
NOTE = b"bon de livraison"


def deposit(key: int = 9_100_123, **changes: Any) -> dict[str, Any]:
    """Describe an invoice of 120.00 at our disposal since 11 March."""
    past = ("DEPOSEE", "EN_COURS_ACHEMINEMENT", "MISE_A_DISPOSITION")
    usual = {
        "id": key,
        "numero": f"F-{key}",
        "fournisseur": {"siret": "91098765000017", "nom": "PAPETERIE DU LAC", "iban": "FR7619999000170009876543276"},
        "structure": COMMUNE,
        "service": "SCOLAIRE",
        "engagement": "BC26-00077",
        "emise_le": "2026-03-10",
        "deposee_le": "2026-03-11",
        "ht": "100.00",
        "ttc": "120.00",
        "net": "120.00",
        "tva": [{"taux": "20", "base": "100.00", "montant": "20.00"}],
        "statuts": [
            {"code": code, "le": datetime(2026, 3, 11, 8, minute, tzinfo=UTC).isoformat()}
            for minute, code in enumerate(past)
        ],
        "fichiers": [
            {"nom": "facture.pdf", "chemin": "facture.pdf", "principale": True},
            {"nom": "bon.txt", "chemin": "bon.txt", "mime": "text/plain"},
        ],
    }
    return {**usual, **changes}


def world(folder: Path, *deposits: dict[str, Any], **changes: Any) -> World:
    """Write the files of a world, and return it."""
    (folder / "facture.pdf").write_bytes(PDF)
    (folder / "bon.txt").write_bytes(NOTE)
    services = [
        {"id": 1, "code": "SCOLAIRE", "nom": "Affaires scolaires"},
        {"id": 2, "code": "VOIRIE", "nom": "Voirie", "engagement_obligatoire": True},
        {"id": 3, "code": "FERME", "nom": "Fermé", "actif": False},
    ]
    usual: dict[str, Any] = {
        "oauth": {"client_id": "app", "client_secret": "TEST secret"},
        "comptes": [{"login": "TECH_1_1@cpro.fr", "mot_de_passe": "TEST mot de passé", "structures": [COMMUNE]}],
        "structures": [
            {"id": COMMUNE, "siret": "21990042000015", "nom": "COMMUNE", "code_service_obligatoire": True}
            | {"services": services},
            {"id": NEIGHBOUR, "siret": "26990042000010", "nom": "VOISINE", "service_ou_engagement": True},
        ],
        "factures": deposits,
        "tdt": {"certificat_serveur": "x", "autorite_clients": "x", "comptes": []},
        "helios": {"budgets": [], "autorites": []},
    }
    return World.model_validate({**usual, **changes})
