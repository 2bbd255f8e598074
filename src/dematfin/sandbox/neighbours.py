"""The neighbours of one folder: their world, their state, their ports, kept from one start to the next.

<folder>/monde.json          who exists (see `world`)
<folder>/parapheur.json      a bought i-Parapheur, if there is one (see `iparapheur.setup`)
<folder>/ports.json          ports, chosen once
<folder>/chorus/, tdt/, helios/, parapheur/   state, and journal.jsonl: what each received, in its own words
<folder>/tdt/flux/           each flow as it was received, byte for byte
and, where the world says, each mail as it was received
"""

import json
import secrets
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from dematfin.errors import ConfigError
from dematfin.sandbox import faults
from dematfin.sandbox.chorus.app import ChorusApp
from dematfin.sandbox.chorus.state import Invoices
from dematfin.sandbox.faults import Faults
from dematfin.sandbox.helios.comptable import Comptable
from dematfin.sandbox.helios.gate import Gate
from dematfin.sandbox.helios.registry import Registry
from dematfin.sandbox.helios.signatures import SignatureGate
from dematfin.sandbox.iparapheur.app import ParapheurApp
from dematfin.sandbox.iparapheur.setup import Setup
from dematfin.sandbox.server import HOST, Application, LoopbackServer
from dematfin.sandbox.smtp import MailServer
from dematfin.sandbox.tdt.app import TdtApp
from dematfin.sandbox.tdt.life import Dgfip
from dematfin.sandbox.world import World, load

SERVERS: Final = ("chorus", "tdt", "courriel")
NEVER_LENT: Final = range(22_000, 32_000)


class Neighbours:
    """Real servers on the loopback: Chorus Pro behind PISTE, S²LOW before the DGFiP, mail, an i-Parapheur if wanted."""

    def __init__(self, folder: Path) -> None:
        """Open a folder; raises ConfigError when it holds no world, or when its ports are taken."""
        world = load(folder / "monde.json")
        ports = _ports(folder)
        with ExitStack() as opened:
            self.chorus = opened.enter_context(closing(ChorusApp(world, folder, folder / "chorus")))
            registry = Registry(folder / "helios" / "etat.db")
            opened.callback(registry.state.close)
            asked = Faults(faults.PLATFORM)
            if not (folder / "tdt").exists():  # its world is told once
                _commit(asked, world.tdt.pannes)
            dgfip = dgfip_of(world, folder, registry, asked)
            self.tdt = opened.enter_context(closing(TdtApp(world.tdt, folder, folder / "tdt", dgfip, asked)))
            self.parapheur = _parapheur(folder)
            if self.parapheur is not None:
                opened.callback(self.parapheur.close)
            self.mail = MailServer(world.courriel, folder, ports.get("courriel", 0))
            opened.callback(self.mail.stop)
            self._servers: dict[str, LoopbackServer | MailServer] = {"courriel": self.mail}
            for name, application, tls in self._doors(tls_of(world, folder)):
                self._servers[name] = server = LoopbackServer(application, ports.get(name, 0), tls)
                opened.callback(server.stop)
            self._opened = opened.pop_all()
        kept = {name: server.port for name, server in self._servers.items()}
        (folder / "ports.json").write_text(json.dumps(kept), encoding="utf-8")
        self.chorus_url = f"http://{HOST}:{kept['chorus']}"
        self.token_url = f"{self.chorus_url}/api/oauth/token"
        self.s2low_url = f"https://{HOST}:{kept['tdt']}"
        self.mail_address = f"{HOST}:{kept['courriel']}"
        self.parapheur_url = f"http://{HOST}:{kept['parapheur']}" if self.parapheur else ""

    def _doors(self, tls: ssl.SSLContext) -> Iterator[tuple[str, Application, ssl.SSLContext | None]]:
        yield "chorus", self.chorus, None
        yield "tdt", self.tdt, tls
        if self.parapheur is not None:
            yield "parapheur", self.parapheur, None

    def __enter__(self) -> Self:
        """Begin to answer."""
        for server in self._servers.values():
            server.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Stop, keeping the state."""
        self._opened.close()


def serve(folder: Path, ready: Callable[[Neighbours], None]) -> None:
    """Run the neighbours until they are told to stop (SIGINT, SIGTERM)."""
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    with Neighbours(folder) as neighbours:
        ready(neighbours)
        told.wait()


def free_ports(folder: Path) -> dict[str, int]:
    """Choose ports for a new folder, so that a configuration can name them before the servers start.

    They are not among those that a system lends to whoever calls out, which somebody may hold when they start.
    """
    kept = _ports(folder)
    missing = [name for name in SERVERS if name not in kept]
    free = (port for port in secrets.SystemRandom().sample(NEVER_LENT, len(NEVER_LENT)) if _is_free(port))
    for name, port in zip(missing, free, strict=False):
        kept[name] = port
    if missing:
        (folder / "ports.json").write_text(json.dumps(kept), encoding="utf-8")
    return kept


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex((HOST, port)) != 0


def _ports(folder: Path) -> dict[str, int]:
    path = folder / "ports.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _parapheur(folder: Path) -> ParapheurApp | None:
    described = folder / "parapheur.json"
    if not described.exists():
        return None
    return ParapheurApp(Setup.model_validate_json(described.read_bytes()), folder / "parapheur")


def _commit(asked: Faults, wanted: dict[str, int]) -> None:
    for name, times in wanted.items():
        try:
            asked.set(name, times)
        except ValueError as error:
            message = f"Le bac à sable ne connaît pas la panne « {name} » : corrigez « pannes » dans son monde.json."
            raise ConfigError(message) from error


def dgfip_of(world: World, folder: Path, registry: Registry, asked: Faults) -> Dgfip:
    """Return the DGFiP of a world: its gate, and the comptable behind it."""
    authorities = tuple(folder / path for path in world.helios.autorites)
    gate = Gate(
        world=world.helios,
        registry=registry,
        signatures=SignatureGate(authorities),
        delay=world.tdt.delais.retour,
        faults=asked,
    )
    comptable = Comptable(world=world.helios, registry=registry, faults=asked, delay=world.tdt.delais.retour)
    return Dgfip(acquit=gate.acquit, retours=comptable.retours)


def tls_of(world: World, folder: Path) -> ssl.SSLContext:
    """Return how the TdT of a world shakes hands: whoever has no certificate of its authority does not come in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / world.tdt.certificat_serveur)
    context.load_verify_locations(folder / world.tdt.autorite_clients)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def last_statuses(folder: Path) -> dict[str, str]:
    """Return the last status of each invoice of a folder's Chorus Pro, whether it runs or not."""
    invoices = Invoices(folder / "chorus" / "etat.db", load(folder / "monde.json"), folder)
    try:
        return invoices.statuses()
    finally:
        invoices.close()
