"""What paper needs somebody for."""

from collections.abc import Iterable, Iterator

from dematfin.domain.paper.batch import Batch, BatchState
from dematfin.domain.paper.capture import Capture, CaptureState


def of_batches(batches: Iterable[Batch]) -> Iterator[str]:
    """Yield a sentence for each batch put aside."""
    for batch in batches:
        if batch.state is BatchState.HELD:
            doubt = " ".join(finding.sentence for finding in batch.remarks)
            yield f"{batch.label} à vérifier : {doubt} Décidez (numerisation a-verifier)."
        elif batch.state is BatchState.QUARANTINED:
            yield f"{batch.label} en quarantaine : {batch.error}"
        elif batch.state is BatchState.DUPLICATE:
            yield f"{batch.label} : même fichier que le lot {batch.twin}. Écartez-le (numerisation ecarter)."


def of_captures(captures: Iterable[Capture]) -> Iterator[str]:
    """Yield a sentence for documents to confirm, and one for those to enter."""
    waiting = list(captures)
    for one in waiting:
        if one.state is CaptureState.TO_CONFIRM:
            yield f"Document {one.id} (lot {one.batch}) : {one.reason} (numerisation saisir)."
    if to_enter := sum(1 for one in waiting if one.state is CaptureState.TO_ENTER):
        yield f"{to_enter} document{'s' * (to_enter > 1)} papier à saisir (numerisation saisir)."
