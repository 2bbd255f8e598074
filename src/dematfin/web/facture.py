"""One invoice, whatever its service: where it stands, what comes next, all that happened to it, its documents."""

from starlette.responses import Response

from dematfin.acts.whole_invoice import whole
from dematfin.web.documents import files_among, is_shown, lively
from dematfin.web.visit import Visit


def show(visit: Visit) -> Response:
    """Show the timeline of an invoice."""
    found = whole(visit.app, visit.who, visit.invoice)
    files = files_among(found.papers, found.names)
    main = next((one for one in files if is_shown(visit.app, one)), None)
    return visit.page(
        "facture.html",
        found=found,
        story=found.story,
        invoice=found.story.invoice,
        files=files,
        main=main,
        lively=lively(visit, main) if main else (),
    )
