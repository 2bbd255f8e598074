"""The simulated S²LOW over TLS, its DGFiP in the hands of the test, and browsers that hold certificates."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from dematfin.sandbox import pki
from dematfin.sandbox.server import LoopbackServer
from dematfin.sandbox.tdt.app import TdtApp
from dematfin.sandbox.tdt.life import Deliver, Dgfip
from dematfin.sandbox.world import Delays, Tdt, TdtAccount
from tdt.odd_server import server_context
from tdt.platform import DEPOSIT, STATUS, acquit

NO_DELAY = Delays(analyse=0, envoi=0, acquit=0, retour=0)


@cache
def certificates() -> dict[str, pki.Identity]:
    """Return an authority, the platform's certificate, and three clients."""
    authority = pki.make(replace(pki.ROOT, name="TEST AC du TdT", authority=0))
    usages = ("digital_signature", "key_encipherment")
    server = pki.make(pki.Profile(name="TEST TdT", usages=usages, hosts=("localhost", "127.0.0.1")), authority)
    clients = {name: pki.make(pki.client_profile(f"TEST {name}"), authority) for name in ("mairie", "ccas", "inconnu")}
    return {"ac": authority, "serveur": server, **clients}


@dataclass
class Platform:
    """A platform that is opened and closed at will; `waiting` are the retours that the comptable will deliver."""

    folder: Path
    world: Tdt
    waiting: list[tuple[str, str, bytes]] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[tuple[TdtApp, str]]:
        """Lend the platform and its address."""
        app = TdtApp(self.world, self.folder, self.folder / "tdt", Dgfip(acquit=answer, retours=self._deliver))
        server = LoopbackServer(app, tls=server_context(self.folder))
        server.start()
        try:
            yield app, f"https://127.0.0.1:{server.port}"
        finally:
            server.stop()
            app.close()

    def _deliver(self, deliver: Deliver) -> None:
        while self.waiting:
            deliver(*self.waiting.pop(0))


def answer(path: Path) -> bytes:
    """Acknowledge a flow by its name and its CodCol."""
    with path.open("rb") as source:
        start = source.read(2000).decode("iso-8859-1")
    name, cod_col = (start.split(f'{tag} V="')[1].split('"')[0] for tag in ("NomFic", "CodCol"))
    return acquit(name, cod_col)


def settle(folder: Path, *accounts: dict[str, Any], delays: Delays = NO_DELAY, largest: int = 10**8) -> Platform:
    """Prepare a platform; an account is that of `mairie` unless it names another certificate."""
    if not (folder / "tdt-ac.pem").exists():
        _write_certificates(folder)
    usual = {"certificat": "mairie.pem"}
    return Platform(
        folder,
        Tdt(
            certificat_serveur=Path("tdt-serveur.pem"),
            autorite_clients=Path("tdt-ac.pem"),
            comptes=tuple(TdtAccount.model_validate(usual | account) for account in accounts or ({},)),
            delais=delays,
            taille_maximale=largest,
        ),
    )


def _write_certificates(folder: Path) -> None:
    for name, one in certificates().items():
        (folder / f"{name}.pem").write_bytes(one.pem)
        (folder / f"tdt-{name}.pem").write_bytes(one.key_pem + one.pem)
    (folder / "tdt-ac.pem").write_bytes(certificates()["ac"].pem)


@contextmanager
def browser(platform: Platform, url: str, who: str = "mairie", **options: Any) -> Iterator[httpx.Client]:
    """Lend an HTTP client that presents a certificate, keeps its cookies, and follows nothing."""
    context = ssl.create_default_context(cafile=platform.folder / "tdt-ac.pem")
    context.load_cert_chain(platform.folder / f"tdt-{who}.pem")
    with httpx.Client(base_url=url, verify=context, trust_env=False, **options) as client:
        yield client


def post(client: httpx.Client, data: bytes, name: str = "flux.xml", **fields: str) -> str:
    """Deposit a flow and return what is said of it."""
    answer = client.post(DEPOSIT, files={"enveloppe": (name, data)}, data=fields or None)
    return answer.content.decode("utf-8")


def status(client: httpx.Client, key: int) -> str:
    """Return what is said of a transaction, between its id and its status."""
    return client.get(STATUS, params={"transaction": key}).content.decode("iso-8859-1")
