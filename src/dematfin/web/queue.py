"""My queue: what waits for a person, the late ones first; and several of them certified at once."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.responses import Response

from dematfin.acts import visa, visa_views
from dematfin.acts.visa_views import Filter, FolderView, Waiting
from dematfin.domain.money import ZERO
from dematfin.domain.parties.person import Act
from dematfin.errors import DematfinError, RuleError
from dematfin.web.forms import UNSEEN, day, needed_day, text, texts
from dematfin.web.sessions import fresh_token
from dematfin.web.visit import Visit, status_of

MOST: Final = 200
"""Folders of one page, late and not: more than anybody decides in one sitting."""

LONGEST_WORDS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What the page shows: the late ones, then the others, each the most pressing first; `more`: some are not shown."""

    late: tuple[Waiting, ...]
    others: tuple[Waiting, ...]
    more: bool


def show(visit: Visit) -> Response:
    """Show the queue, or the part of it that is asked for."""
    asked = visit.request.query_params
    wanted = Filter(
        desk=text(asked, "bureau"), late="retard" in asked, words=text(asked, "cherche")[:LONGEST_WORDS], most=MOST
    )
    return visit.page(
        "visas.html",
        queue=_queue(visit, wanted),
        wanted=wanted,
        desks=visa_views.my_desks(visit.app, visit.who) or visa_views.all_desks(visit.app, visit.who),
        may_visa=visit.who.may(Act.VISA),
    )


def confirm(visit: Visit) -> Response:
    """Show the list of what was ticked, to be read once more before it is certified."""
    chosen = texts(visit.form, "facture")[:MOST]
    if not chosen:
        message = "Cochez d'abord les factures à viser ensemble."
        raise RuleError(message)
    return _confirmation(visit, [visa_views.view(visit.app, visit.who, one) for one in chosen])


def approve(visit: Visit) -> Response:
    """Certify what was confirmed; each folder has its own result, also one that has left this person's desks since."""
    seen = dict(one.partition("=")[::2] for one in texts(visit.form, "vu"))
    folders, gone = _still_there(visit, texts(visit.form, "facture")[:MOST])
    chosen = {one.invoice.id: seen.get(one.invoice.id, UNSEEN) for one in folders}
    try:
        done = visa.ServiceFait(executed_on=_executed_on(visit, folders))
    except RuleError as error:
        return _confirmation(visit, folders, error)
    results = visa.approve_many(visit.app, visit.who, chosen, done, text(visit.form, "clic"))
    return visit.page("lot-resultat.html", results=(*results, *gone))


def _executed_on(visit: Visit, folders: list[FolderView]) -> date | None:
    """Return the day that holds for all of them; none is needed where an earlier desk has given each one's."""
    what = "Date du service fait"
    known = all(one.folder.executed_on for one in folders)
    return day(visit.form, "service-fait", what) if known else needed_day(visit.form, "service-fait", what)


def _queue(visit: Visit, wanted: Filter) -> Queue:
    found = visa_views.queue(visit.app, visit.who, wanted)
    if wanted.late:
        return Queue(late=found, others=(), more=len(found) == MOST)
    late = visa_views.queue(visit.app, visit.who, _late(wanted))
    today = visit.app.clock.today()
    others = tuple(one for one in found if not _is_late(one, today))
    return Queue(late=late, others=others, more=MOST in {len(found), len(late)})


def _late(wanted: Filter) -> Filter:
    return Filter(desk=wanted.desk, words=wanted.words, late=True, most=wanted.most)


def _is_late(one: Waiting, today: date) -> bool:
    return one.task.due_on < today


def _still_there(visit: Visit, invoice_ids: tuple[str, ...]) -> tuple[list[FolderView], list[visa.Settled]]:
    folders, gone = [], []
    for one in invoice_ids:
        try:
            folders.append(visa_views.view(visit.app, visit.who, one))
        except RuleError as error:
            gone.append(visa.Settled(invoice_id=one, refusal=str(error)))
    return folders, gone


def _confirmation(visit: Visit, folders: list[FolderView], error: DematfinError | None = None) -> Response:
    return visit.page(
        "lot.html",
        status_of(error) if error else 200,
        folders=folders,
        total=sum((one.invoice.signed_amount for one in folders), ZERO),
        known=all(one.folder.executed_on for one in folders),
        typed=text(visit.form, "service-fait"),
        click=fresh_token(),
        error=str(error or ""),
    )
