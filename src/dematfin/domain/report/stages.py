"""How long invoices stayed in each stage, from the journal."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Final

from dematfin.domain.report.averages import mean, median, share, tenths
from dematfin.domain.report.columns import count, days, rate, text
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.few import few
from dematfin.domain.report.table import Chart, Table
from dematfin.domain.tally.stage import AT_THE_COMPTABLE, ENDED, STOPPED, Stage
from dematfin.domain.tally.stay import STILL

SECOND: Final = timedelta(seconds=1)
A_DAY: Final = 86_400
ORDONNATEUR: Final[dict[Stage, str]] = {
    Stage.RECEIVED: "Acheminement",
    Stage.TO_CORRECT: "Acheminement",
    Stage.IN_VISA: "Visa",
    Stage.SERVICE_FAIT: "Liquidation et mandatement",
    Stage.LIQUIDATED: "Liquidation et mandatement",
    Stage.REJECTED: "Liquidation et mandatement",
    Stage.TO_SIGN: "Signature",
    Stage.TO_SEND: "Transmission",
    Stage.REFUSED_AT_GATE: "Transmission",
}
"""What the ordonnateur is busy with: a mandat that the comptable rejected has to be made again."""
POPULATION: Final = (
    "Passages terminés pendant la période, comptés en entier même s'ils ont commencé avant (ou depuis "
    "qu'un renseignement de la facture a changé, si c'était avant la période) ; ceux qui durent encore "
    "sont dans « Factures en attente ». Les avoirs sont laissés de côté."
)


@dataclass(frozen=True, slots=True)
class Passages:
    """How long the passages through one or more stages lasted, in seconds, in order."""

    seconds: Sequence[int]

    @property
    def total(self) -> Decimal:
        """Days of all of them."""
        return tenths(Decimal(sum(self.seconds)) / A_DAY)

    @property
    def mean(self) -> Decimal | None:
        """Days of one of them."""
        return mean(sum(self.seconds), A_DAY * len(self.seconds))


def passages(facts: Facts) -> dict[Stage, Passages]:
    """Measure the passages that ended, by stage in the order of the life of an invoice."""
    lasted: dict[Stage, list[int]] = {}
    for stage, seconds in _ended(facts):
        lasted.setdefault(stage, []).append(seconds)
    return {stage: Passages(sorted(lasted[stage])) for stage in Stage if stage in lasted}


def _ended(facts: Facts) -> Iterator[tuple[Stage, int]]:
    """Join the stays of one passage: a new one begins too when something else is learnt of the invoice."""
    places: dict[tuple[str, Stage], list[tuple[datetime, datetime]]] = {}
    known = chain(((one, one.until) for one in facts.ended), ((one, STILL) for one in facts.stock))
    for one, until in known:
        if one.stage not in ENDED and not one.is_credit_note:
            places.setdefault((one.invoice_id, one.stage), []).append((one.since, until))
    for (_, stage), stays in places.items():
        for since, until in _joined(sorted(stays)):
            if until != STILL:
                yield stage, (until - since) // SECOND


def _joined(stays: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Yield the spans of stays in order, made one where the next begins when the former ends."""
    rest = iter(stays)
    since, until = next(rest)
    for begins, ends in rest:
        if begins != until:
            yield since, until
            since = begins
        until = ends
    yield since, until


def stages(facts: Facts) -> Table:
    """Say how long one passes in each stage."""
    of_each = passages(facts)
    return Table(
        key="etapes",
        title="Temps passé dans chaque étape",
        definition=(
            "Durée de chaque passage d'une facture dans une étape, d'après le journal, en jours de 24 heures (samedis, "
            "dimanches et fêtes compris). Une facture qui revient dans une étape y compte deux passages."
        ),
        population=POPULATION,
        columns=(
            text("etape", "Étape"),
            text("qui", "Qui est attendu"),
            count("passages", "Passages"),
            days("moyen", "Temps moyen"),
            days("median", "Temps médian"),
            days("cumul", "Jours cumulés"),
        ),
        rows=tuple(
            (stage.value, _awaited(stage), len(some.seconds), some.mean, median(some.seconds, A_DAY), some.total)
            for stage, some in of_each.items()
        ),
        warnings=few(((stage.value, len(some.seconds)) for stage, some in of_each.items()), "passages"),
        chart=Chart(label="etape", value="moyen"),
    )


def _awaited(stage: Stage) -> str:
    if stage in STOPPED:
        return "le fournisseur"
    return "le comptable" if stage in AT_THE_COMPTABLE else "l'ordonnateur"


def of_the_ordonnateur(facts: Facts) -> Table:
    """Split the time of the ordonnateur into what it was busy with."""
    phases: dict[str, list[int]] = {phase: [] for phase in ORDONNATEUR.values()}
    for stage, some in passages(facts).items():
        if stage in ORDONNATEUR:
            phases[ORDONNATEUR[stage]] += some.seconds
    of_each = {phase: Passages(seconds) for phase, seconds in phases.items()}
    whole = Passages([one for seconds in phases.values() for one in seconds])
    days_of_all = sum((some.total for some in of_each.values()), Decimal())
    return Table(
        key="part-ordonnateur",
        title="À quoi passe le temps de l'ordonnateur",
        definition=(
            "Temps des étapes qui dépendent de la collectivité, de l'arrivée de la facture à son départ vers le "
            "comptable (décret 2013-269, art. 13). La part du temps rapporte les jours cumulés de "
            "chaque tâche à leur somme."
        ),
        population=POPULATION,
        columns=(
            text("tache", "Tâche"),
            count("passages", "Passages"),
            days("moyen", "Temps moyen"),
            days("cumul", "Jours cumulés"),
            rate("part", "Part du temps"),
        ),
        rows=tuple(
            (phase, len(some.seconds), some.mean, some.total, share(sum(some.seconds), sum(whole.seconds)))
            for phase, some in of_each.items()
        ),
        total=("Total", len(whole.seconds), whole.mean, days_of_all, share(len(whole.seconds), len(whole.seconds))),
        warnings=few(((phase, len(some.seconds)) for phase, some in of_each.items()), "passages"),
        chart=Chart(label="tache", value="part"),
    )
