"""The bordereau d'élimination: one page to be printed, sent to the departmental archives, and signed there."""

from datetime import date

from jinja2 import Environment, PackageLoader, StrictUndefined

from dematfin.domain.retention.classes import FATES, LAWS
from dematfin.domain.retention.written import Sheet

MEGABYTE = 1_000_000


def elimination_page(words: Sheet) -> bytes:
    """Return the page."""
    environment = Environment(
        loader=PackageLoader("dematfin.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"jour": _day, "volume": _volume}
    page = environment.get_template("elimination.html").render(sheet=words, laws=LAWS, fates=FATES)
    return page.encode()


def _day(value: date) -> str:
    return f"{value:%d/%m/%Y}"


def _volume(size: int) -> str:
    return f"{size / MEGABYTE:.1f} Mo".replace(".", ",")
