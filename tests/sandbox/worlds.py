"""Worlds for the simulated Chorus Pro: a commune, its CCAS next door, and invoices that a test chooses."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx

from dematfin.sandbox.chorus.app import ChorusApp
from dematfin.sandbox.server import LoopbackServer
from dematfin.sandbox.world import World

SUPPLIER: Final = "91098765000017"
RECIPIENT_ACCOUNT: Final = "TECH_1_1@cpro.fr:TEST mot de passé"
SUPPLIER_ACCOUNT: Final = "TECH_2_1@cpro.fr:TEST fournisseur"
CREDENTIALS: Final = {"grant_type": "client_credentials", "client_id": "app", "client_secret": "TEST secret"}

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
        "fournisseur": {"siret": SUPPLIER, "nom": "PAPETERIE DU LAC", "iban": "FR7619999000170009876543276"},
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
        "comptes": [
            {"login": "TECH_1_1@cpro.fr", "mot_de_passe": "TEST mot de passé", "structures": [COMMUNE]},
            {"login": "TECH_2_1@cpro.fr", "mot_de_passe": "TEST fournisseur", "fournisseurs": [SUPPLIER]},
        ],
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """A platform that answers over HTTP, and a client without anything of ours, both credentials in place."""

    app: ChorusApp
    http: httpx.Client

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send a call under `/cpro/` and return the whole answer."""
        return self.http.post(f"/cpro/{path}", json={} if body is None else body, headers=headers)

    def ask(self, path: str, **body: Any) -> Any:
        """Send a call and return what its JSON says."""
        return self.post(path, body).json()

    def search(self, **criteria: Any) -> list[int]:
        """Return the numbers of the invoices that a search finds, in its order."""
        found = self.ask("factures/v1/rechercher/recipiendaire", **criteria)
        return [row["idFacture"] for row in found.get("listeFactures", [])]

    def treat(self, key: int, status: str, motif: str = "", mandat: str = "") -> int:
        """Set a status and return the codeRetour."""
        body = {"idFacture": key, "nouveauStatut": status, "motif": motif, "numeroDPMandat": mandat}
        code: int = self.ask("factures/v1/traiter/recue", **body)["codeRetour"]
        return code

    def statuses(self, key: int) -> list[str]:
        """Return the statuses of an invoice, newest first."""
        history = self.ask("factures/v1/consulter/historique", idFacture=key, nbResultatsMaximum=100)
        return [one["histoStatutCode"] for one in history["historiquesDesStatuts"]["histoStatut"]]

    def files(self, key: int, *others: int, **options: str) -> bytes:
        """Return what a download gives."""
        listed = [{"idFacture": one} for one in (key, *others)]
        found = self.ask("factures/v1/telecharger/groupe", listeFacture=listed, **options)
        return base64.b64decode(found["fichierResultat"])

    def supplier(self, path: str, **body: Any) -> Any:
        """Send a call as the supplier."""
        headers = {"cpro-account": base64.b64encode(SUPPLIER_ACCOUNT.encode()).decode()}
        return self.post(path, body, **headers).json()


@contextmanager
def portal(folder: Path, *deposits: dict[str, Any], **changes: Any) -> Iterator[Portal]:
    """Open a platform on a world of these deposits."""
    app = ChorusApp(world(folder, *deposits, **changes), folder, folder / "etat")
    server = LoopbackServer(app)
    server.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False, timeout=30) as client:
        token = client.post("/api/oauth/token", data=CREDENTIALS).json()["access_token"]
        account = base64.b64encode(RECIPIENT_ACCOUNT.encode()).decode()
        client.headers.update({"Authorization": f"Bearer {token}", "cpro-account": account})
        yield Portal(app=app, http=client)
    server.stop()
    app.close()
