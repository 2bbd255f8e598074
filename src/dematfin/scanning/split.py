"""Takes a file apart: one PDF a document, its pages copied as they are stored. Runs in a process of its own."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

import pikepdf

from dematfin.domain.paper.reasons import Reason
from dematfin.errors import PaperRefused
from dematfin.ports.paper_reader import Order
from dematfin.scanning.admission import Limits, digest, open_pdf
from dematfin.support.files import sync_file

TOGETHER: Final = 64
"""Pages copied before the source is opened again."""
ACTIVE: Final = ("/A", "/AA")
ATTACHED: Final = frozenset({"/FileAttachment", "/Widget", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"})
XMP: Final = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="{source}"><dc:description><rdf:Alt>'
    '<rdf:li xml:lang="fr-FR">{words}</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>'
    '<?xpacket end="r"?>'
)


def split(path: Path, limits: Limits, orders: Sequence[Order], folder: Path) -> Iterator[str]:
    """Make each document in a folder, and yield its name once it is written, read again and found the same.

    Raises:
        PaperRefused: `invariant` when a document does not hold, page for page, what the source held.
    """
    for some in _shares(orders):
        with open_pdf(path, limits) as source:
            for order in some:
                target = folder / order.name
                _make(source, order, target)
                _check(target, order, limits)
                sync_file(target)
                yield order.name


def _shares(orders: Sequence[Order]) -> Iterator[list[Order]]:
    """Yield orders some at a time: an open source keeps in memory every page that was copied from it."""
    share: list[Order] = []
    for order in orders:
        share.append(order)
        if sum(len(one.pages) for one in share) >= TOGETHER:
            yield share
            share = []
    if share:
        yield share


def _make(source: pikepdf.Pdf, order: Order, target: Path) -> None:
    """Write one document; its catalogue is new, so nothing that the source would run or attach comes along."""
    with pikepdf.new() as made:
        for number in order.pages:
            made.pages.append(source.pages[number - 1])
            page = made.pages[-1]
            _calm(page)
            if order.turn:
                page.rotate(order.turn, relative=True)
        made.docinfo["/Subject"] = order.words
        made.docinfo["/SourceSHA256"] = order.source
        xmp = XMP.format(source=order.source, words=escape(order.words)).encode()
        made.Root.Metadata = pikepdf.Stream(made, xmp, Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
        made.save(
            target,
            deterministic_id=True,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )


def _calm(page: pikepdf.Page) -> None:
    """Remove what a page would do by itself, or carries along."""
    if "/AA" in page.obj:
        del page.obj.AA
    notes = page.obj.get("/Annots")
    if isinstance(notes, pikepdf.Array):
        kept = [note for note in notes if _is_calm(note)]
        page.obj.Annots = pikepdf.Array(kept)
    elif notes is not None:
        del page.obj.Annots


def _is_calm(note: pikepdf.Object) -> bool:
    return (
        isinstance(note, pikepdf.Dictionary)
        and not any(key in note for key in ACTIVE)
        and str(note.get("/Subtype", "")) not in ATTACHED
    )


def _check(target: Path, order: Order, limits: Limits) -> None:
    with open_pdf(target, limits) as made:
        found = tuple(digest(page) for page in made.pages)
        if found != order.digests or made.get_warnings():
            message = f"Le document {order.name} ne contient pas exactement les pages attendues : rien n'est publié."
            raise PaperRefused(Reason.INVARIANT, message)
