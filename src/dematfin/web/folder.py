"""One folder: the invoice and its documents, what was said of it, and what one may say now."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from dematfin.acts import supporting, visa, visa_moves, visa_views
from dematfin.acts.visa import Click, ServiceFait
from dematfin.domain.parties.person import Act
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.domain.visa.supporting import LARGEST
from dematfin.errors import Conflict, DematfinError, UnknownRecord
from dematfin.web.documents import files_of, is_shown, lively
from dematfin.web.forms import UNSEEN, amount, day, motive, text, upload
from dematfin.web.sessions import fresh_token
from dematfin.web.visit import Visit, status_of


def show(visit: Visit) -> Response:
    """Show a folder. That it was opened is remembered: the desk before can no more take its visa back.

    A browser that fetches a page in advance has opened nothing.
    """
    view = visa_views.view(visit.app, visit.who, visit.invoice)
    asked = visit.request.method == "GET"
    if asked and view.mine and "prefetch" not in visit.request.headers.get("Sec-Purpose", ""):
        visa_views.mark_read(visit.app, visit.who, visit.invoice)
    return _page(visit)


def approve(visit: Visit) -> Response:
    """Certify the service fait, in whole or in part."""

    def act() -> str:
        done = ServiceFait(
            executed_on=day(visit.form, "service-fait", "Date du service fait"),
            admitted=amount(visit.form, "montant-admis", "Montant admis"),
        )
        folder = visa.approve(visit.app, visit.who, visit.invoice, done, text(visit.form, "commentaire"), _click(visit))
        return f"Facture {visit.invoice} : service fait certifié. {_next(folder)}"

    return _do(visit, act)


def refuse(visit: Visit) -> Response:
    """Refuse, with a motive and an explanation."""

    def act() -> str:
        why = motive(visit.form, "motif")
        visa.refuse(visit.app, visit.who, visit.invoice, why, text(visit.form, "commentaire"), _click(visit))
        return f"Facture {visit.invoice} : visa refusé."

    return _do(visit, act)


def transfer(visit: Visit) -> Response:
    """Pass it on to the desk that should have had it."""

    def act() -> str:
        desk = text(visit.form, "bureau")
        visa_moves.transfer(visit.app, visit.who, visit.invoice, desk, text(visit.form, "motif-transfert"))
        return f"Facture {visit.invoice} : transférée au bureau {desk}. Sa date limite ne change pas."

    return _do(visit, act, "/visas")


def attach(visit: Visit) -> Response:
    """Add a document; it becomes a pièce jointe of the mandat."""

    def act() -> str:
        file = upload(visit.form, "document")
        data = file.file.read(LARGEST + 1)
        added = supporting.attach(visit.app, visit.who, visit.invoice, file.filename or "", data)
        return f"Facture {visit.invoice} : « {added.name} » joint au dossier."

    return _do(visit, act)


def undo(visit: Visit) -> Response:
    """Take one's own last decision back."""

    def act() -> str:
        visa_moves.undo(visit.app, visit.who, visit.invoice)
        return f"Facture {visit.invoice} : votre décision est reprise."

    return _do(visit, act)


def _do(visit: Visit, act: Callable[[], str], then: str = "") -> Response:
    """Do an act on a folder that this person may see, then show it again; what was typed stays when it is refused."""
    visa_views.view(visit.app, visit.who, visit.invoice)
    try:
        notice = act()
    except UnknownRecord:
        raise
    except DematfinError as error:
        return _page(visit, error)
    return visit.go(then or f"/dossier/{visit.invoice}", notice)


def _page(visit: Visit, error: DematfinError | None = None) -> Response:
    view = visa_views.view(visit.app, visit.who, visit.invoice)
    typed = {name: value for name, value in visit.form.items() if isinstance(value, str)}
    files = files_of(view)
    main = next((one for one in files if is_shown(visit.app, one)), None)
    what: dict[str, Any] = {
        "view": view,
        "files": files,
        "main": main,
        "lively": lively(visit, main) if main else (),
        "events": visa_views.timeline(visit.app, visit.who, visit.invoice),
        "mine": view.mine and visit.who.may(Act.VISA) and view.folder.state is FolderState.IN_CIRCUIT,
        "may_undo": visa_moves.may_undo(visit.app, visit.who, visit.invoice),
        "desks": [one for one in visa_views.all_desks(visit.app, visit.who) if one not in view.folder.step.desks],
        "typed": {} if isinstance(error, Conflict) else typed,
        "click": fresh_token(),
        "error": str(error or ""),
    }
    return visit.page("dossier.html", status_of(error) if error else 200, **what)


def _click(visit: Visit) -> Click:
    """The form repeats which documents were shown, and names the click: sent twice, it counts once."""
    return Click(key=text(visit.form, "clic"), seen=text(visit.form, "vu") or UNSEEN)


def _next(folder: VisaFolder) -> str:
    if folder.state is FolderState.IN_CIRCUIT:
        return f"Elle attend maintenant le bureau {folder.desk}."
    return "Vous pouvez reprendre cette décision tant que personne n'en a tenu compte."
