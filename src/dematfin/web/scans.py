"""Scans that wait for somebody: a batch, its pages as small images, how it would be cut, and what may be decided."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from starlette.responses import Response

from dematfin.acts import paper, paper_views
from dematfin.acts.paper_views import BatchView
from dematfin.domain.paper.batch import LABELS, Batch, BatchState
from dematfin.domain.paper.capture import LABELS as OF_DOCUMENTS
from dematfin.domain.paper.capture import WAITING
from dematfin.errors import DematfinError, Forbidden, RuleError, UnknownRecord
from dematfin.ports.app import App
from dematfin.ports.paper_reader import SMALL
from dematfin.web import page_image
from dematfin.web.choice import Choice, Screen, number
from dematfin.web.clicks import End
from dematfin.web.documents import File, send_one
from dematfin.web.forms import UNSEEN, text
from dematfin.web.images import Sheaf
from dematfin.web.sessions import fresh_token
from dematfin.web.visit import Visit, status_of

CUTTABLE: Final = frozenset({BatchState.HELD, BatchState.PUBLISHED})


def show_all(visit: Visit) -> Response:
    """Show the batches that wait for a decision, and how many documents wait for their entry."""
    found = paper_views.pending(visit.app, visit.who)
    return visit.page(
        "papier.html", batches=found.batches, waiting=len(found.to_confirm + found.to_enter), LABELS=LABELS
    )


def show(visit: Visit) -> Response:
    """Show one batch: the pages of one screen."""
    view = _view(visit)
    return _page(visit, view, Choice.made(view.pages), _screen(visit.request.query_params.get("ecran", "")))


def browse(visit: Visit) -> Response:
    """Show another screen; what was chosen on this one travels along, nothing is decided."""
    return _page(visit, _view(visit), Choice.of(visit.form), _screen(text(visit.form, "vers")))


def image(visit: Visit) -> Response:
    """Send a small image of one page."""
    view = _view(visit)
    return page_image.send(visit, Sheaf(pdf=view.batch.pdf or view.batch.original, pages=len(view.pages), dpi=SMALL))


def original(visit: Visit) -> Response:
    """Send the file as it came."""
    batch = _view(visit).batch
    return send_one(visit, (File(name=batch.name, document=batch.original),))


def accept(visit: Visit) -> Response:
    """Publish a batch as it would have been cut."""
    return _do(visit, lambda app, batch: paper.publish_as_it_is(app, visit.who, batch, text(visit.form, "motif")))


def cut(visit: Visit) -> Response:
    """Cut a batch where somebody says."""

    def act(app: App, batch: str) -> Batch:
        chosen = Choice.of(visit.form)
        return paper.cut_again(app, visit.who, batch, chosen.sheets, chosen.starts)

    return _do(visit, act)


def discard(visit: Visit) -> Response:
    """Say that nothing is to be taken from a batch."""
    return _do(visit, lambda app, batch: paper.discard_batch(app, visit.who, batch, text(visit.form, "motif")))


def again(visit: Visit) -> Response:
    """Look again at a batch in quarantine, or take in a file that came before."""
    return _do(visit, lambda app, batch: paper.take_again(app, visit.who, batch, text(visit.form, "motif")))


def _do(visit: Visit, act: Callable[[App, str], Batch]) -> Response:
    """Do an act on a batch that is as it was shown; what was chosen stays when it is refused."""
    view = _view(visit)

    def once() -> End:
        shown = text(visit.form, "vu") or UNSEEN
        return _end(visit, act(paper_views.deciding(visit.app, visit.who, view.batch.id, shown), view.batch.id))

    try:
        end = visit.hall.clicks.once(view.batch.id, visit.who.id, text(visit.form, "clic"), once)
    except (UnknownRecord, Forbidden):
        raise
    except DematfinError as error:
        return _page(visit, _view(visit), _chosen(visit, view), _screen(text(visit.form, "ecran")), error)
    return visit.go(end.path, end.notice)


def _end(visit: Visit, batch: Batch) -> End:
    seen = paper_views.view(visit.app, visit.who, batch.id)
    to_enter = [one for one in seen.documents if one.state in WAITING]
    told = f"{batch.label} : {LABELS[batch.state]}. {batch.error}".strip()
    if batch.state is BatchState.PUBLISHED and to_enter:
        return End(path=f"/papier/saisie/{to_enter[0].id}", notice=f"{told} Documents à saisir : {len(to_enter)}.")
    return End(path=f"/papier/lot/{batch.id}" if batch.state is BatchState.HELD else "/papier", notice=told)


def _chosen(visit: Visit, view: BatchView) -> Choice:
    with suppress(RuleError):
        return Choice.of(visit.form)
    return Choice.made(view.pages)


def _screen(words: str) -> int:
    with suppress(RuleError):
        return number(words)
    return 1


def _view(visit: Visit) -> BatchView:
    return paper_views.view(visit.app, visit.who, str(visit.request.path_params["lot"]))


def _page(visit: Visit, view: BatchView, chosen: Choice, here: int, error: DematfinError | None = None) -> Response:
    screen = Screen(number=here, pages=len(view.pages))
    proposed = view.proposed()
    what: dict[str, Any] = {
        "view": view,
        "batch": view.batch,
        "label": LABELS[view.batch.state],
        "proposed": proposed,
        "firsts": {pages[0] for pages in proposed},
        "chosen": chosen,
        "made": Choice.made(view.pages),
        "screen": screen,
        "shown": [page for page in view.pages if page.page in screen.shown],
        "cuttable": view.batch.state in CUTTABLE,
        "OF_DOCUMENTS": OF_DOCUMENTS,
        "seen": view.seen,
        "typed": {name: text(visit.form, name) for name in visit.form},
        "click": fresh_token(),
        "error": str(error or ""),
    }
    return visit.page("lot-papier.html", status_of(error) if error else 200, **what)
