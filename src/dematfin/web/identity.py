"""Who is asking: a session of our own accounts, or the name that a trusted reverse proxy gives."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request

from dematfin.config.web import LOOPBACK
from dematfin.domain.parties.account import Account
from dematfin.domain.parties.person import Person
from dematfin.errors import Forbidden
from dematfin.web.sessions import Session, fresh_token
from dematfin.web.visit import Hall, Visit

LONGEST_TOKEN: Final = 100
FOREIGN: Final = (
    "Cette demande ne vient pas d'une page de dematfin, ou votre session a changé : rien n'a été fait. "
    "Rouvrez la page et recommencez."
)


def cookie_name(hall: Hall) -> str:
    """Name the cookie; with this prefix a browser takes it over TLS from this very host only."""
    return "__Host-dematfin" if hall.encrypted else "dematfin"


def recognise(hall: Hall, request: Request, form: FormData) -> Visit:
    """Return the visit of whoever asks, known or not."""
    token = request.cookies.get(cookie_name(hall), "")[:LONGEST_TOKEN] or fresh_token()
    session = hall.sessions.find(token)
    if hall.settings.entete_identite:
        token, session = _of_the_proxy(hall, request, token, session)
    elif session and _has_changed_password(hall, session):
        session = None
    return Visit(
        hall=hall,
        request=request,
        form=form,
        token=token,
        session=session,
        person=_person(hall, session.person) if session else None,
        address=address_of(hall, request),
    )


def address_of(hall: Hall, request: Request) -> str:
    """Return where a request comes from: what a trusted proxy says of it, else the other end of the line."""
    forwarded = ",".join(request.headers.getlist("X-Forwarded-For"))  # some proxies add a line, others to the line
    if forwarded and _is_trusted(hall.settings.mandataires, request):
        return forwarded.rpartition(",")[2].strip()
    return request.client.host if request.client else ""


def is_ours(hall: Hall, request: Request) -> bool:
    """Say whether we are asked under a name of ours: another one is somebody else's, which points at us."""
    try:
        asked = urlsplit(f"//{request.headers.get('Host', '')}").hostname
    except ValueError:
        return False
    return asked in {*LOOPBACK, hall.settings.ecoute, urlsplit(hall.settings.url).hostname} - {None}


def check_own_form(visit: Visit) -> None:
    """Let an act go on when our own page, in the browser of this very session, has sent it; or raise Forbidden."""
    headers = visit.request.headers
    origin = headers.get("Origin")
    ours = headers.get("Sec-Fetch-Site", "same-origin") == "same-origin" and origin in {None, _origin(visit)}
    seal = visit.form.get("seal", "")
    if not ours or not isinstance(seal, str) or not visit.hall.sessions.is_sealed(visit.token, seal):
        raise Forbidden(FOREIGN)


def _origin(visit: Visit) -> str:
    parts = urlsplit(visit.hall.settings.url or f"http://{visit.request.headers.get('Host', '')}")
    return f"{parts.scheme}://{parts.netloc}"


def _of_the_proxy(hall: Hall, request: Request, token: str, session: Session | None) -> tuple[str, Session | None]:
    """Follow the name that the proxy gives: another name is another session, no name is nobody."""
    names = request.headers.getlist(hall.settings.entete_identite)
    if len(names) != 1 or not names[0].strip() or not _is_trusted(hall.settings.mandataires, request):
        return token, None
    name = names[0].strip()
    if session is None or session.person != name:
        token = hall.sessions.open(name)
        session = hall.sessions.find(token)
    return token, session


def _has_changed_password(hall: Hall, session: Session) -> bool:
    """A password given since, be it from the command line, ends what was opened with the one before."""
    with hall.app.ledger.reading() as books:
        found = books.find(Account, id=session.person)
    return not found or found[0].changed_at > session.opened_at


def _is_trusted(networks: Sequence[IPv4Network | IPv6Network], request: Request) -> bool:
    try:
        peer = ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return any(peer in network for network in networks)


def _person(hall: Hall, person_id: str) -> Person | None:
    """Read the person again at each request: whoever is no longer active is out at once."""
    with hall.app.ledger.reading() as books:
        found = books.find(Person, id=person_id)
    return found[0] if found and found[0].active else None
