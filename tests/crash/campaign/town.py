"""A town whose invoices are certified, made once and copied for each run."""

import gc
import json
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from crash.campaign.children import fork
from dematfin.config.several import load
from dematfin.demo.finances import HERE
from dematfin.demo.folder import DemoFolder
from dematfin.demo.play import Play
from dematfin.demo.story import Story
from dematfin.demo.story import load as load_story
from dematfin.ports.app import App
from dematfin.sandbox.neighbours import Neighbours
from dematfin.tdt.folder import FolderTdt
from dematfin.wiring import build

DELAYS: Final = {"analyse": 0.01, "envoi": 0.01, "acquit": 0.02, "retour": 0.02}
BILLS: Final = ("F2026-0412", "F2026-0431", "AV2026-0007", "AV-55012", "7788-02", "2026-091")
"""Two bordereaux: one with a credit note and a mandat that the comptable will reject, one that the gate will refuse."""
VERIFY_AFTER: Final = "attente_verification = 0.2"
ARCHIVIST: Final = re.compile(r"^(mot_de_passe_)?archiviste = .*\n", re.MULTILINE)
S2LOW: Final = re.compile(r"^\[s2low\]\n.*?(?=^\[)", re.MULTILINE | re.DOTALL)
FOLDERS: Final = '[tdt_dossier]\ndepot = "depot"\nretour = "retour"\nstable = 0\n\n'
WATCH: Final = threading.Event()
SOON: Final = 0.002
KEYS: Final = {"maire.p12": "maire", "tdt-client.p12": "tdt_client"}
BESIDE: Final = re.compile(r'(code = "CCAS"\n(?:.+\n)*?mandats = )"dematfin"')
PORTS: Final = {"chorus": "@CHORUS@", "tdt": "@TDT@", "courriel": "@COURRIEL@"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A copy, whose neighbours may run or not."""

    folder: DemoFolder

    @property
    def root(self) -> Path:
        return self.folder.root

    @property
    def sandbox(self) -> Path:
        return self.folder.sandbox

    def log(self, name: str) -> Path:
        """Return a file of the campaign itself."""
        return self.root / f"campagne-{name}"

    @property
    def drop(self) -> Path:
        """Where flows are put for whoever carries them to the TdT, where the town has exchange folders."""
        return self.root / "depot"

    @property
    def back(self) -> Path:
        """Where answers are brought."""
        return self.root / "retour"

    @property
    def carrier_called(self) -> Path:
        """A file that is there as long as the carrier is waited for."""
        return self.log("porteur-appelé")

    @property
    def hasty(self) -> Path:
        """A file that is there when its agent takes up again what the TdT says refused."""
        return self.log("pressé")

    @property
    def software(self) -> Path:
        """Where the finance software of one of its budgets works, where it is left to it."""
        return self.root / HERE

    @property
    def clerk_called(self) -> Path:
        """A file that is there as long as whoever mandates in it is waited for; it names what to export again."""
        return self.log("mandatement-appelé")

    def connect(self, *, archivist: bool, by_folder: bool, beside: bool) -> None:
        """Have the configuration name the ports on which the neighbours listen, or exchange folders."""
        text = self.folder.config.read_text(encoding="utf-8")
        for name, port in json.loads((self.sandbox / "ports.json").read_text(encoding="utf-8")).items():
            text = text.replace(PORTS[name], str(port))
        text = text if archivist else ARCHIVIST.sub("", text)
        text = BESIDE.sub(r'\1"editeur"', text) if beside else text
        self.folder.config.write_text(S2LOW.sub(FOLDERS, text) if by_folder else text, encoding="utf-8")
        if by_folder:
            for one in (self.drop, self.back):
                one.mkdir()
            fork(lambda: _check(self), self.log("erreur.txt")).end()

    @property
    def fickle(self) -> Path:
        """A file that is there when its agent gives up what is about to leave, once."""
        return self.log("changeant")

    def wait_for(self, called: Path) -> None:
        """Wait until whoever was called has done, however slow the machine."""
        while called.exists():
            WATCH.wait(SOON)

    def app(self) -> App:
        """Wire it; only in a child. It opens none of the machine's hundred authorities, which no neighbour needs."""
        os.environ["SSL_CERT_FILE"] = str(self.root / "pki" / "tdt-ac.pem")
        os.environ["SSL_CERT_DIR"] = str(self.root / "pki")
        return build(load(self.folder.config), self.root, _nobody_to_ask)

    def play(self, app: App) -> Play:
        """Return those who act in it."""
        return Play(app=app, story=story(), folder=self.root)


def journal(folder: Path) -> list[dict[str, Any]]:
    """Return what a neighbour noted; a line being written is for the next time."""
    path = folder / "journal.jsonl"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def warm(root: Path) -> Town:
    """Bring a town, in a child, as far as its certified invoices; its neighbours end with it."""
    town = Town(folder=DemoFolder(root=root / "modele"))
    root.mkdir(parents=True, exist_ok=True)
    fork(lambda: _lived(town), root / "modele.erreur").end()
    gc.freeze()  # what is shared with children is not copied for the sake of counting it
    return town


@contextmanager
def copied(model: Town, root: Path) -> Iterator[Town]:
    """Lend a copy; erase it afterwards, unless what is done with it fails."""
    town = Town(folder=DemoFolder(root=root))
    shutil.copytree(model.root, root)
    yield town
    shutil.rmtree(root)


def _lived(town: Town) -> None:
    town.folder.prepare(story())
    app = town.app()
    with Neighbours(town.sandbox):
        play = town.play(app)
        for scene in (play.set_up, play.bring_in, play.certify):
            list(scene())
    _hurry(town)


def _hurry(town: Town) -> None:
    """Have everybody answer at once, on ports that each copy chooses."""
    world = town.sandbox / "monde.json"
    data: dict[str, Any] = json.loads(world.read_text(encoding="utf-8"))
    data["tdt"]["delais"] = DELAYS
    world.write_text(json.dumps(data), encoding="utf-8")
    ports = town.sandbox / "ports.json"
    text = town.folder.config.read_text(encoding="utf-8")
    for name, port in json.loads(ports.read_text(encoding="utf-8")).items():
        text = re.sub(rf"\b{port}\b", PORTS[name], text)  # a SIRET may hold the same figures
    text = re.sub(r"^attente_verification = .*$", VERIFY_AFTER, text, flags=re.MULTILINE)
    town.folder.config.write_text(text, encoding="utf-8")
    ports.unlink()
    for key, secret in KEYS.items():
        _lighten(town.root / "pki" / key, (town.root / "secrets" / secret).read_bytes())


def _lighten(key: Path, password: bytes) -> None:
    """Derive the password of a key in one turn: each of many processes opens it."""
    opened = pkcs12.load_pkcs12(key.read_bytes(), password)
    assert opened.cert is not None
    others = [one.certificate for one in opened.additional_certs]
    cipher = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1).build(password)
    assert isinstance(opened.key, RSAPrivateKey)
    data = pkcs12.serialize_key_and_certificates(
        opened.cert.friendly_name, opened.key, opened.cert.certificate, others, cipher
    )
    key.write_bytes(data)


def _check(town: Town) -> None:
    gate: Any = town.app().transmitter
    assert isinstance(gate.port, FolderTdt)
    gate.port.check()


def story() -> Story:
    """Return the example, cut down to what is played."""
    whole = load_story(date.today())  # noqa: DTZ011, TID251 - the neighbours run on the real clock
    few = [one for one in whole.data["factures"] if one["numero"] in BILLS]
    ours = [{**one, "mandats": "dematfin"} for one in whole.data["budgets"]]
    return replace(whole, data={**whole.data, "factures": few, "budgets": ours})


def _nobody_to_ask(question: str) -> str:
    raise AssertionError(question)
