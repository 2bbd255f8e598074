"""The shapes that a failure takes, at every script of S²LOW: HTTP 200 proves nothing, and none passes for another."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from dematfin.domain.mandat.deposit import Phase
from dematfin.errors import AccessDenied, BadAnswer, ConnectorError, Refused, UnknownOutcome, Unreachable
from dematfin.ports.transmitter import ReturnItem
from dematfin.sandbox.server import Reply
from dematfin.tdt.s2low import S2low
from tdt.platform import (
    ACQUIT,
    DEPOSIT,
    FILE,
    FIND,
    LIST,
    MARK,
    NOT_THERE,
    RETOUR,
    STATUS,
    TEST,
    Dictated,
    listed,
    status,
    xml,
)

ITEM: Final = ReturnItem(remote_id="7", name="PES2R.xml")
ROOTS: Final = {DEPOSIT: "import", LIST: "liste", RETOUR: "get_retour"}


def plain(text: str) -> Reply:
    return Reply(body=text.encode("iso-8859-1"), media_type="text/plain")


def sent_to(page: str) -> Reply:
    return Reply(status=302, headers={"Location": page}, media_type="text/html")


SHAPES: Final[dict[str, Reply]] = {
    "KO, the account": plain("KO\nAccès refusé"),
    "KO, escaped": plain("KO\n&Eacute;chec de l&#039;authentification\n"),
    "KO, the module": plain("KO\nErreur d'initialisation du module"),
    "to the login": sent_to("/login.php"),
    "to the connection status": sent_to("https://s2low.example/connexion-status?x=1"),
    "elsewhere": sent_to("/modules/helios/index.php"),
    "to the root": sent_to("/"),
    "a page": NOT_THERE,
    "XML, KO": xml("<ROOT><resultat>KO</resultat><message>Erreur</message></ROOT>"),
    "XML, the account": xml("<ROOT><resultat>KO</resultat><message>Échec de l&#039;authentification</message></ROOT>"),
    "401": Reply(status=401),
    "404": Reply(status=404, media_type="text/html"),
    "413": Reply(status=413),
    "500": Reply(status=500, body=b"Fatal error"),
    "503": Reply(status=503),
}
READ: Final[dict[str, type[ConnectorError]]] = {
    "KO, the account": AccessDenied,
    "KO, escaped": AccessDenied,
    "KO, the module": Refused,
    "to the login": AccessDenied,
    "to the connection status": AccessDenied,
    "elsewhere": BadAnswer,
    "to the root": BadAnswer,
    "a page": BadAnswer,
    "XML, KO": Refused,
    "XML, the account": AccessDenied,
    "401": AccessDenied,
    "404": BadAnswer,
    "413": BadAnswer,
    "500": BadAnswer,
    "503": Unreachable,
}
"""What a failure of a reading script is."""
LOST: Final[dict[str, type[ConnectorError]]] = dict.fromkeys(SHAPES, UnknownOutcome)
NO_XML: Final[dict[str, type[ConnectorError]]] = {"XML, KO": BadAnswer, "XML, the account": BadAnswer}
ACCOUNT: Final = {name: kind for name, kind in READ.items() if kind is AccessDenied and not name.startswith("XML")}
SILENT: Final = ("elsewhere", "to the root", "a page", "XML, KO", "XML, the account", "404")
"""Shapes in which S²LOW has no acquit to give: it is waited for."""

EXPECTED: Final[dict[str, dict[str, type[ConnectorError]]]] = {
    TEST: READ | NO_XML | {"KO, the module": AccessDenied},
    DEPOSIT: LOST
    | ACCOUNT
    | {"KO, the module": AccessDenied, "XML, KO": Refused, "XML, the account": AccessDenied, "413": Refused},
    STATUS: READ,
    ACQUIT: {name: kind for name, kind in READ.items() if name not in SILENT},
    LIST: READ,
    RETOUR: READ,
    MARK: READ,
    FIND: READ | NO_XML,
    FILE: LOST
    | dict.fromkeys(("to the login", "to the connection status", "401"), AccessDenied)
    | {"503": Unreachable},
}


def call(s2low: S2low, path: str, flux: Path) -> object:
    calls: dict[str, Callable[[], object]] = {
        TEST: s2low.check,
        DEPOSIT: lambda: s2low.send(flux, "FLUX1"),
        STATUS: lambda: s2low.follow("1", "FLUX1"),
        ACQUIT: lambda: s2low.follow("1", "FLUX1"),
        LIST: s2low.returns,
        RETOUR: lambda: s2low.fetch(ITEM),
        MARK: lambda: s2low.acknowledge(ITEM),
        FIND: lambda: s2low.find(flux, "FLUX1"),
        FILE: lambda: s2low.find(flux, "FLUX1"),
    }
    return calls[path]()


def dictate(platform: Dictated, path: str, shape: str) -> None:
    platform.say(STATUS, status("8"))
    platform.say(FIND, listed("12"), listed())
    answer = SHAPES[shape]
    root = ROOTS.get(path, "transaction").encode()
    platform.say(path, replace(answer, body=answer.body.replace(b"ROOT", root)))


@pytest.mark.parametrize(("path", "shape"), [(path, shape) for path, kinds in EXPECTED.items() for shape in kinds])
def test_no_failure_passes_for_another(platform: Dictated, s2low: S2low, flux: Path, path: str, shape: str) -> None:
    dictate(platform, path, shape)
    with pytest.raises(ConnectorError, match="S²LOW") as caught:
        call(s2low, path, flux)
    assert type(caught.value) is EXPECTED[path][shape]
    assert platform.times(path) == 1 or path == FIND


@pytest.mark.parametrize("shape", SILENT)
def test_an_acquit_that_cannot_be_given_yet_is_waited_for(platform: Dictated, s2low: S2low, shape: str) -> None:
    dictate(platform, ACQUIT, shape)
    assert s2low.follow("1", "FLUX1").phase is Phase.WAITING
