"""The director's home, and the page that each person sees first."""

from starlette.responses import RedirectResponse, Response

from dematfin.acts import home
from dematfin.domain.parties.person import Role
from dematfin.web.visit import Visit


def first(visit: Visit) -> Response:
    """Lead to the page of one's work."""
    directs = visit.person is not None and Role.DIRECTEUR in visit.person.roles
    return RedirectResponse("/accueil" if directs else "/visas", status_code=303)


def show(visit: Visit) -> Response:
    """Show what changed, what is at risk, whom to call."""
    return visit.page("accueil.html", home=home.home(visit.app, visit.who))
