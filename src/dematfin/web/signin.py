"""Signing in and out, and one's own password."""

import structlog
from starlette.responses import RedirectResponse, Response

from dematfin.acts import accounts
from dematfin.errors import Forbidden, RuleError
from dematfin.web.endpoint import keep_token
from dematfin.web.forms import text
from dematfin.web.sessions import fresh_token
from dematfin.web.visit import Visit, status_of

log = structlog.get_logger()


def ask(visit: Visit) -> Response:
    """Show the form; who has signed in already goes on."""
    if visit.person is not None:
        return visit.go("/visas")
    asked = visit.request.query_params
    return visit.page("connexion.html", after=_after(asked.get("suite", "")), lost="finie" in asked)


def sign_in(visit: Visit) -> Response:
    """Check a password; a good one gets a new token, so that nobody can have planted it."""
    after, name = _after(str(visit.form.get("suite", ""))), text(visit.form, "identifiant")
    if visit.hall.settings.entete_identite:
        message = "Ici, c'est le portail de la collectivité qui vous connecte."
        raise Forbidden(message)
    try:
        _check_pace(visit)
        password = visit.form.get("mot-de-passe", "")
        person = accounts.sign_in(visit.app, name, password if isinstance(password, str) else "")
    except Forbidden as error:
        log.warning("sign_in_refused", account=name[:40], address=visit.address)
        return visit.page("connexion.html", status_of(error), after=after, lost=False, error=str(error), name=name)
    log.info("signed_in", who=person.id, address=visit.address)
    response = RedirectResponse(after, status_code=303)
    keep_token(visit.hall, response, visit.hall.sessions.open(person.id))
    return response


def sign_out(visit: Visit) -> Response:
    """End the session; another token makes the browser forget the pages that it could go back to."""
    visit.hall.sessions.close(visit.token)
    response = RedirectResponse("/connexion", status_code=303)
    keep_token(visit.hall, response, fresh_token())
    return response


def account(visit: Visit) -> Response:
    """Show who one is here, and the form of one's password."""
    return visit.page("compte.html")


def change_password(visit: Visit) -> Response:
    """Change one's own password: every other browser has to sign in again."""
    form = visit.form
    present, fresh, again = (str(form.get(name, "")) for name in ("present", "nouveau", "encore"))
    try:
        _check_pace(visit)
        _check_same(fresh, again)
        accounts.change_password(visit.app, visit.who, present, fresh)
    except RuleError as error:
        return visit.page("compte.html", status_of(error), error=str(error))
    token = visit.hall.sessions.open(visit.who.id)
    response = RedirectResponse("/compte", status_code=303)
    keep_token(visit.hall, response, token)
    if session := visit.hall.sessions.find(token):
        session.notice = "Votre mot de passe est changé. Les autres navigateurs sont déconnectés."
    return response


def _check_pace(visit: Visit) -> None:
    """From one address, passwords are not tried one after the other."""
    if not visit.hall.tries.takes(visit.address):
        message = "Trop d'essais en une minute depuis ce poste. Attendez un peu."
        raise Forbidden(message)


def _check_same(fresh: str, again: str) -> None:
    if fresh != again:
        message = "Les deux nouveaux mots de passe diffèrent."
        raise RuleError(message)


def _after(path: str) -> str:
    """Return the page to show next: one of ours, never another site's."""
    ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if ours else "/visas"
