"""An acquit that speaks of what is not ours: told, never applied to something else."""

from collections.abc import Collection, Iterator

from dematfin.domain.mandat.answers import Acquit
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.mandat.verdict import FlowVerdict, Key


def foreign(acquit: Acquit, verdict: FlowVerdict, budget: Budget | None, carried: Collection[Key]) -> Iterator[str]:
    """Yield what a person must look at: another collectivité is named, or a bordereau that the flow did not carry.

    `budget` is that of the flow, None once it has left the configuration.
    """
    if budget and (other := _other(acquit, budget)):
        yield (
            f"l'acquit est adressé ailleurs ({', '.join(other)}), et le flux est du budget {budget.code}. Demandez "
            "au comptable s'il répond bien à ce flux."
        )
    told = verdict.accepted | verdict.unclear | verdict.refused.keys()
    for exercice, number in sorted(told - set(carried)):
        said = "refuse" if (exercice, number) in verdict.refused else "nomme"
        year = f" de {exercice}" if exercice else ""
        yield (
            f"l'acquit {said} le bordereau n° {number}{year}, que ce flux ne portait pas : rien n'en est changé ici. "
            "Demandez au comptable d'où il vient."
        )


def _other(acquit: Acquit, budget: Budget) -> list[str]:
    named = [] if not acquit.siret or budget.answers_to(acquit.siret) else [f"la collectivité {acquit.siret}"]
    codes = (
        ("code collectivité", acquit.cod_col, budget.cod_col),
        ("code budget", acquit.cod_bud, budget.cod_bud),
    )
    return named + [f"{name} {told}" for name, told, ours in codes if told and told.lstrip("0") != ours.lstrip("0")]
