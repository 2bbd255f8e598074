"""The words of a reminder: counts first, then each invoice, the latest first; the same in plain text and in HTML.

A link leads to the page of a folder, where one signs in: it decides nothing. No comment of anybody is repeated.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final
from urllib.parse import quote

from dematfin.domain.mail import Mail, Section, one_line
from dematfin.domain.mail_layout import page, plain
from dematfin.domain.money import french
from dematfin.domain.visa.levels import Level
from dematfin.domain.visa.reminders import Digest, Line
from dematfin.domain.visa.weekly import Week

TITLES: Final = {
    Level.LATE: "En retard",
    Level.DUE: "À viser aujourd'hui",
    Level.BEFORE: "Bientôt à échéance",
    Level.ARRIVAL: "Arrivées",
}
"""Sections of what awaits a person, the most pressing first; the direction's come after."""


def compose(digest: Digest, collectivite: str, web_url: str) -> Mail:
    """Write a digest down as a mail."""
    opening = [f"Bonjour {one_line(digest.person.name)},", *_counts(digest)]
    sections = tuple(_sections(digest, web_url))
    where = "Chaque lien mène à son dossier." if web_url else "Pour voir les dossiers : dematfin visa liste."
    joined = "Le rapport du mois est joint." if digest.week and digest.week.attachments else ""
    guide = [joined, where if digest.lines else "", "Rien ne se décide en répondant à ce courriel."]
    closing = [
        " ".join(words for words in guide if words),
        f"Courriel automatique de dematfin, {one_line(collectivite)}.",
    ]
    return Mail(
        id=digest.mail,
        name=digest.person.name,
        address=digest.person.email,
        subject=_subject(digest),
        text=plain(opening, sections, closing),
        html=page(opening, sections, closing),
        attachments=digest.week.attachments if digest.week else (),
    )


def _subject(digest: Digest) -> str:
    mine, told = _split(digest)
    late = sum(one.level is Level.LATE for one in mine)
    parts = [f"{_invoices(len(mine))} à viser{f', dont {late} en retard' if late else ''}"] if mine else []
    parts += [f"{_invoices(len(told))} sans visa"] if told else []
    parts += ["bilan de la semaine"] if digest.week else []
    return f"Visas : {' ; '.join(parts)}"


def _counts(digest: Digest) -> Iterator[str]:
    mine, told = _split(digest)
    if mine:
        levels = Counter(one.level for one in mine)
        detail = ", ".join(f"{title.lower()} : {levels[level]}" for level, title in TITLES.items() if levels[level])
        yield f"{_invoices(len(mine))} {'attend' if len(mine) == 1 else 'attendent'} votre visa ({detail})."
    if told:
        desks = Counter(one.desk for one in told)
        detail = ", ".join(f"{desk} : {count}" for desk, count in sorted(desks.items()))
        yield f"{_invoices(len(told))} sans visa depuis trop longtemps ({detail})."


def _sections(digest: Digest, web_url: str) -> Iterator[Section]:
    mine, told = _split(digest)
    for level, title in TITLES.items():
        lines = tuple(_line(one, digest.today, web_url) for one in mine if one.level is level)
        if lines:
            yield Section(title=title, lines=lines)
    for desk in sorted({one.desk for one in told}):
        lines = tuple(_line(one, digest.today, web_url) for one in told if one.desk == desk)
        yield Section(title=f"Sans visa depuis trop longtemps, bureau {desk}", lines=lines)
    if digest.week:
        ends_on = digest.week.starts_on + timedelta(days=6)
        title = f"Semaine du {digest.week.starts_on:%d/%m/%Y} au {ends_on:%d/%m/%Y}"
        yield Section(title=title, lines=tuple((words, "") for words in _figures(digest.week)))
        yield from digest.week.figures


def _split(digest: Digest) -> tuple[list[Line], list[Line]]:
    """Return what awaits the person, and what the direction is told of others."""
    told = [one for one in digest.lines if one.level is Level.ESCALATION]
    return [one for one in digest.lines if one.level is not Level.ESCALATION], told


def _line(line: Line, today: date, web_url: str) -> tuple[str, str]:
    about = line.about
    words = [
        f"{about.folder.invoice_id}, {one_line(about.supplier)}, {french(about.amount)} : {_term(about.due_on, today)}",
        f"délai légal de paiement : {_legal(about.pay_by, today)}",
    ]
    if line.absent:
        words.append(f"en l'absence de {one_line(line.absent)}")
    url = f"{web_url}/dossier/{quote(about.folder.invoice_id, safe='')}" if web_url else ""
    return " ; ".join(words), url


def _term(due_on: date, today: date) -> str:
    left = (due_on - today).days
    if left < 0:
        return f"visa en retard de {_days(-left)} (attendu le {due_on:%d/%m/%Y})"
    return f"à viser le {due_on:%d/%m/%Y} au plus tard (encore {_days(left)})" if left else "à viser aujourd'hui"


def _legal(pay_by: date, today: date) -> str:
    left = (pay_by - today).days
    if left < 0:
        return f"dépassé de {_days(-left)}"
    return f"encore {_days(left)}" if left else "dernier jour"


def _figures(week: Week) -> Iterator[str]:
    yield f"Visas demandés : {week.received}"
    speed = f", délai médian {_days(week.median_days)}" if week.median_days is not None else ""
    yield f"Visas rendus : {week.decided}, dont {week.in_time} dans les temps{speed}"
    late = ", ".join(f"{desk} : {count}" for desk, count in week.late)
    yield f"En retard aujourd'hui : {late or 'aucune facture'}"
    few = "Délai légal de paiement en danger (moins de 10 jours avant sa fin)"
    yield f"{few} : {', '.join(week.at_risk) or 'aucune facture'}"


def _invoices(count: int) -> str:
    return f"{count} facture{'s' if count > 1 else ''}"


def _days(count: int) -> str:
    return f"{count} jour{'s' if count > 1 else ''}"
