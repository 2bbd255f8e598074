"""Pages: drawn on the server, escaped, complete without any script."""

from datetime import date
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from dematfin.domain.delay.words import days_left
from dematfin.domain.event import Subject
from dematfin.domain.invoice.chorus import said
from dematfin.domain.labels import DECISION, FLUX, FOLDER, INVOICE, MOTIVE, STEP, standing
from dematfin.domain.money import french
from dematfin.domain.paper.cut import span
from dematfin.domain.parties.iban import mask
from dematfin.domain.report.cells import WORDS, written
from dematfin.domain.visa.decision import Motive
from dematfin.web.words import legible


def _day(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


def _shown(value: Any) -> Any:
    """Suppliers write names and numbers as they like: one that turns the line around would turn its amount too."""
    return legible(value) if type(value) is str else value


STATIC: Final = Path(__file__).parent / "static"
PATHS: Final = {
    Subject.INVOICE: "/facture/",
    Subject.MANDAT: "/mandat/",
    Subject.BORDEREAU: "/bordereau/",
    Subject.FLUX: "/flux/",
}
"""Where whoever sees all services reads about a thing."""
PAGES: Final = Environment(
    loader=PackageLoader("dematfin.web"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_shown,
    trim_blocks=True,
    lstrip_blocks=True,
)
PAGES.filters["euros"] = french
PAGES.filters["jour"] = _day
PAGES.filters["reste"] = days_left
PAGES.filters["situation"] = standing
PAGES.filters["cellule"] = written
PAGES.filters["statut"] = said
PAGES.filters["masque"] = mask
PAGES.filters["pages"] = span
PAGES.globals.update(DECISION=DECISION, FLUX=FLUX, FOLDER=FOLDER, INVOICE=INVOICE, MOTIVE=MOTIVE, STEP=STEP)
PAGES.globals.update(motives=tuple(Motive), WORDS=WORDS, PATHS=PATHS)


def draw(template: str, status: int = 200, **what: Any) -> HTMLResponse:
    """Return the page of a template."""
    return HTMLResponse(PAGES.get_template(template).render(what), status_code=status)
