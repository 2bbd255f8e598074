"""A small town with every part of the chain: Chorus Pro, paper, an i-Parapheur, a finance software, a TdT, mails."""

import json
import os
import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from crash.campaign.clerk import Clerk
from crash.campaign.town import KEYS, Town, _lighten
from dematfin.config.several import load
from dematfin.demo.folder import DemoFolder
from dematfin.demo.play import Play
from dematfin.demo.story import Story
from dematfin.demo.story import load as load_story
from dematfin.ports.app import App
from dematfin.sandbox.iparapheur.setup import Setup, Step, Subtype
from dematfin.sandbox.neighbours import free_ports
from dematfin.steps.outcome import Outcome
from dematfin.wiring import build

BILLS: Final = ("F2026-0412", "7788-01", "7788-02", "26-571")
"""A visa of ours, one in the i-Parapheur, one for the finance software, one that goes back to its supplier."""
PAPER: Final = "LAC-0731"
"""What comes by post."""
AT_ONCE: Final = {"analyse": 0, "envoi": 0, "acquit": 0, "retour": 0}
AT_THE_NEXT: Final = "attente_verification = 0.02"
LOGIN, WORD = "ws@valbrume", "mot-du-parapheur"
THERE: Final = f"""
[parapheur]
url = "http://127.0.0.1:@PARAPHEUR@"
identifiant = "{LOGIN}"
mot_de_passe = "fichier:secrets/parapheur"
type = "FACTURES"
sous_type = "VISASERVICE"
services = ["BATIMENTS"]
type_pes = "PES"
sous_type_pes = "DEPENSES"
delai_connexion = 5
delai_lecture = 5
"""
HEADS: Final = Step(bureau="Bâtiments", nom="Nadia Technique")
MAYOR: Final = Step(bureau="Maire", nom="Jeanne TEST-MAIRE", role="SIGNATAIRE")
UNFORESEEN: Final = "erreur imprévue"
HERE, PARAPHEUR, ELSEWHERE = "ici", "parapheur", "ailleurs"


NAME: Final = "registre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Town):
    """A copy of it; its configuration is made anew for the ports on which its neighbours listen."""

    @property
    def base(self) -> Path:
        """Our ledger."""
        return self.root / "var" / "registre.db"

    @property
    def backups(self) -> Path:
        """Where it is saved, under `NAME`."""
        return self.root / "sauvegardes"

    @property
    def papers(self) -> Path:
        """Where the papers of the day are written."""
        return self.root / "papiers"

    def found(self) -> None:
        """Write it down, before anything has happened in it."""
        self.folder.prepare(story())
        ports = free_ports(self.sandbox)
        text = self.folder.config.read_text(encoding="utf-8")
        for name, port in ports.items():
            text = re.sub(rf"\b{port}\b", f"@{name.upper()}@", text)
        text = re.sub(r"^attente_verification = .*$", AT_THE_NEXT, text, flags=re.MULTILINE)
        self.log("config.toml").write_text(text + THERE, encoding="utf-8")
        (self.sandbox / "ports.json").unlink()
        world = json.loads((self.sandbox / "monde.json").read_text(encoding="utf-8"))
        world["tdt"]["delais"] = AT_ONCE
        (self.sandbox / "monde.json").write_text(json.dumps(world), encoding="utf-8")
        for key, secret in KEYS.items():
            _lighten(self.root / "pki" / key, (self.root / "secrets" / secret).read_bytes())
        secret_file = self.root / "secrets" / "parapheur"
        secret_file.write_text(WORD, encoding="utf-8")
        secret_file.chmod(0o600)
        mayor = Clerk.key_of(self)
        (self.root / "pki" / "maire-cle.pem").write_bytes(mayor.key_pem + mayor.pem)

    def describe_parapheur(self) -> None:
        """Write how the i-Parapheur of this copy is set up, before it starts."""
        (self.sandbox / "parapheur.json").write_text(_setup(self).model_dump_json(), encoding="utf-8")

    def settle(self, lieu: str) -> None:
        """Write the configuration for the neighbours that are running, and where flows are signed."""
        text = self.log("config.toml").read_text(encoding="utf-8")
        for name, port in json.loads((self.sandbox / "ports.json").read_text(encoding="utf-8")).items():
            text = text.replace(f"@{name.upper()}@", str(port))
        text = text.replace("[signature]\n", f'[signature]\nlieu = "{lieu}"\n')
        self.folder.config.write_text(text, encoding="utf-8")

    def config_says(self, key: str, value: str) -> None:
        """Change one value of the configuration, for a while; nothing where there is none."""
        text = self.folder.config.read_text(encoding="utf-8")
        self.log("avant.toml").write_text(text, encoding="utf-8")
        if value:
            self.folder.config.write_text(re.sub(rf'^{key} = ".*"$', f'{key} = "{value}"', text, flags=re.M), "utf-8")

    def config_says_again(self) -> None:
        """Have the configuration as it was."""
        self.folder.config.write_text(self.log("avant.toml").read_text(encoding="utf-8"), encoding="utf-8")

    def app(self) -> App:
        """Wire it; only in a child."""
        os.environ["SSL_CERT_FILE"] = str(self.root / "pki" / "tdt-ac.pem")
        os.environ["SSL_CERT_DIR"] = str(self.root / "pki")
        return build(load(self.folder.config), self.root, _nobody_to_ask)

    def note(self, outcome: Outcome) -> None:
        """Keep what nobody foresaw: a person is told of the rest, which is no failure of the product."""
        told = [one.sentence for one in outcome.failures if UNFORESEEN in one.sentence]
        with self.log("imprévu").open("a", encoding="utf-8") as sink:
            sink.writelines(f"{sentence}\n" for sentence in told)

    def play(self, app: App) -> Play:
        """Return those who act in it."""
        return Play(app=app, story=story(), folder=self.root)


def _setup(place: Place) -> Setup:
    return Setup(
        login=LOGIN,
        mot_de_passe=WORD,
        signataire=place.root / "pki" / "maire-cle.pem",
        sous_types=(
            Subtype(type="FACTURES", nom="VISASERVICE", etapes=(HEADS,)),
            Subtype(type="PES", nom="DEPENSES", etapes=(MAYOR,)),
        ),
        metadonnees={"date_service_fait": "DATE"},
    )


def story() -> Story:
    """Return the example, cut down to what is played."""
    whole = load_story(date.today())  # noqa: DTZ011, TID251 - the neighbours run on the real clock
    few = [one for one in whole.data["factures"] if one["numero"] in BILLS and one["id"] != TWIN]
    paper = [one for one in whole.data["papiers"] if one["numero"] == PAPER]
    accepted = [{**one, "fonctions_refusees": []} for one in whole.data["budgets"]]
    return replace(whole, data={**whole.data, "factures": few, "papiers": paper, "budgets": accepted})


TWIN: Final = 9100114
"""The same invoice deposited twice: not here."""


def at(root: Path) -> Place:
    """Return the town of a folder."""
    return Place(folder=DemoFolder(root=root))


def _nobody_to_ask(question: str) -> str:
    raise AssertionError(question)
