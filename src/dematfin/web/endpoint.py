"""From a request to a page: who asks, whether the form is ours, and what to say when something cannot be done."""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import quote

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dematfin.domain.parties.person import Act
from dematfin.errors import DematfinError
from dematfin.web.identity import address_of, check_own_form, cookie_name, is_ours, recognise
from dematfin.web.limits import TooLong
from dematfin.web.pages import draw
from dematfin.web.visit import Hall, Visit

UNKNOWN, MISDIRECTED, TOO_MANY, UNFORESEEN = 404, 421, 429, 500
MOST_FIELDS: Final = 1000
LONGEST_FIELD: Final = 64 * 1024
SENTENCES: Final = {
    400: "Cette demande est mal formée : rouvrez la page et recommencez.",
    404: "Cette page n'existe pas, ou ce dossier n'est pas devant l'un de vos bureaux.",
    405: "Cette page ne se demande pas ainsi : repartez de votre file.",
    421: "Ces pages ne sont pas servies sous ce nom : prenez l'adresse que l'exploitant a donnée ([web] url).",
    429: "Trop de demandes en une minute. Attendez un peu, rien n'est perdu.",
    500: "Une erreur imprévue est survenue. Rien n'est perdu ; prévenez l'exploitant.",
}

log = structlog.get_logger()
Handler = Callable[[Visit], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def endpoint(hall: Hall, handler: Handler, needed: Act | None) -> Endpoint:
    """Return what serves a page to whoever has the right; None: also to whoever has not signed in."""
    guarded = handler if needed is None else _for_persons(handler, needed)

    async def answer(request: Request) -> Response:
        if not is_ours(hall, request):
            raise HTTPException(MISDIRECTED)
        if not hall.requests.takes(address_of(hall, request)):
            raise HTTPException(TOO_MANY)
        if not request.scope["path"].isprintable():
            raise HTTPException(UNKNOWN)
        form = await _form(request) if request.method == "POST" else FormData()
        try:
            return await run_in_threadpool(_answer, hall, request, form, guarded)
        finally:
            await form.close()

    return answer


def say_what_is_wrong(request: Request, error: Exception) -> Response:
    """Draw the page of a request that led nowhere."""
    if isinstance(error, TooLong):
        return draw("erreur.html", 413, sentence=str(error))
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == UNFORESEEN:
        log.error("page_failed", path=request.url.path, error=type(error).__name__, exc_info=error)
    return draw("erreur.html", status, sentence=SENTENCES.get(status, SENTENCES[400]))


async def _form(request: Request) -> FormData:
    return await request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)


def _answer(hall: Hall, request: Request, form: FormData, handler: Handler) -> Response:
    visit = recognise(hall, request, form)
    try:
        if request.method == "POST":
            check_own_form(visit)
        response = handler(visit)
    except DematfinError as error:
        log.warning("page_refused", path=request.url.path, who=_name(visit), error=type(error).__name__)
        response = visit.problem(error)
    if "set-cookie" not in response.headers and request.cookies.get(cookie_name(hall)) != visit.token:
        keep_token(hall, response, visit.token)
    return response


def keep_token(hall: Hall, response: Response, token: str) -> None:
    """Give the browser its token, which no script and no other site reads."""
    response.set_cookie(cookie_name(hall), token, path="/", secure=hall.encrypted, httponly=True, samesite="lax")


def _for_persons(handler: Handler, needed: Act) -> Handler:
    def guarded(visit: Visit) -> Response:
        if visit.person is None and not visit.hall.settings.entete_identite:
            return _to_sign_in(visit)
        visit.who.require(needed)
        return handler(visit)

    return guarded


def _to_sign_in(visit: Visit) -> Response:
    """Ask who it is first; what was only looked at is shown afterwards, what was sent is told not to be done."""
    asked = f"suite={quote(visit.request.url.path, safe='/')}" if visit.request.method == "GET" else "finie=1"
    return RedirectResponse(f"/connexion?{asked}", status_code=303)


def _name(visit: Visit) -> str:
    return visit.person.id if visit.person else ""
