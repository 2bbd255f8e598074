"""The mail of Monday: to the figures of visas are added those of payments, and the report of the last month."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from dematfin.domain.mail import Attachment, Section
from dematfin.domain.report.brief import Monday, brief
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.period import Period, month_of
from dematfin.domain.visa.levels import monday
from dematfin.domain.visa.reminders import Digest
from dematfin.ports.app import App
from dematfin.steps.counted import counted_at, facts_of, report_of
from dematfin.steps.outcome import Tally

ONE_DAY: Final = timedelta(days=1)
HEAVIEST: Final = 5_000_000
"""Bytes of a file that mail servers let pass without a doubt."""


def with_figures(app: App, found: tuple[Digest, ...], tally: Tally) -> tuple[Digest, ...]:
    """Return the digests, those of the direction with its figures; without them when they cannot be drawn."""
    if not any(one.week and one.person.email for one in found):
        return found
    figures: tuple[Section, ...] = ()
    report: tuple[Attachment, ...] = ()
    with tally.item("Chiffres de la semaine"):
        facts = _facts(app)
        if facts:
            figures = brief(facts, app.policy.web_url)
            report = tuple(_attached(app, facts.month, tally))
    return tuple(_completed(one, figures, report) for one in found)


def _completed(digest: Digest, figures: tuple[Section, ...], report: tuple[Attachment, ...]) -> Digest:
    if digest.week is None:
        return digest
    return replace(digest, week=replace(digest.week, figures=figures, attachments=report))


def _facts(app: App) -> Monday | None:
    """Read what the figures are counted from; None as long as nothing has been counted."""
    with app.ledger.reading() as books:
        counted = counted_at(app, books)
        if counted is None:
            return None
        return Monday(
            week=facts_of(app, books, week_before(counted)),
            now=facts_of(app, books, month_of(counted.date())),
            month=facts_of(app, books, month_before(counted)),
        )


def week_before(counted: datetime) -> Period:
    """Return the last week that had ended when the journal was counted, from its Monday on."""
    this = monday(counted.date())
    first, last = this - timedelta(days=7), this - ONE_DAY
    return Period(key=f"{first}", label=f"du {first:%d/%m/%Y} au {last:%d/%m/%Y}", first=first, last=last)


def month_before(counted: datetime) -> Period:
    """Return the last month that had ended when the journal was counted."""
    return month_of(counted.date().replace(day=1) - ONE_DAY)


def _attached(app: App, facts: Facts, tally: Tally) -> Iterable[Attachment]:
    data = app.reports.html(report_of(app, facts))
    if len(data) > HEAVIEST:
        tally.note(
            f"Le rapport ({facts.period.label}) est trop lourd pour un courriel : il n'y est pas joint. "
            f"Pour l'avoir : dematfin rapport --mois {facts.period.key} --format html --vers DOSSIER"
        )
        return
    yield Attachment(name=f"rapport-{facts.period.key}.html", media_type="text/html", data=data)
