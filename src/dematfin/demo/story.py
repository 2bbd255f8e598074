"""The invented commune of the demonstration, read from the example data, and dated from today."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from dematfin.demo.paper import pdf
from dematfin.domain.mandat.budget import BudgetYear, budget_year_id
from dematfin.domain.money import ZERO, euros, french
from dematfin.support.resources import folder

FIXTURES: Final = folder("fixtures") / "demo"
HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The example data; `today` is the day when the demonstration is played."""

    data: dict[str, Any]
    today: date

    def invoices(self, folder: Path) -> list[dict[str, Any]]:
        """Return the deposits for the sandbox, their PDF files written under its `folder`."""
        suppliers = {one["cle"]: one for one in self.data["fournisseurs"]}
        return [self._invoice(one, suppliers[one["fournisseur"]], folder) for one in self.data["factures"]]

    def year(self, one: dict[str, Any]) -> BudgetYear:
        """Return the year of a budget, as it is opened."""
        exercice = self.today.year
        return BudgetYear(
            id=budget_year_id(one["siret"], exercice),
            siret=one["siret"],
            exercice=exercice,
            last_mandat=one["dernier_mandat"],
            last_bordereau=one["dernier_bordereau"],
            cumul=Decimal(one["cumul"]),
        )

    def _invoice(self, one: dict[str, Any], supplier: dict[str, Any], folder: Path) -> dict[str, Any]:
        vat = [_vat(Decimal(rate), Decimal(base), one.get("tva", {}).get(rate)) for rate, base in one["ht"].items()]
        ht = sum((line["base"] for line in vat), ZERO)
        ttc = Decimal(one.get("ttc", ht + sum((line["montant"] for line in vat), ZERO)))
        deposited = self.today - timedelta(days=one["jours"])
        issued = self.today - timedelta(days=one.get("emise", one["jours"] + 1))
        files = [(f"FAC{supplier['siret']}{_plain(one['numero'])}.pdf", "Facture")]
        files += [(f"{title} {_plain(one['numero'])}.pdf", title) for title in one.get("annexes", [])]
        return {
            "id": one["id"],
            "numero": one["numero"],
            "type": one.get("type", "FACTURE"),
            "cadre": one.get("cadre", "A1"),
            "origine": one.get("origine", ""),
            "fournisseur": _supplier(one, supplier),
            "structure": one["structure"],
            "service": one["service"],
            "engagement": one["engagement"],
            "marche": one.get("marche", ""),
            "emise_le": issued,
            "livree_le": issued - timedelta(days=2),
            "deposee_le": deposited,
            "ht": ht,
            "ttc": ttc,
            "net": ttc,
            "tva": vat,
            "mode_paiement": one.get("mode_paiement", {}),
            "statuts": _statuses(deposited, one.get("statut", "")),
            "fichiers": [
                _file(folder, Path("factures", str(one["id"]), name), title, self._page(title, one, supplier, ttc))
                for name, title in files
            ],
        }

    def _page(self, title: str, one: dict[str, Any], supplier: dict[str, Any], ttc: Decimal) -> list[str]:
        recipient = next(structure for structure in self.data["structures"] if structure["id"] == one["structure"])
        shown = "Avoir" if one.get("type") == "AVOIR" and title == "Facture" else title
        return [
            supplier["nom"],
            f"SIRET {supplier['siret']}",
            "",
            f"{shown} n° {one['numero']}   (exemple, sans valeur)",
            f"Dépôt Chorus Pro n° {one['id']}",
            f"Destinataire : {recipient['nom']}, SIRET {recipient['siret']}",
            f"Service : {one['service'] or 'non indiqué'}    Engagement : {one['engagement']}",
            "",
            one["objet"],
            f"Total TTC : {french(ttc)}",
        ]


def load(today: date) -> Story:
    """Read the example data."""
    return Story(data=tomllib.loads((FIXTURES / "commune.toml").read_text(encoding="utf-8")), today=today)


def _vat(rate: Decimal, base: Decimal, written: str | None) -> dict[str, Decimal]:
    """Return the VAT of one rate, as it should be unless the supplier wrote it otherwise."""
    return {"taux": rate, "base": base, "montant": Decimal(written) if written else euros(base * rate / HUNDRED)}


def _supplier(one: dict[str, Any], usual: dict[str, Any]) -> dict[str, Any]:
    """Return who asks to be paid; an invoice may name another account, or another payee."""
    return {
        "siret": usual["siret"],
        "nom": usual["nom"],
        "iban": one.get("iban", usual["iban"]),
        "encaisseur": one.get("encaisseur", ""),
    }


def _statuses(deposited: date, last: str) -> list[dict[str, Any]]:
    """Give an invoice its past: deposited, on its way, at our disposal."""
    morning = datetime(deposited.year, deposited.month, deposited.day, 8, 0, tzinfo=UTC)
    codes = ["DEPOSEE", "EN_COURS_ACHEMINEMENT", "MISE_A_DISPOSITION", *([last] if last else [])]
    return [{"code": code, "le": morning + timedelta(minutes=number)} for number, code in enumerate(codes)]


def _file(folder: Path, path: Path, title: str, page: list[str]) -> dict[str, Any]:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(pdf(page))
    main = title == "Facture"
    return {
        "nom": path.name,
        "chemin": path,
        "principale": main,
        "categorie": "Facture PDF" if main else "Document annexe",
    }


def _plain(number: str) -> str:
    """A file name cannot hold a slash."""
    return number.replace("/", "-")
