"""The folder of a demonstration: keys made on the spot, secrets, a sandbox world, a complete configuration."""

import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from dematfin.demo.story import FIXTURES, Story
from dematfin.errors import ConfigError
from dematfin.sandbox import neighbours, pki
from dematfin.sandbox.world import World
from dematfin.support.refusals import reason

MAILS: Final = "courriels"
"""Where the simulated mail server keeps what it is given."""
FIGURES: Final = "chiffres"
"""The figures of the month, in every form."""
EXCHANGE: Final = "echange"
"""What is shared with the finance software of one of the budgets."""
OURS: Final = (
    "config.toml",
    "pki",
    "secrets",
    "var",
    "pes",
    "papier",
    EXCHANGE,
    FIGURES,
    "rapport.html",
    "resume.json",
    "bac-a-sable",
    MAILS,
)
MARK: Final = ".demonstration"
NO_FAULT: Final[Mapping[str, int]] = MappingProxyType({})
TECHNICAL_LOGIN: Final = "TECH_1_990042@cpro.fr"
CLIENT_ID: Final = "3f6b1f0e-0000-4000-8000-990042000015"
SECRETS: Final = (
    "chorus_client",
    "chorus_compte",
    "maire",
    "tdt_client",
    "tdt_agent",
    "tdt_archiviste",
    "courriel",
    "pages",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFolder:
    """Where a demonstration lives."""

    root: Path

    @property
    def config(self) -> Path:
        """The configuration."""
        return self.root / "config.toml"

    @property
    def sandbox(self) -> Path:
        """The neighbours' own folder."""
        return self.root / "bac-a-sable"

    def prepare(self, story: Story, faults: Mapping[str, int] = NO_FAULT) -> None:
        """Write everything afresh, and the faults of the TdT; raises ConfigError when the folder is somebody else's."""
        self._clear()
        for name in (
            "secrets",
            "pki",
            "bac-a-sable",
            "pes/avant-signature",
            "var",
            "papier/copieur",
            "papier/courriel",
            *(f"{EXCHANGE}/{name}" for name in ("exports", "factures", "retours")),
        ):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        words = {name: secrets.token_urlsafe(16) for name in SECRETS}
        for name, word in words.items():
            pki.private(self.root / "secrets" / name, word.encode())
        mayor = pki.make_signing_pki(self.root / "pki", words["maire"])
        pki.make_transport_pki(self.sandbox / "tls", words["tdt_client"])
        for name in ("tdt-ac.pem", "courriel-ac.pem"):  # one machine plays both
            shutil.copyfile(self.sandbox / "tls" / "tdt-ac.pem", self.root / "pki" / name)
        pki.private(self.root / "pki" / "tdt-client.p12", (self.sandbox / "tls" / "tdt-client.p12").read_bytes())
        ports = neighbours.free_ports(self.sandbox)
        world = World.model_validate(_world(story, words, self.sandbox, faults))
        (self.sandbox / "monde.json").write_text(world.model_dump_json(indent=1), encoding="utf-8")
        self.config.write_text(_configuration(story, ports, pki.fingerprint(mayor)), encoding="utf-8")

    def _clear(self) -> None:
        """Remove an earlier demonstration, its ports excepted; touch nothing else."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"Le dossier {self.root} ne peut pas être créé : {reason(error)}. Choisissez-en un autre."
            raise ConfigError(message) from error
        ours = (self.root / MARK).exists()
        if not ours and any(self.root.iterdir()):
            message = f"Le dossier {self.root} n'est pas vide et n'est pas une démonstration : choisissez-en un autre."
            raise ConfigError(message)
        (self.root / MARK).touch()
        ports = self.sandbox / "ports.json"
        kept = ports.read_text(encoding="utf-8") if ports.exists() else ""
        for name in OURS:
            path = self.root / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        if kept:
            self.sandbox.mkdir()
            ports.write_text(kept, encoding="utf-8")


def _world(story: Story, words: dict[str, str], sandbox: Path, faults: Mapping[str, int]) -> dict[str, Any]:
    """Describe the neighbours' world: the fixtures, with the secrets and keys of this folder."""
    data = story.data
    account = {"certificat": "tls/tdt-client.pem", "sirets": [one["siret"] for one in data["budgets"]]}
    return {
        "oauth": {"client_id": CLIENT_ID, "client_secret": words["chorus_client"]},
        "comptes": [
            {
                "login": TECHNICAL_LOGIN,
                "mot_de_passe": words["chorus_compte"],
                "structures": [one["id"] for one in data["structures"]],
            }
        ],
        "structures": data["structures"],
        "factures": story.invoices(sandbox),
        "tdt": {
            "certificat_serveur": "tls/tdt-serveur.pem",
            "autorite_clients": "tls/tdt-ac.pem",
            "pannes": dict(faults),
            "comptes": [
                account | {"login": "agent", "mot_de_passe": words["tdt_agent"]},
                account | {"login": "archives", "mot_de_passe": words["tdt_archiviste"], "role": "ARCH", "droits": []},
            ],
        },
        "courriel": _mail_box(words),
        "helios": {
            "budgets": [
                {key: one[key] for key in ("siret", "poste", "code_collectivite", "code_budget", "fonctions_refusees")}
                for one in data["budgets"]
            ],
            "autorites": ["../pki/racine.pem", "../pki/ac.pem"],
            "rejets": data["rejets"],
        },
    }


def _mail_box(words: dict[str, str]) -> dict[str, str]:
    account = {"login": "dematfin", "mot_de_passe": words["courriel"]}
    return {"dossier": f"../{MAILS}", "certificat_serveur": "tls/tdt-serveur.pem"} | account


def _configuration(story: Story, ports: dict[str, int], fingerprint: str) -> str:
    main = story.data["budgets"][0]
    budgets = "\n".join(_budget(one) for one in story.data["budgets"])
    template = (FIXTURES / "config.toml").read_text(encoding="utf-8")
    values = {
        "SIRET": main["siret"],
        "NOM": "Commune de Valbrume",
        "BUDGETS": budgets,
        "CHORUS": f"http://127.0.0.1:{ports['chorus']}",
        "S2LOW": f"https://127.0.0.1:{ports['tdt']}",
        "COURRIEL": str(ports["courriel"]),
        "CLIENT_ID": CLIENT_ID,
        "COMPTE": TECHNICAL_LOGIN,
        "EMPREINTE": fingerprint,
    }
    for name, value in values.items():
        template = template.replace(f"@{name}@", value)
    return template


def _budget(one: dict[str, Any]) -> str:
    keys = ("code", "siret", "libelle", "poste", "code_collectivite", "code_budget")
    lines = [f'{key} = "{one[key]}"' for key in (*keys, *(["mandats"] if "mandats" in one else []))]
    return "\n".join(["[[budgets]]", *lines, ""])
