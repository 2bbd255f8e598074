"""A second acquit of one flow: what it says otherwise than the first, in French."""

from collections.abc import Iterable, Iterator

from dematfin.domain.mandat.answers import Anomaly
from dematfin.domain.mandat.verdict import FlowVerdict

SILENT = "rien n'en est dit"


def differences(first: FlowVerdict, second: FlowVerdict) -> tuple[str, ...]:
    """Return what two acquits of one flow do not say alike; the order in which they say it does not count."""
    before, after = dict(_told(first)), dict(_told(second))
    return tuple(
        f"{what} : {before.get(what, SILENT)}, puis {after.get(what, SILENT)}"
        for what in dict.fromkeys((*before, *after))
        if before.get(what) != after.get(what)
    )


def _told(verdict: FlowVerdict) -> Iterator[tuple[str, str]]:
    if verdict.whole:
        yield "flux entier", f"refusé ({_words(verdict.whole)})"
    for exercice, number in sorted(verdict.accepted):
        yield f"bordereau n° {number} de {exercice}", "accepté"
    for exercice, number in sorted(verdict.unclear):
        yield f"bordereau n° {number} de {exercice}", "ni accepté ni refusé clairement"
    for (exercice, number), anomalies in sorted(verdict.refused.items()):
        yield f"bordereau n° {number} de {exercice}", f"refusé ({_words(anomalies)})"
    for key in sorted(verdict.pieces_accepted):
        yield f"pièce {key}", "acceptée"
    for key, anomalies in sorted(verdict.pieces_refused.items()):
        yield f"pièce {key}", f"refusée ({_words(anomalies)})"


def _words(anomalies: Iterable[Anomaly]) -> str:
    return " ; ".join(sorted({_where(one) + (one.text or one.code) for one in anomalies}))


def _where(anomaly: Anomaly) -> str:
    if not anomaly.piece:
        return ""
    return f"mandat n° {anomaly.piece}" + (f", ligne {anomaly.line}" if anomaly.line else "") + " : "
