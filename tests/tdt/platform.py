"""An S²LOW over real TLS: one that answers what a test dictates, or the simulated one with an obliging DGFiP."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from dematfin.sandbox.server import LoopbackServer, Reply, Request
from dematfin.sandbox.tdt.app import TdtApp
from dematfin.sandbox.tdt.life import Deliver, Dgfip
from dematfin.sandbox.world import Delays, Tdt, TdtAccount
from dematfin.tdt.s2low import S2low
from dematfin.tdt.settings import S2lowSettings

PASSWORD: Final = "TEST du client"
TEST: Final = "/api/test-connexion.php"
DEPOSIT: Final = "/modules/helios/api/helios_importer_fichier.php"
STATUS: Final = "/modules/helios/api/helios_transac_get_status.php"
ACQUIT: Final = "/modules/helios/helios_download_acquit.php"
FILE: Final = "/modules/helios/helios_download_file.php"
LIST: Final = "/modules/helios/api/helios_get_list.php"
RETOUR: Final = "/modules/helios/api/helios_get_retour.php"
MARK: Final = "/modules/helios/api/helios_change_status.php"
FIND: Final = "/modules/helios/api/list_pes_aller.php"
FINE: Final = Reply(body=b"OK\n", media_type="text/plain")


def flow(nomfic: str, body: str = "") -> bytes:
    """Write a flow as far as S²LOW looks at it."""
    text = (
        "<?xml version='1.0' encoding='ISO-8859-1'?>\n"
        f'<PES_Aller><Enveloppe><Parametres><NomFic V="{nomfic}"/></Parametres></Enveloppe>'
        f'<EnTetePES><IdColl V="21990042000015"/><CodCol V="142"/></EnTetePES><PES_DepenseAller>{body}'
        "</PES_DepenseAller></PES_Aller>"
    )
    return text.encode("iso-8859-1")


def acquit(nomfic: str, cod_col: str = "142") -> bytes:
    return (
        "<?xml version='1.0' encoding='ISO-8859-1'?>"
        "<n:PES_ACQUIT xmlns:n='http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour/v2'>"
        f'<Enveloppe><Parametres><NomFic V="{nomfic}"/></Parametres></Enveloppe>'
        f'<EnTetePES><CodCol V="{cod_col}"/></EnTetePES><ACQUIT><EnTeteAcquit><IdVer V="2"/></EnTeteAcquit>'
        '<ElementACQUIT><DomaineAck V="5"/><EtatAck V="1"/></ElementACQUIT></ACQUIT></n:PES_ACQUIT>'
    ).encode("iso-8859-1")


def retour() -> bytes:
    return b"<?xml version='1.0' encoding='ISO-8859-1'?><n:PES_Retour xmlns:n='urn:x'/>"


class Dictated:
    """Answers each script with the replies dictated for it, the last one again and again."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.dictated: dict[str, list[Reply]] = {TEST: [FINE]}
        self.asked: list[Request] = []

    def say(self, path: str, *replies: Reply) -> None:
        self.dictated[path] = list(replies)

    def __call__(self, request: Request) -> Reply:
        self.asked.append(request)
        replies = self.dictated.get(request.path) or [Reply(status=404, media_type="text/html")]
        return replies.pop(0) if len(replies) > 1 else replies[0]

    def times(self, path: str) -> int:
        return sum(request.path == path for request in self.asked)


def simulated(tls: Path, state: Path, **account: Any) -> TdtApp:
    """Return the simulated platform, with an agent and an archivist on one certificate."""
    shared = {"certificat": Path("tdt-client.pem"), "sirets": ("21990042000015",)}
    agent = {"login": "agent", "mot_de_passe": "TEST agent"} | account
    world = Tdt(
        certificat_serveur=Path("tdt-serveur.pem"),
        autorite_clients=Path("tdt-ac.pem"),
        comptes=(
            TdtAccount.model_validate({**shared, **agent}),
            TdtAccount.model_validate(
                {**shared, "login": "archives", "mot_de_passe": "TEST archives", "role": "ARCH", "droits": ()}
            ),
        ),
        delais=Delays(analyse=0, envoi=0, acquit=0, retour=0),
    )
    waiting = [("21990042000015", "PES2R_1.xml", retour())]

    def retours(deliver: Deliver) -> None:
        while waiting:
            deliver(*waiting.pop())

    return TdtApp(world, tls, state, Dgfip(acquit=lambda path: acquit(_nomfic(path)), retours=retours))


def _nomfic(path: Path) -> str:
    return path.read_text("iso-8859-1").split('NomFic V="')[1].split('"')[0]


@contextmanager
def s2low_at(application: Callable[[Request], Reply], tls: Path, **changes: Any) -> Iterator[S2low]:
    """Lend our adapter, connected to an application over TLS with its client certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls / "tdt-serveur.pem")
    context.load_verify_locations(tls / "tdt-ac.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    server = LoopbackServer(application, tls=context)
    server.start()
    usual = {
        "url": f"https://127.0.0.1:{server.port}",
        "certificat": tls / "tdt-client.p12",
        "mot_de_passe_certificat": PASSWORD,
        "autorites": tls / "tdt-ac.pem",
        "identifiant": "agent",
        "mot_de_passe": "TEST agent",
        "archiviste": "archives",
        "mot_de_passe_archiviste": "TEST archives",
        "delai_lecture": 2,
        "delai_depot": 2,
    }
    try:
        yield S2low(S2lowSettings.model_validate({**usual, **changes}), lambda reference: reference)
    finally:
        server.stop()
