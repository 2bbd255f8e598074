"""One request of one person: what each page receives, and how it answers."""

from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from dematfin.acts import restoration
from dematfin.config.web import WebSettings
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import (
    ComeBackLater,
    Conflict,
    DematfinError,
    DocumentError,
    Forbidden,
    RuleError,
    TooLarge,
    UnknownRecord,
)
from dematfin.ports.app import App
from dematfin.web.clicks import Clicks
from dematfin.web.images import Images
from dematfin.web.limits import Quota
from dematfin.web.menu import menu
from dematfin.web.pages import draw
from dematfin.web.sessions import Session, Sessions

REQUESTS: Final = 300
TRIES: Final = 20
"""What one address may ask in a minute: pages, and passwords."""
STATUSES: Final[tuple[tuple[type[DematfinError], int], ...]] = (
    (UnknownRecord, 404),
    (Forbidden, 403),
    (Conflict, 409),
    (TooLarge, 413),
    (RuleError, 422),
    (DocumentError, 422),
    (ComeBackLater, 503),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """What all requests share: the collectivité, who is signed in, and how much each may ask.

    Attributes:
        clicks: what the decisions of agents have led to.
        images: pages of paper drawn last.
        examined: what each PDF shown since the start would do besides being read, by fingerprint.
    """

    app: App
    settings: WebSettings
    sessions: Sessions
    requests: Quota = field(default_factory=lambda: Quota(REQUESTS))
    tries: Quota = field(default_factory=lambda: Quota(TRIES))
    clicks: Clicks = field(default_factory=Clicks)
    images: Images = field(default_factory=Images)
    examined: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def encrypted(self) -> bool:
        """Whether people reach us through TLS."""
        return self.settings.url.startswith("https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request.

    Attributes:
        form: what was sent; empty for a page that is only asked for.
        token: of the browser; it names a session once somebody has signed in.
        address: where the request comes from.
    """

    hall: Hall
    request: Request
    form: FormData
    token: str
    session: Session | None
    person: Person | None
    address: str

    @property
    def app(self) -> App:
        """The collectivité."""
        return self.hall.app

    @property
    def who(self) -> Person:
        """Whoever has signed in; raises Forbidden when nobody has."""
        if self.person is None:
            message = "Votre session est finie. Connectez-vous de nouveau."
            raise Forbidden(message)
        return self.person

    @property
    def invoice(self) -> str:
        """The invoice that the address names."""
        return str(self.request.path_params["facture"])

    @property
    def seal(self) -> str:
        """What a form of this page repeats."""
        return self.hall.sessions.seal(self.token)

    def through(self, app: App) -> "Visit":
        """Return the same visit, whose acts go through that app."""
        return replace(self, hall=replace(self.hall, app=app))

    def page(self, template: str, status: int = 200, **what: Any) -> HTMLResponse:
        """Draw a page for this person, with the notice that the last act left."""
        notice = ""
        if self.session is not None:
            notice, self.session.notice = self.session.notice, ""
        usual = {
            "who": self.person,
            "menu": menu(self.person),
            "oversees": self._may(Act.OVERSEE),
            "holds": self._may(Act.HOLD),
            "scans": self._may(Act.PAPER),
            "seal": self.seal,
            "notice": notice,
            "restored": restoration.notice(self.app, self.who) if self._may(Act.OVERSEE) else "",
            "path": self.request.url.path,
            "town": self.app.policy.name,
            "today": self.app.clock.today(),
            "local": self.app.clock.local,
            "own_accounts": not self.hall.settings.entete_identite,
        }
        return draw(template, status, **(usual | what))

    def _may(self, act: Act) -> bool:
        return self.person is not None and self.person.may(act)

    def go(self, path: str, notice: str = "") -> RedirectResponse:
        """Send the browser to another page, which shows a notice: a reload repeats no act."""
        if self.session is not None:
            self.session.notice = notice
        return RedirectResponse(quote(path, safe="/?=&%#"), status_code=303)

    def problem(self, error: DematfinError) -> HTMLResponse:
        """Draw the page of something that could not be done."""
        return self.page("probleme.html", status_of(error), sentence=str(error))


def status_of(error: DematfinError) -> int:
    """Return the HTTP status of an error."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
