"""What the way to a neighbour needs somebody for."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

from dematfin.domain.figures.urgency import remaining, urgency
from dematfin.domain.link import SIGNATURE, TDT, Link

REMEDY: Final = (
    "Demandez-en un autre à son autorité, et donnez-le à l'administrateur du TdT AVANT de l'installer ici : le compte "
    "y est reconnu à l'empreinte du certificat"
)
"""S²LOW knows an account by nothing else."""


def of_links(links: Iterable[Link], today: date) -> Iterator[str]:
    """Yield what is about to stop, and what has not worked since another day."""
    for one in links:
        if one.troubled_since is not None and one.troubled_since.date() < today:
            yield _stopped(one, one.troubled_since)
        if sentence := ending_alert(one, today):
            yield sentence


def ending_alert(link: Link, today: date) -> str:
    """Say that the certificate of a link is about to lapse, or an empty text."""
    tell = signing_alert if link.id == SIGNATURE else certificate_alert
    return tell(link.name, link.certificate_expires_on, today)


def signing_alert(name: str, end: date | None, today: date) -> str:
    """Say that the certificate that signed last is about to lapse, or an empty text."""
    if end is None or (loud := urgency(end, today)) is None:
        return ""
    when = f"a expiré le {end:%d/%m/%Y}" if end < today else f"expire le {end:%d/%m/%Y}, {remaining(end, today)}"
    return (
        f"{loud}{name} {when}. Demandez-en un autre à son autorité, et mettez « empreinte » à jour dans [signature] : "
        "sans lui, plus aucun bordereau ne se signe."
    )


def _stopped(link: Link, since: datetime) -> str:
    if link.id == TDT:
        return f"{link.name} : rien ne passe plus depuis le {since:%d/%m/%Y}. {link.trouble}"
    return (
        f"Retour {link.name} : le TdT le donne depuis le {since:%d/%m/%Y}, et il ne peut pas être lu. {link.trouble} "
        "Ce que le comptable y dit de nos mandats n'est pas su ici : redemandez-le au TdT."
    )


def certificate_alert(name: str, end: date | None, today: date) -> str:
    """Say that our client certificate is about to lapse, or an empty text."""
    if end is None or (loud := urgency(end, today)) is None:
        return ""
    what = f"{loud}Notre certificat client pour {name}"
    if end < today:
        stopped = "plus aucun bordereau ne part, aucun acquit ni retour ne revient"
        return f"{what} a expiré le {end:%d/%m/%Y} : {stopped}. {REMEDY}."
    stops = "plus aucun bordereau ne partira, et aucun acquit ni retour ne reviendra"
    return f"{what} expire le {end:%d/%m/%Y}, {remaining(end, today)}. {REMEDY} : sinon {stops}."
