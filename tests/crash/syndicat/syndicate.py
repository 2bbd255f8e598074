"""A syndicate in one folder: its configuration, its keys, its neighbours in three processes."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from crash.syndicat.communes import MORNING, Bill, Commune
from crash.syndicat.configuration import written
from crash.syndicat.world import CLIENT, deposit, world
from dematfin.config.several import House, houses
from dematfin.ports.app import App
from dematfin.sandbox import pki
from dematfin.sandbox.neighbours import SERVERS, free_ports
from dematfin.sandbox.platform import READY
from dematfin.sandbox.weather import CLEAR, Trouble, tell
from dematfin.wiring import build

SHARED_SECRETS: Final = {"chorus": CLIENT["client_secret"], "maire": "cle-du-maire", "tdt": "cle-du-syndicat"}
NOTHING: Final[Mapping[str, str]] = {}
PATIENCE: Final = 250
"""Seconds that a commune grants to a silent neighbour: more than a whole day of all the others takes."""
SOON: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Syndicate:
    """Its communes, each billed `bills` times before the day and as often on the day."""

    root: Path
    communes: tuple[Commune, ...]
    bills: int = 1

    @property
    def config(self) -> Path:
        return self.root / "config.toml"

    @property
    def sandbox(self) -> Path:
        """The neighbours' own folder."""
        return self.root / "voisins"

    def settle(self, base: str) -> None:
        """Write everything; `base` is the line that says where the ledger is."""
        for name in ("secrets", "documents", "voisins/tls", "pki"):
            (self.root / name).mkdir(parents=True)
        words = {one.siret: f"mot-{one.siret}" for one in self.communes}
        for name, word in {**SHARED_SECRETS, **words}.items():
            pki.private(self.root / "secrets" / name, word.encode())
        pki.make_signing_pki(self.root / "pki", SHARED_SECRETS["maire"])
        self._keys()
        free_ports(self.sandbox)
        described = world(self.sandbox, self.communes, words, today(), self.bills)
        (self.sandbox / "monde.json").write_text(described.model_dump_json(), encoding="utf-8")
        (self.root / "base").write_text(base, encoding="utf-8")
        self.configure(NOTHING)

    def configure(self, own: Mapping[str, str]) -> None:
        """Write the configuration; `own` are lines of one commune, by SIRET."""
        mayor = x509.load_pem_x509_certificate((self.root / "pki" / "maire.pem").read_bytes())
        values = {
            "BASE": (self.root / "base").read_text(encoding="utf-8"),
            "EMPREINTE": mayor.fingerprint(SHA256()).hex(),
            "PATIENCE": str(PATIENCE),
        }
        self.config.write_text(written(self.communes, free_ports(self.sandbox), values, own), encoding="utf-8")
        self.read_again()

    def _keys(self) -> None:
        """Make the TdT's own keys, and those of each group of communes."""
        tls = self.sandbox / "tls"
        authority = pki.make(pki.TDT_AC)
        pki.make_transport_pki(tls, SHARED_SECRETS["tdt"], authority)
        (self.root / "pki" / "tdt-ac.pem").write_bytes(authority.pem)
        for name in sorted({one.group for one in self.communes}):
            made = pki.make(pki.client_profile(f"TEST {name}"), authority)
            (tls / f"{name}.pem").write_bytes(made.pem)
            pki.private(self.root / "pki" / f"{name}.p12", made.p12(SHARED_SECRETS["tdt"]))

    @contextmanager
    def neighbours(self) -> Iterator[None]:
        """Run the three platforms, each in its process, until the end."""
        with ExitStack() as running:
            started = [running.enter_context(_platform(self.sandbox, name)) for name in SERVERS]
            for one in started:
                assert one.stdout is not None
                assert READY in one.stdout.readline()
            yield

    def weather(self, latency: float = 0, troubles: Mapping[str, Trouble] = CLEAR, slowness: float = 0.3) -> None:
        """Say how all three platforms feel; an account that one of them does not know means nothing to it."""
        for name in SERVERS:
            tell(self.sandbox / name / "temps.json", latency, troubles, slowness)

    def morning(self) -> None:
        """Have suppliers deposit what is billed on the day."""
        for rank in range(self.bills):
            self.deliver(self.communes, rank + 1)

    def deliver(self, chosen: Sequence[Commune], rank: int) -> None:
        """Have suppliers deposit one more invoice of the day for some communes."""
        for one in chosen:
            bill = Bill(commune=one, day=MORNING, rank=rank)
            self._ask("chorus", "invoices", deposit(bill, self.sandbox, today()))

    def _ask(self, name: str, what: str, body: dict[str, Any]) -> None:
        port = json.loads((self.sandbox / "ports.json").read_text(encoding="utf-8"))[name]
        data = json.dumps(body).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/__sandbox__/{what}", data, timeout=SOON) as answer:
            assert json.load(answer)["done"]

    def read_again(self) -> None:
        """Forget what was read of the configuration, as a process that starts."""
        _houses.cache_clear()

    def app(self, siret: str) -> App:
        """Wire one commune."""
        house = _houses(self.config)[siret]
        return build(house.settings(), house.folder, _nobody_to_ask)

    def trust_neighbours_only(self) -> None:
        """Open none of the machine's hundred authorities, which no neighbour needs: 22 ms each time."""
        os.environ["SSL_CERT_FILE"] = str(self.root / "pki" / "tdt-ac.pem")
        os.environ["SSL_CERT_DIR"] = str(self.root / "pki")


@cache
def _houses(config: Path) -> dict[str, House]:
    return {one.siret: one for one in houses(config)}


@contextmanager
def _platform(folder: Path, name: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "dematfin.sandbox.platform", str(folder), name]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=SOON)


def today() -> date:
    """Return the day: the neighbours run on the real clock."""
    return date.today()  # noqa: DTZ011, TID251 - idem


def sirets(communes: Sequence[Commune]) -> tuple[str, ...]:
    """Return the SIRETs of some communes."""
    return tuple(one.siret for one in communes)


def _nobody_to_ask(question: str) -> str:
    raise AssertionError(question)
