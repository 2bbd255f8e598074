"""Entry of paper: what waits, then one document beside its image, then the next."""

from collections.abc import Callable
from typing import Any, Final

from starlette.responses import Response

from dematfin.acts import entry, paper, paper_views, visa_views
from dematfin.acts.entry import Entry
from dematfin.acts.paper_views import BatchView
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.domain.paper.capture import LABELS, WAITING, Capture, CaptureState
from dematfin.errors import Conflict, DematfinError, Forbidden, UnknownRecord
from dematfin.web import page_image
from dematfin.web.aftermath import follow
from dematfin.web.clicks import End
from dematfin.web.documents import File, send_one
from dematfin.web.entry_form import EntryForm, prefilled, shown
from dematfin.web.forms import text
from dematfin.web.images import Sheaf
from dematfin.web.sessions import fresh_token
from dematfin.web.visit import Visit, status_of

LIST: Final = "/papier/saisie"
READABLE: Final = 110
"""Dots per inch at which an invoice is read on a screen."""
SHOWN: Final = 20
"""Pages of a document shown beside its form; its file has them all."""


def show_all(visit: Visit) -> Response:
    """Show the documents that wait for their entry."""
    return visit.page("saisies.html", documents=_waiting(visit), LABELS=LABELS)


def show(visit: Visit) -> Response:
    """Show one document and its form, filled with what was read."""
    document = _document(visit)
    budgets = {one.siret: one.code for one in visit.app.policy.budgets}
    return _page(visit, document, prefilled(document, budgets))


def image(visit: Visit) -> Response:
    """Send the image of one of its pages."""
    document = _document(visit)
    return page_image.send(visit, Sheaf(pdf=document.document, pages=len(document.pages), dpi=READABLE))


def file(visit: Visit) -> Response:
    """Send its PDF, or one of the files that came with it."""
    return send_one(visit, _files(_document(visit)))


def save(visit: Visit) -> Response:
    """Make an invoice of a document, and go on to the next one; what was typed stays when it is refused."""
    document = _document(visit)
    form = EntryForm(visit=visit, document=document, known=_view(visit, document).batch.received_on)
    form.confirm()
    arrived, typed = form.arrival(), form.entry()
    if form.errors:
        return _page(visit, document, _typed(visit), errors=form.errors)

    def act() -> End:
        following = _following(visit, document)
        if document.state is CaptureState.TO_CONFIRM:
            paper.confirm(visit.app, visit.who, document.id, "confirmé à la saisie")
        if arrived is not None:
            entry.say_arrival(visit.app, visit.who, document.batch, arrived)
        return End(path=following, notice=_entered(visit, document, typed))

    return _do(visit, document, act)


def discard(visit: Visit) -> Response:
    """Say that a document is no invoice to pay, and go on to the next one."""
    document = _document(visit)

    def act() -> End:
        following = _following(visit, document)
        paper.discard(visit.app, visit.who, document.id, text(visit.form, "motif"))
        return End(path=following, notice=f"Document {document.id} : écarté.")

    return _do(visit, document, act)


def _do(visit: Visit, document: Capture, act: Callable[[], End]) -> Response:
    """Do an act on a document that still waits; the same click twice leads to the same page."""

    def once() -> End:
        _check_waits(_document(visit))
        return act()

    try:
        end = visit.hall.clicks.once(document.id, visit.who.id, text(visit.form, "clic"), once)
    except (UnknownRecord, Forbidden):
        raise
    except DematfinError as error:
        return _page(visit, _document(visit), _typed(visit), error=error)
    return visit.go(end.path, end.notice)


def _entered(visit: Visit, document: Capture, typed: Entry) -> str:
    invoice = entry.enter(visit.app, visit.who, document.id, typed)
    return f"Document {document.id} : saisi. {follow(visit, invoice)}"


def _check_waits(document: Capture) -> None:
    if document.state not in WAITING:
        message = f"Document {document.id} : il est maintenant « {LABELS[document.state]} », rien n'a été fait de plus."
        raise Conflict(message)


def _document(visit: Visit) -> Capture:
    return paper_views.document(visit.app, visit.who, str(visit.request.path_params["document"]))


def _view(visit: Visit, document: Capture) -> BatchView:
    return paper_views.view(visit.app, visit.who, document.batch)


def _waiting(visit: Visit) -> tuple[Capture, ...]:
    found = paper_views.pending(visit.app, visit.who)
    return tuple(sorted((*found.to_confirm, *found.to_enter), key=lambda one: (one.batch, one.place)))


def _following(visit: Visit, document: Capture) -> str:
    """Return the page of the document that comes after one, from the top again after the last."""
    waiting = [one for one in _waiting(visit) if one.id != document.id]
    here = (document.batch, document.place)
    after = next((one for one in waiting if (one.batch, one.place) > here), waiting[0] if waiting else None)
    return f"{LIST}/{after.id}" if after else LIST


def _files(document: Capture) -> tuple[File, ...]:
    annexes = (File(name=one.name, document=one.document) for one in document.annexes)
    return (File(name=f"{document.id}.pdf", document=document.document), *annexes)


def _typed(visit: Visit) -> dict[str, str]:
    return {name: text(visit.form, name) for name in visit.form}


def _page(
    visit: Visit,
    document: Capture,
    typed: dict[str, str],
    errors: dict[str, str] | None = None,
    error: DematfinError | None = None,
) -> Response:
    view = _view(visit, document)
    what: dict[str, Any] = {
        "document": document,
        "batch": view.batch,
        "scanned": visit.app.clock.local(view.batch.taken_at).date(),
        "pages": range(1, min(len(document.pages), SHOWN) + 1),
        "files": _files(document),
        "waits": document.state in WAITING,
        "label": LABELS[document.state],
        "following": _following(visit, document),
        "read": shown(document),
        "typed": typed,
        "errors": errors or {},
        "error": str(error or ""),
        "budgets": visit.app.policy.budgets,
        "desks": visa_views.all_desks(visit.app, visit.who),
        "kinds": tuple(InvoiceKind),
        "click": fresh_token(),
    }
    status = 422 if errors else status_of(error) if error else 200
    return visit.page("saisie.html", status, **what)
