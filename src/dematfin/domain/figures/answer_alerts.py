"""Answers of Hélios and of the comptable that need somebody: those that contradict others come first."""

from collections.abc import Iterator

from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.mandat.flux import AcquitSummary


def of_answers(held: Holdings) -> Iterator[str]:
    """Yield what answers leave to be seen to."""
    for answer in sorted(held.answers, key=lambda one: not any("URGENT" in remark for remark in one.remarks)):
        yield from (f"{answer.name} : {remark}" for remark in answer.remarks)
    for flux in held.flux:
        if flux.acquit is AcquitSummary.UNCLEAR:
            what = f"s'il a bien le bordereau {', '.join(flux.bordereaux)}" if flux.bordereaux else "s'il a ses pièces"
            yield (
                f"Flux {flux.id} : son acquit ne dit pas clairement ce qu'Hélios a pris. Demandez au comptable {what}, "
                "et ne renvoyez rien avant : un retour sur ses mandats, ou un autre acquit, règle la question."
            )
