"""What was mandated: totals by budget and by account, by service, what was taken back, what had no engagement."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from dematfin.domain.money import ZERO
from dematfin.domain.report.averages import mean, share
from dematfin.domain.report.columns import count, euros, number, rate, text
from dematfin.domain.report.counted import added, counted, happened, only, service_of
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.few import few
from dematfin.domain.report.grouping import Weight, groups, lines, whole
from dematfin.domain.report.table import Cell, Chart, Column, Table
from dematfin.domain.tally.happening import Happening, What

SUMS: Final[tuple[Column, ...]] = (
    euros("ht", "HT"),
    euros("tva", "TVA"),
    euros("ttc", "TTC"),
)
NUMBERED: Final = (
    "Les mandats qui ont pris leur numéro pendant la période, comme dans les bordereaux, même s'ils ont été annulés "
    "depuis : ce qui est repris a son tableau. Un mandat réémis sous un autre numéro est compté de nouveau."
)
TAKEN_BACK: Final = (What.MANDAT_REDUCED, What.MANDAT_CANCELLED)
REDUCED: Final = "annulation ou réduction"
GIVEN_UP: Final = "abandonné avant paiement"


def mandats_by_budget(facts: Facts) -> Table:
    """Return the totals of each budget: those of its bordereaux."""
    made = happened(facts, What.MANDATED)
    worked = _working_days(facts)

    def figures(items: Sequence[Happening]) -> tuple[Cell, ...]:
        return counted(items), *_sums(items), mean(counted(items), worked)

    return Table(
        key="mandats-budgets",
        title="Mandats par budget",
        definition=(
            "Sommes des lignes des mandats, égales au total de leurs bordereaux. HT : celui de la facture, quand le "
            "mandat le dit ; un budget qui ne récupère pas la TVA mandate TTC, elle fait partie de sa dépense. TVA = "
            f"TTC - HT. Par jour ouvré = mandats ÷ jours ouvrés de la période jusqu'à l'arrêté ({worked})."
        ),
        population=NUMBERED,
        columns=(
            text("budget", "Budget"),
            count("mandats", "Mandats"),
            *SUMS,
            number("par_jour", "Mandats par jour ouvré"),
        ),
        rows=lines(groups(made, lambda one: (_budget(facts, one),), weight=_amount), figures),
        total=whole(made, figures),
        chart=Chart(label="budget", value="ttc"),
    )


def mandats_by_account(facts: Facts) -> Table:
    """Return the totals of each chapitre and nature."""
    made = happened(facts, What.MANDATED)

    def figures(items: Sequence[Happening]) -> tuple[Cell, ...]:
        return len(items), *_sums(items)

    return Table(
        key="mandats",
        title="Mandats par chapitre et par nature",
        definition=(
            "Sommes des lignes des mandats, par budget, exercice, chapitre (niveau du vote) et compte par nature. Un "
            "mandat de plusieurs lignes est dans plusieurs comptes : ce sont les lignes que l'on compte ici, et leur "
            "somme est celle des mandats."
        ),
        population=NUMBERED,
        columns=(
            text("budget", "Budget"),
            text("exercice", "Exercice"),
            text("chapitre", "Chapitre"),
            text("nature", "Nature"),
            count("lignes", "Lignes"),
            *SUMS,
        ),
        rows=lines(
            groups(made, lambda one: (_budget(facts, one), *map(str, account_of(one))), weight=_amount), figures
        ),
        total=whole(made, figures, width=4),
    )


def mandats_by_service(facts: Facts) -> Table:
    """Return the mandats of each service, and how many a day: by team, never by person."""
    made = happened(facts, What.MANDATED)
    worked = _working_days(facts)

    def figures(items: Sequence[Happening]) -> tuple[Cell, ...]:
        return counted(items), mean(counted(items), worked), added(items)

    return Table(
        key="mandats-services",
        title="Mandats par service",
        definition=(
            "Le service est celui de la facture. Par jour ouvré = mandats ÷ jours ouvrés de la période jusqu'à "
            f"l'arrêté ({worked}). Les agents ne sont pas comptés un par un."
        ),
        population=NUMBERED,
        columns=(
            text("service", "Service"),
            count("mandats", "Mandats"),
            number("par_jour", "Mandats par jour ouvré"),
            euros("ttc", "Montant TTC"),
        ),
        rows=lines(groups(made, service_of, weight=_amount), figures),
        total=whole(made, figures),
        chart=Chart(label="service", value="mandats"),
    )


def taken_back(facts: Facts) -> Table:
    """Return what was cancelled or reduced, apart."""
    items = [one for one in happened(facts, *TAKEN_BACK) if _is_apart(one)]

    def figures(items: Sequence[Happening]) -> tuple[Cell, ...]:
        return counted(items), added(items)

    return Table(
        key="annulations",
        title="Mandats annulés, réduits ou abandonnés",
        definition=(
            "Annulation ou réduction : un mandat d'annulation reprend, en entier ou en partie, un mandat du même "
            "exercice. Abandonné : la collectivité y a renoncé avant que le comptable le paie. Les montants sont dits "
            "en positif et ne sont pas retranchés des totaux des mandats."
        ),
        population="Ce qui a été repris pendant la période, même d'un mandat numéroté avant.",
        columns=(
            text("budget", "Budget"),
            text("sorte", "Sorte"),
            count("mandats", "Nombre"),
            euros("ttc", "Montant TTC repris"),
        ),
        rows=lines(groups(items, lambda one: (_budget(facts, one), _sort(one)), weight=_amount), figures),
        total=whole(items, figures, width=2),
    )


def without_engagement(facts: Facts) -> Table:
    """Return what was mandated without an engagement, service by service."""
    asked = [one for one in happened(facts, What.MANDATED, What.WITHOUT_ENGAGEMENT) if one.invoice_id]
    found = groups(asked, service_of, weight=_loose)

    def figures(items: Sequence[Happening]) -> tuple[Cell, ...]:
        some = only(items, What.WITHOUT_ENGAGEMENT)
        every = counted(only(items, What.MANDATED))
        return len(some), added(some), every, share(len(some), every)

    return Table(
        key="engagements",
        title="Mandats sans engagement",
        definition=(
            "Part = mandats dont aucune ligne ne prend sur un engagement ÷ mandats qui ont pris leur numéro. Toute "
            "dépense s'engage avant d'être commandée (CGCT art. L. 2342-2) : sans engagement, rien n'a réservé ses "
            "crédits."
        ),
        population=f"{NUMBERED} Ceux qui ne paient aucune facture (paie, emprunts) n'y sont pas.",
        columns=(
            text("service", "Service"),
            count("sans_engagement", "Mandats sans engagement"),
            euros("ttc", "Montant TTC"),
            count("mandats", "Tous les mandats"),
            rate("part", "Part"),
        ),
        rows=lines(found, figures),
        total=whole(asked, figures),
        warnings=few(((group.labels[0], counted(only(group.items, What.MANDATED))) for group in found), "mandats"),
        chart=Chart(label="service", value="sans_engagement"),
    )


def account_of(one: Happening) -> tuple[int, str, str]:
    """Return the exercice, the chapitre and the nature of a line."""
    exercice, chapitre, nature = one.code.split("/", 2)
    return int(exercice), chapitre, nature


def _is_apart(one: Happening) -> bool:
    """The end of a mandat that a réduction took back whole tells again what that réduction told."""
    return one.what is What.MANDAT_REDUCED or one.code != "REDUCTION"


def _sort(one: Happening) -> str:
    return REDUCED if one.what is What.MANDAT_REDUCED else GIVEN_UP


def _budget(facts: Facts, one: Happening) -> str:
    return facts.budgets.get(one.siret, one.siret)


def _sums(items: Iterable[Happening]) -> tuple[Decimal, Decimal, Decimal]:
    ttc, ht = added(items), sum((one.ht for one in items), ZERO)
    return ht, ttc - ht, ttc


def _loose(items: Sequence[Happening]) -> Weight:
    return len(only(items, What.WITHOUT_ENGAGEMENT)), len(items)


def _amount(items: Sequence[Happening]) -> Weight:
    return added(items), len(items)


def _working_days(facts: Facts) -> int:
    first, last = facts.period.first, min(facts.period.last, facts.today)
    span: list[date] = [first + timedelta(days=shift) for shift in range((last - first).days + 1)]
    return sum(map(facts.calendar.is_working_day, span))
