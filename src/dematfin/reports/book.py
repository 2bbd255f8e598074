"""The mayor's book: one self-contained page, written one mandat at a time, printed as it is."""

from base64 import b64encode
from collections.abc import Callable
from typing import IO, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from dematfin.domain.labels import PIECE
from dematfin.domain.mandat.book import Book, Entry, days_left
from dematfin.domain.mandat.codes import MODE, said
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.money import french
from dematfin.errors import DocumentError, PaperRefused

KINDS: Final = {
    MandatKind.ORDINARY: "",
    MandatKind.MARCHE: "sur marché",
    MandatKind.AFTER_PAYMENT: "après paiement",
    MandatKind.REDUCTION: "réduction",
    MandatKind.OTHER: "",
    MandatKind.PAYMENT_ORDER: "ordre de paiement",
}
Draw = Callable[[Entry], bytes]


def write(book: Book, draw: Draw, sink: IO[bytes]) -> tuple[str, ...]:
    """Write the page; return, in French, why some first pages are missing.

    `draw` gives the first page of an entry as JPEG, or raises DocumentError: it is said in its place, the book goes on.
    """
    missing: list[str] = []

    def picture(entry: Entry) -> str:
        try:
            return f"data:image/jpeg;base64,{b64encode(draw(entry)).decode()}"
        except (DocumentError, PaperRefused) as error:
            missing.append(f"Mandat n° {entry.mandat.number} : {error}")
            return ""

    environment = Environment(
        loader=PackageLoader("dematfin.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"euros": french, "day": "{:%d/%m/%Y}".format}
    environment.globals |= {"picture": picture, "days_left": days_left, "kinds": KINDS, "modes": MODE, "said": said}
    environment.globals |= {"piece_kinds": PIECE}
    for chunk in environment.get_template("livre.html").generate(book=book):
        sink.write(chunk.encode())
    return tuple(missing)
