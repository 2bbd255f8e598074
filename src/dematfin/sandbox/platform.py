"""One platform of a syndicate's world, in a process of its own: `python -m dematfin.sandbox.platform DOSSIER NOM`.

Chorus Pro, the TdT with the DGFiP behind it, or the mail server: each serves all the collectivités of one world, each
under the accounts that it gave them.

<folder>/<name>/temps.json     how it feels today (see `weather`)
<folder>/<name>/appels.jsonl   each call that came, under its account, in the order in which they came
"""

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from dematfin.errors import ConfigError
from dematfin.sandbox import faults
from dematfin.sandbox.chorus.app import ChorusApp
from dematfin.sandbox.faults import Faults
from dematfin.sandbox.front import Front, tdt_login, technical_account
from dematfin.sandbox.helios.registry import Registry
from dematfin.sandbox.neighbours import dgfip_of, free_ports, tls_of
from dematfin.sandbox.record import Journal
from dematfin.sandbox.server import Application, LoopbackServer, Request
from dematfin.sandbox.smtp import MailServer
from dematfin.sandbox.tdt.app import TdtApp
from dematfin.sandbox.weather import Weather
from dematfin.sandbox.world import World, load

READY: Final = "prêt"


def main(words: Sequence[str]) -> int:
    """Serve until told to stop (SIGINT, SIGTERM); 2 when there is no such platform."""
    folder, name = Path(words[0]), words[1]
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    try:
        with platform(folder, name):
            sys.stdout.write(f"{READY}\n")
            sys.stdout.flush()
            told.wait()
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


@contextmanager
def platform(folder: Path, name: str) -> Iterator[None]:
    """Run one platform of a folder, on the port that is kept for it; raises ConfigError."""
    world = load(folder / "monde.json")
    port = free_ports(folder)[name]
    with ExitStack() as opened:
        _SERVED[name](opened, world, folder, port)
        yield


def _mail(opened: ExitStack, world: World, folder: Path, port: int) -> None:
    server = MailServer(world.courriel, folder, port)
    opened.callback(server.stop)
    server.start()


def _chorus(opened: ExitStack, world: World, folder: Path, port: int) -> None:
    application = opened.enter_context(closing(ChorusApp(world, folder, folder / "chorus")))
    server = LoopbackServer(_front(application, technical_account, folder / "chorus"), port)
    opened.callback(server.stop)
    server.start()


def _tdt(opened: ExitStack, world: World, folder: Path, port: int) -> None:
    registry = Registry(folder / "helios" / "etat.db")
    opened.callback(registry.state.close)
    asked = Faults(faults.PLATFORM)
    dgfip = dgfip_of(world, folder, registry, asked)
    application = opened.enter_context(closing(TdtApp(world.tdt, folder, folder / "tdt", dgfip, asked)))
    server = LoopbackServer(_front(application, tdt_login, folder / "tdt"), port, tls_of(world, folder))
    opened.callback(server.stop)
    server.start()


def _front(application: Application, caller: Callable[[Request], str], own: Path) -> Front:
    weather, calls = Weather(own / "temps.json"), Journal(own / "appels.jsonl")
    return Front(application=application, caller=caller, weather=weather, calls=calls)


_SERVED: Final[dict[str, Callable[[ExitStack, World, Path, int], None]]] = {
    "chorus": _chorus,
    "tdt": _tdt,
    "courriel": _mail,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
