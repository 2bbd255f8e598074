"""The invoices that controls hold, as `facture a-traiter` shows them: each with its answer, ready to be sent."""

from collections.abc import Callable
from typing import Any, Final

from starlette.responses import Response

from dematfin.acts import bank, consult, review, visa_views
from dematfin.domain.intention import LONGEST_MOTIF, SupplierStatus
from dematfin.domain.invoice.bank import TO_CLEAR
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.motif import for_supplier
from dematfin.errors import Conflict, DematfinError, Forbidden, UnknownRecord
from dematfin.web import decisions
from dematfin.web.aftermath import follow
from dematfin.web.clicks import End
from dematfin.web.documents import File, is_shown, lively, send_one, sent_with
from dematfin.web.forms import UNSEEN, text
from dematfin.web.sessions import fresh_token
from dematfin.web.visit import Visit, status_of

MOST: Final = 200
"""Invoices of one page: more than anybody decides on in one morning."""


def show_all(visit: Visit) -> Response:
    """Show what waits for a decision, the most pressing first."""
    found = review.cases(visit.app, visit.who)
    return visit.page("a-traiter.html", cases=found[:MOST], total=len(found))


def show(visit: Visit) -> Response:
    """Show one invoice, what holds it, and what may be decided."""
    return _page(visit)


def document(visit: Visit) -> Response:
    """Send one of its files."""
    return send_one(visit, sent_with(review.case_of(visit.app, visit.who, visit.invoice).invoice))


def letter(visit: Visit) -> Response:
    """Send the last letter that was written to its supplier."""
    written = review.case_of(visit.app, visit.who, visit.invoice).invoice.letter
    files = () if written is None else (File(name=f"lettre-{visit.invoice}.pdf", document=written),)
    return send_one(visit, files)


def answer(visit: Visit) -> Response:
    """Answer the supplier, once what will be told was read again."""

    def preview() -> dict[str, Any]:
        chosen = decisions.status(visit.form)
        words = for_supplier(visit.invoice, text(visit.form, "motif"), decisions.pieces(visit.form, chosen))
        return {"chosen": chosen, "words": words}

    return _confirmed(visit, decisions.answer, preview)


def decide_double(visit: Visit) -> Response:
    """Say of two invoices whether they are the same; that one of them is ended is confirmed first."""
    if text(visit.form, "verdict") == decisions.DISTINCT:
        return _do(visit, decisions.double)
    return _confirmed(visit, decisions.double, lambda: decisions.check_double(visit))


def correct(visit: Visit) -> Response:
    """Take it up again, with the right service or engagement."""
    return _do(visit, decisions.correct)


def force(visit: Visit) -> Response:
    """Let what holds it pass."""
    return _do(visit, decisions.force)


def leave(visit: Visit) -> Response:
    """Leave it to be followed elsewhere."""
    return _do(visit, decisions.leave)


def call_back(visit: Visit) -> Response:
    """Write down that the supplier confirmed its account."""
    return _do(visit, decisions.call_back)


def _confirmed(visit: Visit, act: Callable[[Visit], Invoice], preview: Callable[[], dict[str, Any]]) -> Response:
    """Do what a page of confirmation was sent for; show that page else."""
    if text(visit.form, "confirme"):
        return _do(visit, act)
    try:
        review.check_as_shown(visit.app, visit.who, visit.invoice, _seen(visit))
        what = preview()
    except UnknownRecord:
        raise
    except DematfinError as error:
        return _page(visit, error)
    case = review.case_of(visit.app, visit.who, visit.invoice)
    return visit.page("reponse.html", case=case, typed=_typed(visit), click=fresh_token(), **what)


def _do(visit: Visit, act: Callable[[Visit], Invoice]) -> Response:
    """Do an act, then go on to the next invoice; what was typed stays when it is refused."""
    try:
        end = visit.hall.clicks.once(visit.invoice, visit.who.id, text(visit.form, "clic"), lambda: _act(visit, act))
    except (UnknownRecord, Forbidden):
        raise
    except DematfinError as error:
        return _page(visit, error)
    return visit.go(end.path, end.notice)


def _act(visit: Visit, act: Callable[[Visit], Invoice]) -> End:
    invoice = act(visit.through(review.deciding(visit.app, visit.who, visit.invoice, _seen(visit))))
    notice = follow(visit, invoice)
    again = review.case_of(visit.app, visit.who, visit.invoice)
    stays = again.waits or again.invoice.letter is not None
    return End(path=f"/a-traiter/{visit.invoice}" if stays else "/a-traiter", notice=notice)


def _seen(visit: Visit) -> str:
    return text(visit.form, "vu") or UNSEEN


def _typed(visit: Visit) -> dict[str, str]:
    return {name: text(visit.form, name) for name in visit.form}


def _page(visit: Visit, error: DematfinError | None = None) -> Response:
    case = review.case_of(visit.app, visit.who, visit.invoice)
    files = sent_with(case.invoice)
    main = next((one for one in files if is_shown(visit.app, one)), None)
    what: dict[str, Any] = {
        "case": case,
        "files": files,
        "main": main,
        "lively": lively(visit, main) if main else (),
        "twin": review.case_of(visit.app, visit.who, case.twin).invoice if case.waits and case.twin else None,
        "accounts": _accounts(visit, case),
        "events": review.history(visit.app, visit.who, visit.invoice),
        "names": {one.id: one.name for one in consult.people(visit.app)},
        "desks": visa_views.all_desks(visit.app, visit.who),
        "statuses": decisions.STATUSES,
        "proposal": case.proposal or SupplierStatus.RECYCLED,
        "longest": LONGEST_MOTIF,
        "typed": {} if isinstance(error, Conflict) else _typed(visit),
        "click": fresh_token(),
        "error": str(error or ""),
    }
    return visit.page("retenue.html", status_of(error) if error else 200, **what)


def _accounts(visit: Visit, case: review.Case) -> tuple[Any, ...]:
    """Return the accounts of its supplier that wait for somebody's call, when that is what holds the invoice."""
    if not case.waits or all(one.code != TO_CLEAR for one in case.held):
        return ()
    siren = case.invoice.supplier_siren
    return tuple(one for one in bank.waiting(visit.app, visit.who) if one.siren == siren)
