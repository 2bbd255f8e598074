"""The application: its addresses, and what stands between the network and the pages."""

from datetime import timedelta
from functools import partial
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from dematfin.config.web import WebSettings
from dematfin.domain.rights.pages import needed_for
from dematfin.ports.app import App
from dematfin.web import (
    absences,
    bordereaux,
    documents,
    entries,
    facture,
    factures,
    figures,
    flows,
    folder,
    health,
    held,
    home,
    proof,
    queue,
    scans,
    signin,
)
from dematfin.web.endpoint import Handler, endpoint, say_what_is_wrong
from dematfin.web.headers import SafeHeaders
from dematfin.web.limits import BodyLimit, TooLong
from dematfin.web.pages import STATIC
from dematfin.web.sessions import Sessions
from dematfin.web.visit import Hall

GET, POST = "GET", "POST"
KEPT: Final = {"Cache-Control": "max-age=3600"}


def application(app: App, settings: WebSettings) -> Starlette:
    """Return the pages of one collectivité."""
    sessions = Sessions(timedelta(minutes=settings.inactivite), app.clock.now)
    hall = Hall(app=app, settings=settings, sessions=sessions)
    pages = Starlette(
        routes=[*_open_to_all(hall), *_for_persons(hall), *_for_agents(hall)],
        middleware=[Middleware(BodyLimit)],
        exception_handlers={HTTPException: say_what_is_wrong, TooLong: say_what_is_wrong, Exception: say_what_is_wrong},
    )
    # around everything, also around what answers an error that nobody foresaw
    pages.middleware_stack = SafeHeaders(pages.build_middleware_stack(), encrypted=hall.encrypted)
    return pages


def _open_to_all(hall: Hall) -> list[Route]:
    return [
        _route(hall, GET, "/", home.first),
        Route("/dematfin.css", _style, methods=[GET]),
        Route("/dematfin.svg", _icon, methods=[GET]),
        Route("/healthz", health.alive, methods=[GET]),
        Route("/readyz", health.ready(hall.app), methods=[GET]),
        _route(hall, GET, "/connexion", signin.ask),
        _route(hall, POST, "/connexion", signin.sign_in),
    ]


def _route(hall: Hall, method: str, path: str, handler: Handler) -> Route:
    return Route(path, endpoint(hall, handler, needed_for(method, path)), methods=[method])


def _for_persons(hall: Hall) -> list[Route]:
    route = partial(_route, hall)
    return [
        route(POST, "/deconnexion", signin.sign_out),
        route(GET, "/compte", signin.account),
        route(POST, "/compte", signin.change_password),
        route(GET, "/accueil", home.show),
        route(GET, "/chiffres", figures.choose),
        route(GET, "/chiffres/{periode}", figures.show),
        route(GET, "/chiffres/{periode}/fichier/{format}", figures.send),
        route(GET, "/visas", queue.show),
        route(POST, "/visas/lot", queue.confirm),
        route(POST, "/visas/lot/viser", queue.approve),
        route(GET, "/dossier/{facture}", folder.show),
        route(GET, "/dossier/{facture}/document/{empreinte}", documents.send),
        route(GET, "/dossier/{facture}/fiche", documents.slip),
        route(POST, "/dossier/{facture}/viser", folder.approve),
        route(POST, "/dossier/{facture}/refuser", folder.refuse),
        route(POST, "/dossier/{facture}/transferer", folder.transfer),
        route(POST, "/dossier/{facture}/joindre", folder.attach),
        route(POST, "/dossier/{facture}/reprendre", folder.undo),
        route(GET, "/bordereaux", bordereaux.show_all),
        route(GET, "/bordereau/{bordereau}", bordereaux.show),
        route(GET, "/bordereau/{bordereau}/livre", bordereaux.read),
        route(GET, "/flux", flows.show_all),
        route(GET, "/flux/{flux}", flows.show),
        route(GET, "/mandat/{mandat}", flows.show_mandat),
        route(GET, "/factures", factures.show),
        route(GET, "/facture/{facture}", facture.show),
        route(GET, "/facture/{facture}/document/{empreinte}", documents.send_any),
        route(POST, "/facture/{facture}/preuve", proof.send),
        route(GET, "/absences", absences.show),
        route(POST, "/absences", absences.declare),
        route(POST, "/absences/{delegation}/finir", absences.end),
    ]


def _for_agents(hall: Hall) -> list[Route]:
    route = partial(_route, hall)
    return [
        route(GET, "/a-traiter", held.show_all),
        route(GET, "/a-traiter/{facture}", held.show),
        route(GET, "/a-traiter/{facture}/document/{empreinte}", held.document),
        route(GET, "/a-traiter/{facture}/lettre/{empreinte}", held.letter),
        route(POST, "/a-traiter/{facture}/repondre", held.answer),
        route(POST, "/a-traiter/{facture}/corriger", held.correct),
        route(POST, "/a-traiter/{facture}/forcer", held.force),
        route(POST, "/a-traiter/{facture}/ecarter", held.leave),
        route(POST, "/a-traiter/{facture}/doublon", held.decide_double),
        route(POST, "/a-traiter/{facture}/rappel", held.call_back),
        *_for_paper(hall),
    ]


def _for_paper(hall: Hall) -> list[Route]:
    route = partial(_route, hall)
    return [
        route(GET, "/papier", scans.show_all),
        route(GET, "/papier/lot/{lot}", scans.show),
        route(POST, "/papier/lot/{lot}", scans.browse),
        route(GET, "/papier/lot/{lot}/page/{page}", scans.image),
        route(GET, "/papier/lot/{lot}/original/{empreinte}", scans.original),
        route(POST, "/papier/lot/{lot}/accepter", scans.accept),
        route(POST, "/papier/lot/{lot}/decouper", scans.cut),
        route(POST, "/papier/lot/{lot}/ecarter", scans.discard),
        route(POST, "/papier/lot/{lot}/reprendre", scans.again),
        route(GET, "/papier/saisie", entries.show_all),
        route(GET, "/papier/saisie/{document}", entries.show),
        route(GET, "/papier/saisie/{document}/page/{page}", entries.image),
        route(GET, "/papier/saisie/{document}/fichier/{empreinte}", entries.file),
        route(POST, "/papier/saisie/{document}", entries.save),
        route(POST, "/papier/saisie/{document}/ecarter", entries.discard),
    ]


async def _style(_: Request) -> Response:
    return FileResponse(STATIC / "dematfin.css", media_type="text/css", headers=KEPT)


async def _icon(_: Request) -> Response:
    return FileResponse(STATIC / "dematfin.svg", media_type="image/svg+xml", headers=KEPT)
