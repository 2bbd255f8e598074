"""The files of a folder: told by their content, shown only when a browser does it safely, byte for byte."""

import asyncio
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from dematfin.web.documents import Streamed
from examples import VISEUR, content
from web.served import Served
from web.town import LATE, Town, pdf
from web.visitor import Visitor

HTML = b"<html><body><script>alert('ici')</script></body></html>"
TIFF = b"II*\x00" + bytes(100)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
FILES = (
    ("facture.pdf", pdf("La facture"), "application/pdf", "inline"),
    ("page.pdf", HTML, "application/octet-stream", "attachment"),
    ("scan.pdf", TIFF, "image/tiff", "attachment"),
    ("photo.pdf", PNG, "image/png", "inline"),
    ("photo.html", JPEG, "image/jpeg", "inline"),
    ("dessin.svg", SVG, "application/octet-stream", "attachment"),
    ('a";\r\nSet-Cookie: x=y; é\u202e.pdf', pdf("Nom étrange"), "application/pdf", "inline"),
)
NEW = "F2026-000007"


def test_a_file_that_the_browser_gave_up_before_its_first_byte_is_closed() -> None:
    source = BytesIO(b"facture")
    sent: list[Any] = []

    async def gone() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)
        raise ClientDisconnect

    async def asked() -> None:
        with suppress(ClientDisconnect):
            await Streamed(source, media_type="application/pdf", headers={})({"type": "http"}, gone, send)

    asyncio.run(asked())
    assert source.closed
    assert [one["type"] for one in sent] == ["http.response.start"], "not a byte of it was read"


@pytest.fixture
def visitor(town: Town, pages: Served) -> Visitor:
    town.deposit(content("F-7", "90.00"), files=[(name, data) for name, data, _, _ in FILES])
    one = Visitor(pages)
    one.sign_in(VISEUR)
    return one


def test_each_file_is_sent_as_what_it_is(town: Town, visitor: Visitor) -> None:
    with visitor:
        for number, (name, data, kind, how) in enumerate(FILES):
            answer = visitor.get(town.document(NEW, number))
            assert answer.content == data, name
            assert answer.headers["Content-Type"] == kind, name
            assert answer.headers["Content-Disposition"].startswith(f"{how}; filename*=UTF-8''"), name
            assert answer.headers["Content-Length"] == str(len(data))
            assert "x" not in answer.cookies
            saved = visitor.get(f"{town.document(NEW, number)}?telecharger=1")
            assert saved.headers["Content-Disposition"].startswith("attachment"), name


def test_the_page_shows_the_first_file_that_a_browser_draws(town: Town, visitor: Visitor) -> None:
    with visitor:
        assert f'<object data="{town.document(NEW, 0)}#' in visitor.get(f"/dossier/{NEW}").text
        town.deposit(content("F-8", "91.00"), files=[("scan.pdf", TIFF), ("page.pdf", HTML)])
        page = visitor.get("/dossier/F2026-000008").text
        assert "<object" not in page
        assert "Aucun document ne peut être montré" in page


@pytest.mark.parametrize(
    "digest", ["0" * 64, "../../base.sqlite", "..%2f..%2fbase.sqlite", "%2e%2e", "x", "%00", "A" * 9999]
)
def test_no_other_file_can_be_asked_for(digest: str, visitor: Visitor) -> None:
    with visitor:
        answer = visitor.get(f"/dossier/{LATE}/document/{digest}")
        assert answer.status_code == 404
        assert b"SQLite" not in answer.content


def test_a_file_that_is_gone_from_the_disk_is_told_and_the_rest_is_served(town: Town, visitor: Visitor) -> None:
    with visitor:
        for path in (town.folder / "documents").rglob(town.document(LATE).rpartition("/")[2]):
            path.unlink()
        told = visitor.get(town.document(LATE))
        assert (told.status_code, "dernière sauvegarde" in told.text) == (422, True)
        page = visitor.get(f"/dossier/{LATE}")
        assert (page.status_code, "Aucun document ne peut être montré" in page.text) == (200, True)
