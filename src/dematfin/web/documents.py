"""The files of an invoice or of its folder, as they came: shown when a browser can do it safely, else handed over."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO, Final
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from dematfin.acts import visa_slip, visa_views, whole_invoice
from dematfin.acts.visa_views import FolderView
from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.visa.supporting import kind_of
from dematfin.errors import DocumentError, UnknownRecord
from dematfin.ports.app import App
from dematfin.steps.papers import Paper
from dematfin.web.headers import DOCUMENT
from dematfin.web.visit import Visit

CHUNK: Final = 64 * 1024
PDF: Final = "application/pdf"
SHOWN: Final = frozenset({PDF, "image/jpeg", "image/png"})
"""What a browser draws by itself; a TIFF is handed over."""
UNKNOWN: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a folder; `added_by` is empty for what the supplier sent."""

    name: str
    document: DocumentRef
    added_by: str = ""

    @property
    def key(self) -> str:
        """What names it in an address."""
        return self.document.sha256


def files_of(view: FolderView) -> tuple[File, ...]:
    """Return the files of a folder, the invoice itself first, then its annexes, then what services added."""
    theirs = sent_with(view.invoice)
    ours = [
        File(name=one.name, document=one.document, added_by=view.names.get(one.added_by, one.added_by))
        for one in view.added
    ]
    return (*theirs, *ours)


def files_among(papers: Iterable[Paper], names: Mapping[str, str]) -> tuple[File, ...]:
    """Return the files that documents are, with the names of those who added them."""
    return tuple(
        File(name=one.name, document=one.document, added_by=names.get(one.added_by, one.added_by)) for one in papers
    )


def sent_with(invoice: Invoice) -> tuple[File, ...]:
    """Return what the supplier sent, the invoice itself first."""
    sent = sorted(invoice.content.attachments, key=lambda one: not one.main)
    return tuple(File(name=one.name, document=one.document) for one in sent)


def is_shown(app: App, file: File) -> bool:
    """Say whether a browser shows a file inside the page; one that was lost is told where it is asked for."""
    try:
        return _kind(app, file) in SHOWN
    except DocumentError:
        return False


def lively(visit: Visit, file: File) -> tuple[str, ...]:
    """Return what a PDF would do besides being read; each is examined once, by a process that may die."""
    if _kind(visit.app, file) != PDF:
        return ()
    known = visit.hall.examined
    if file.key not in known:
        known[file.key] = visa_views.lively(visit.app, visit.who, file.document)
    return known[file.key]


def send(visit: Visit) -> Response:
    """Send one file of a folder, told by its first bytes and not by its name; raises UnknownRecord."""
    return send_one(visit, files_of(visa_views.view(visit.app, visit.who, visit.invoice)))


def send_any(visit: Visit) -> Response:
    """Send one file of an invoice to somebody who sees those of all services; raises UnknownRecord."""
    return send_one(visit, files_among(whole_invoice.papers(visit.app, visit.who, visit.invoice), {}))


def send_one(visit: Visit, files: Iterable[File]) -> Response:
    """Send the one of these files that the address names; raises UnknownRecord."""
    wanted = visit.request.path_params["empreinte"]
    file = next((one for one in files if one.key == wanted), None)
    if file is None:
        message = "Ce document n'est pas dans ce dossier."
        raise UnknownRecord(message)
    kind = _kind(visit.app, file)
    how = "inline" if kind in SHOWN and "telecharger" not in visit.request.query_params else "attachment"
    headers = {
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Length": str(file.document.size),
        "Content-Security-Policy": DOCUMENT,
    }
    source = visit.app.documents.open(file.document)  # one that was lost is told before anything is sent
    return Streamed(source, media_type=kind, headers=headers)


def slip(visit: Visit) -> Response:
    """Send the visa slip, marked as provisional as long as something may change in it."""
    made = visa_slip.slip(visit.app, visit.who, visit.invoice)
    headers = {"Content-Disposition": f'inline; filename="{made.name}"', "Content-Security-Policy": DOCUMENT}
    return Response(made.pdf, media_type=PDF, headers=headers)


def _kind(app: App, file: File) -> str:
    return _kind_in(app.documents.open, file.document)


@lru_cache(maxsize=10_000)
def _kind_in(open_document: Callable[[DocumentRef], BinaryIO], ref: DocumentRef) -> str:
    """Bytes under a fingerprint never change: no page fetches a document of a distant store again for its head."""
    with open_document(ref) as source:
        return kind_of(source.read(16)) or UNKNOWN


class Streamed(StreamingResponse):
    """What a file holds; it is closed even when the browser has gone before the first byte."""

    def __init__(self, source: BinaryIO, media_type: str, headers: Mapping[str, str]) -> None:
        """Prepare to send it from where it stands."""
        super().__init__(_chunks(source), media_type=media_type, headers=headers)
        self._source = source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._source.close()


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk
