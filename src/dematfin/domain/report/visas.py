"""Visas: those that were decided, those that came late, those that are waited for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from dematfin.domain.money import ZERO
from dematfin.domain.report.averages import mean, share
from dematfin.domain.report.columns import count, days, euros, rate, text
from dematfin.domain.report.counted import happened, service_of
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.few import few
from dematfin.domain.report.grouping import Weight, groups, lines, whole
from dematfin.domain.report.table import Cell, Chart, Table
from dematfin.domain.tally.happening import Happening, What
from dematfin.domain.tally.stage import Stage
from dematfin.domain.tally.stay import Stay


@dataclass(frozen=True, slots=True)
class Word:
    """What one desk said: 1, or -1 where its author took it back; `late` likewise, with the working days `lost`."""

    desk: str
    made: int
    late: int
    lost: int


def visas(facts: Facts) -> Table:
    """Return what each desk decided, and how much of it came late: by desk, never by person."""
    words = _words(facts)
    found = groups(words, lambda one: (one.desk,), weight=_weight)

    def figures(items: Sequence[Word]) -> tuple[Cell, ...]:
        made, late = sum(one.made for one in items), sum(one.late for one in items)
        lost = sum(one.lost for one in items)
        return made, late, share(made - late, max(made, 0)), mean(lost, max(late, 0))

    return Table(
        key="visas",
        title="Visas par bureau",
        definition=(
            "En retard : décidé après le dernier jour donné au bureau (J+5, règle interne de la collectivité). Dans le "
            "délai = visas qui ne sont pas en retard ÷ visas décidés. Retard moyen : jours ouvrés entre le dernier "
            "jour et la décision, sur les seuls visas en retard. L'attente d'un visa ne suspend pas le délai légal de "
            "30 jours (CCP R. 2192-10)."
        ),
        population=(
            "Les visas et les refus donnés pendant la période, par bureau et jamais par personne. Ceux que leur auteur "
            "a repris en sont retranchés ; une étape qu'un administrateur a passée n'y est pas. Ce qui attend encore "
            "est dans le tableau suivant."
        ),
        columns=(
            text("bureau", "Bureau"),
            count("decides", "Décidés"),
            count("en_retard", "En retard"),
            rate("dans_le_delai", "Dans le délai"),
            days("retard_moyen", "Retard moyen (jours ouvrés)"),
        ),
        rows=lines(found, figures),
        total=whole(words, figures),
        warnings=few(((group.labels[0], len(group.items)) for group in found), "visas décidés"),
        chart=Chart(label="bureau", value="en_retard"),
    )


def awaited(facts: Facts) -> Table:
    """Return what waits for a visa at the cut-off, service by service."""
    waiting = [stay for stay in facts.stock if stay.stage is Stage.IN_VISA]
    found = groups(waiting, service_of)

    def figures(items: Sequence[Stay]) -> tuple[Cell, ...]:
        bills = [stay for stay in items if not stay.is_credit_note]
        late = sum(stay.deadline < facts.today and stay.owed > 0 for stay in bills)
        return len(items), sum((stay.ttc for stay in bills), ZERO), late

    return Table(
        key="visas-attendus",
        title="Visas encore attendus",
        definition=(
            "Nombre de factures et d'avoirs qui attendent un visa à l'arrêté des chiffres ; montant TTC des factures "
            "seules ; délai légal dépassé : factures dont le dernier jour pour payer (CCP R. 2192-10) est passé "
            "pendant que le service les a encore, sauf celles qui ont été payées d'avance."
        ),
        population="Ce qui est en visa à l'instant de l'arrêté, d'où que vienne la facture.",
        columns=(
            text("service", "Service"),
            count("attendus", "Attendus"),
            euros("ttc", "Montant TTC"),
            count("delai_depasse", "Délai légal dépassé"),
        ),
        rows=lines(found, figures),
        total=whole(waiting, figures),
        chart=Chart(label="service", value="attendus"),
    )


def _words(facts: Facts) -> list[Word]:
    said = happened(facts, What.VISA, What.VISA_TAKEN_BACK)
    worked = _worked(facts, [span for one in said if (span := _late(one))])
    return [_word(one, worked) for one in said]


def _word(one: Happening, worked: Mapping[date, int]) -> Word:
    sign = -1 if one.what is What.VISA_TAKEN_BACK else 1
    desk = one.code or one.service
    if span := _late(one):
        due, on = span
        return Word(desk, sign, sign, sign * (worked[on] - worked[due]))
    return Word(desk, sign, 0, 0)


def _late(one: Happening) -> tuple[date, date] | None:
    """Return the last day of a visa and that of its decision, when it came after."""
    return (one.due_on, one.on) if one.on and one.due_on and one.on > one.due_on else None


def _weight(items: Sequence[Word]) -> Weight:
    """Late visas first; among as many, the desk that decides most."""
    return sum(one.late for one in items), len(items)


def _worked(facts: Facts, late: Sequence[tuple[date, date]]) -> dict[date, int]:
    """Count the working days since the first of the days that are compared, for each day after it."""
    if not late:
        return {}
    first = min(due for due, _ in late)
    span = [first + timedelta(days=shift) for shift in range((max(on for _, on in late) - first).days + 1)]
    return dict(zip(span, accumulate(map(facts.calendar.is_working_day, span)), strict=True))
