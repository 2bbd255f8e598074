"""The door of browsers: any request, any form, any file, to the real pages of a town."""

import asyncio
import itertools
import re
from collections.abc import MutableMapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from starlette.applications import Starlette

from dematfin.config.web import WebSettings
from dematfin.errors import DocumentError
from dematfin.web.application import application
from examples import AGENT
from fuzz import bending
from fuzz.law import PREFIX, Fault
from fuzz.reader import Reader
from web.town import LATE, NO_FOLDER, built

ROUTES: Final = (
    f"/dossier/{LATE}/joindre",
    f"/dossier/{LATE}/viser",
    "/visas/lot",
    "/absences",
    f"/a-traiter/{NO_FOLDER}/repondre",
    "/compte",
    f"/a-traiter/{NO_FOLDER}/corriger",
    f"/papier/lot/{LATE}",
    f"/papier/saisie/{LATE}",
    "/connexion",
)
LOOKED_AT: Final = (
    "/factures?q=papeterie&montant=120,00&du=2026-01-01",
    f"/facture/{LATE}",
    "/chiffres/2026-02",
    "/chiffres/2026-02/fichier/csv",
    "/flux",
    f"/papier/lot/{LATE}/page/1",
    f"/dossier/{LATE}/document/{'0' * 64}",
)
FIELDS: Final = (
    "service-fait",
    "montant-admis",
    "motif",
    "bureau",
    "du",
    "au",
    "facture",
    "statut",
    "iban",
    "numero",
    "ht",
    "pages",
    "identifiant",
)
SEAL: Final = re.compile(rb'name="seal" value="([^"]*)"')
COUNT: Final = itertools.count()


@dataclass(frozen=True)
class Hall:
    """Pages, and the browser of an agent before them."""

    pages: Starlette
    cookie: bytes
    seal: str


@cache
def hall() -> Hall:
    """Build a town, and have an agent's browser read a page."""
    town = built(Path(mkdtemp(prefix=PREFIX)) / "ville")
    settings = {"entete_identite": "X-Personne", "mandataires": ["127.0.0.0/8"]}
    pages = application(town.app, WebSettings.model_validate(settings))
    status, heads, body = asyncio.run(_asked(pages, f"GET /a-traiter/{NO_FOLDER} HTTP/1.1\r\n\r\n".encode(), b""))
    cookie = dict(heads)[b"set-cookie"].partition(b";")[0]
    seal = SEAL.search(body)
    assert status == 200 and seal
    return Hall(pages, cookie, seal[1].decode())


def requests() -> list[bytes]:
    """Return a request for each of some pages, its form in one of both ways."""
    seal = hall().seal
    parts = "".join(f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n1\r\n' for name in FIELDS)
    sent = '--b\r\nContent-Disposition: form-data; name="document"; filename="a.pdf"\r\n\r\n%PDF-1.4\r\n'
    sealed = f'--b\r\nContent-Disposition: form-data; name="seal"\r\n\r\n{seal}\r\n'
    whole = f"{sealed}{parts}{sent}--b--\r\n"
    typed = "&".join([f"seal={seal}", *(f"{name}=1" for name in FIELDS)])
    forms = [("multipart/form-data; boundary=b", whole), ("application/x-www-form-urlencoded", typed)]
    posts = [f"POST {path} HTTP/1.1\r\nContent-Type: {kind}\r\n\r\n{body}" for path in ROUTES for kind, body in forms]
    return [one.encode() for one in (*posts, *(f"GET {path} HTTP/1.1\r\nAccept: */*\r\n\r\n" for path in LOOKED_AT))]


def bend(draw: DrawFn, data: bytes) -> bytes:
    """Bend a request: its address, its heads, a value of its form."""
    head, _, body = data.partition(b"\r\n\r\n")
    match draw(st.integers(0, 4)):
        case 0:
            return bending.raw(draw, data)
        case 1:
            return bending.lines(":")(draw, head) + b"\r\n\r\n" + body
        case 2:
            return head + b"\r\n\r\n" + bending.lines(";")(draw, body)
        case 3:
            line, _, rest = head.partition(b"\r\n")
            return bending.words(draw, line) + b"\r\n" + rest + b"\r\n\r\n" + body
        case _:
            value = bending.nasty(draw).encode("utf-8", "replace").replace(b"&", b"%26")
            found = [
                one.span(1)
                for one in re.finditer(rb"(?<=\w=)([^&\s]*)|(?<=\r\n\r\n)(1)(?=\r\n--b)", head + b"\r\n\r\n" + body)
            ]
            start, end = draw(st.sampled_from(found or [(0, 0)]))
            return data[: max(0, start)] + value + data[max(0, end) :]


def _read(data: bytes, _: Path) -> object:
    here = hall()
    status, _heads, body = asyncio.run(_asked(here.pages, data, here.cookie))
    if status >= 500 and status != 503:
        message = f"the page says {status}"
        raise Fault(message)
    if status >= 400:
        message = f"La page répond {status}."
        raise DocumentError(message)
    return body[:4000]


async def _asked(pages: Starlette, data: bytes, cookie: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Ask as the server does, once it has read a request."""
    head, _, body = data.partition(b"\r\n\r\n")
    line, *others = head.split(b"\r\n")
    method, path, *_ = [*line.split(b" "), b"", b""]
    given = [tuple(part.strip() for part in one.partition(b":")[::2]) for one in others if b":" in one]
    address = b"10.0.%d.%d" % divmod(next(COUNT) % 65000, 256)
    heads = [
        (b"host", b"localhost"),
        (b"x-personne", AGENT.id.encode()),
        (b"x-forwarded-for", address),
        (b"cookie", cookie),
    ]
    heads += [(name.lower(), value) for name, value in given if name.lower() not in dict(heads)]
    asked, _, query = path.partition(b"?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method.decode("latin-1"),
        "scheme": "http",
        "path": unquote_to_bytes(asked).decode("utf-8", "replace"),
        "raw_path": asked,
        "query_string": query,
        "root_path": "",
        "headers": heads,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    said: list[MutableMapping[str, Any]] = []
    incoming = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> MutableMapping[str, Any]:
        return next(incoming, {"type": "http.disconnect"})

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    await pages(scope, receive, send)
    return said[0]["status"], said[0].get("headers", []), b"".join(one.get("body", b"") for one in said)


PAGES: Final = (
    Reader(
        name="pages",
        read=_read,
        samples=requests,
        bend=bend,
        costs=10,
        modules=("web/forms.py", "web/limits.py", "web/endpoint.py", "web/identity.py"),
    ),
)
