"""Answers of Hélios and of the comptable that need somebody."""

from collections.abc import Iterator

from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.figures.urgency import URGENT
from dematfin.domain.mandat.flux import AcquitSummary
from dematfin.domain.reception import Answer


def of_answers(held: Holdings) -> Iterator[str]:
    """Yield what answers leave to be seen to, until a person says that it is settled."""
    for answer in held.answers:
        yield from (_told(answer, remark) for remark in answer.to_see)
    for flux in held.flux:
        if flux.acquit is AcquitSummary.UNCLEAR:
            what = f"s'il a bien le bordereau {', '.join(flux.bordereaux)}" if flux.bordereaux else "s'il a ses pièces"
            yield (
                f"Flux {flux.id} : son acquit ne dit pas clairement ce qu'Hélios a pris. Demandez au comptable {what}, "
                "et ne renvoyez rien avant : un retour sur ses mandats, ou un autre acquit, règle la question."
            )


def _told(answer: Answer, remark: str) -> str:
    """Say one remark, what is urgent first of all, and how to close it."""
    loud = URGENT if remark.startswith(URGENT) else ""
    settled = f'Une fois réglé : dematfin flux classer "{answer.name}" --motif "…"'
    return f"{loud}{answer.name} : {remark.removeprefix(URGENT).rstrip('.')}. {settled}"
