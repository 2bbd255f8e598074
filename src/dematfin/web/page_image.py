"""One page of a file of paper, as an image."""

from typing import Final

from starlette.responses import Response

from dematfin.acts import paper_views
from dematfin.errors import UnknownRecord
from dematfin.web.headers import DOCUMENT
from dematfin.web.images import Sheaf
from dematfin.web.visit import Visit

DIGITS: Final = 5


def send(visit: Visit, sheaf: Sheaf) -> Response:
    """Send the page that the address names; raises UnknownRecord, PaperRefused."""
    named = str(visit.request.path_params["page"])
    page = int(named) if named.isdecimal() and len(named) <= DIGITS else 0
    if not 0 < page <= sheaf.pages:
        message = "Cette page n'existe pas."
        raise UnknownRecord(message)

    def draw(pages: range) -> tuple[bytes, ...]:
        return paper_views.images(visit.app, visit.who, sheaf.pdf, pages, sheaf.dpi)

    made = visit.hall.images.drawn(sheaf, page, draw)
    return Response(made, media_type="image/jpeg", headers={"Content-Security-Policy": DOCUMENT})
