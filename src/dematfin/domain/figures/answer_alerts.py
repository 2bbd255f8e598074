"""Answers of Hélios and of the comptable that need somebody: those that contradict others come first."""

import shlex
from collections.abc import Iterator

from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.mandat.flux import AcquitSummary


def of_answers(held: Holdings) -> Iterator[str]:
    """Yield what answers leave to be seen to; each begins with the name by which a person closes it."""
    unseen = [one for one in held.answers if not one.seen]
    for answer in sorted(unseen, key=lambda one: not any("URGENT" in remark for remark in one.remarks)):
        yield from (f"{answer.name} : {remark} {_close(answer.name)}" for remark in answer.remarks)
    for mandat in held.mandats:
        if mandat.doubt and not mandat.doubt_seen:
            yield f"Mandat {mandat.id} (n° {mandat.number}) : {mandat.doubt} {_close(mandat.id)}"
    for flux in held.flux:
        if flux.acquit is AcquitSummary.UNCLEAR:
            what = f"s'il a bien le bordereau {', '.join(flux.bordereaux)}" if flux.bordereaux else "s'il a ses pièces"
            yield (
                f"Flux {flux.id} : son acquit ne dit pas clairement ce qu'Hélios a pris. Demandez au comptable {what}, "
                "et ne renvoyez rien avant : un retour sur ses mandats, ou un autre acquit, règle la question ; sinon "
                f'dematfin flux constater {flux.id} --accepte (ou --refuse) --motif "…"'
            )


def _close(name: str) -> str:
    return f'Une fois vu : dematfin flux constater {shlex.quote(name)} --vu --motif "…"'
