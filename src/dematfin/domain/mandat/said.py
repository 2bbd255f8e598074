"""What the gate or the comptable said of one mandat, as reasons that are kept with it, and in one sentence."""

from collections.abc import Iterable, Iterator
from typing import Final

from dematfin.domain.mandat.answers import Anomaly, RetourLine, RetourPiece
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.observations import observed
from dematfin.domain.mandat.reason import Reason, Speaker

FEW: Final = 3
LINE_STATES: Final = {
    "04": "ligne avec anomalie",
    "05": "rejet que le comptable peut forcer",
    "06": "rejet que le comptable ne peut pas forcer",
    "07": "ligne prise en charge avec anomalie",
    "10": "rejet que le comptable ne peut pas forcer",
    "15": "ligne prise en charge par forçage",
}
"""EtatLigPce that tell more than the state of the mandat."""


def gate_reasons(anomalies: Iterable[Anomaly], mandat: Mandat) -> tuple[Reason, ...]:
    """Return why the gate refused a mandat: what it says of it, of its bordereau and of the flow.

    When it only speaks of other mandats of the bordereau, the one reason names those, without any domain.
    """
    told = tuple(anomalies)
    own = dict.fromkeys(_of_gate(one) for one in told if one.piece in {0, mandat.number})
    if own:
        return tuple(own)
    return (Reason(speaker=Speaker.GATE, text=_because_of(told), shared=True),)


def retour_reasons(piece: RetourPiece) -> tuple[Reason, ...]:
    """Return what the comptable said of a mandat, and of its lines where they tell more."""
    own = [Reason(speaker=Speaker.COMPTABLE, code=code) for code in piece.reasons]
    if piece.comment:
        own.append(Reason(speaker=Speaker.COMPTABLE, text=piece.comment))
    lines = (reason for line in piece.lines for reason in _of_line(piece, line))
    return tuple(dict.fromkeys((*own, *lines)))


def sentence(reasons: Iterable[Reason]) -> str:
    """Say reasons in one line, each once; empty when there is none."""
    return " ; ".join(dict.fromkeys(filter(None, map(_words, reasons))))


def reasons_of(anomalies: Iterable[Anomaly]) -> str:
    """Say in one line why the gate refused a bordereau or a document, each reason once."""
    return " ; ".join(dict.fromkeys(one.text or one.code for one in anomalies)) or "sans explication"


def _of_gate(anomaly: Anomaly) -> Reason:
    return Reason(
        speaker=Speaker.GATE,
        code=anomaly.code,
        text=anomaly.text,
        domain=anomaly.domain,
        line=anomaly.line if anomaly.piece else 0,
        shared=not anomaly.piece,
    )


def _of_line(piece: RetourPiece, line: RetourLine) -> Iterator[Reason]:
    for code in line.reasons:
        if code not in piece.reasons:
            yield Reason(speaker=Speaker.COMPTABLE, code=code, line=line.number)
    for text in (LINE_STATES.get(line.state, ""), line.comment):
        if text and text != piece.comment:
            yield Reason(speaker=Speaker.COMPTABLE, text=text, line=line.number)


def _because_of(anomalies: Iterable[Anomaly]) -> str:
    numbers = list(dict.fromkeys(one.piece for one in anomalies))
    if not numbers:
        return "son bordereau est refusé"
    named = ", ".join(f"n° {number}" for number in numbers[:FEW]) + (", …" if len(numbers) > FEW else "")
    return f"son bordereau est refusé à cause d'un autre mandat ({named})"


def _words(reason: Reason) -> str:
    if reason.speaker is Speaker.COMPTABLE and reason.code:
        return observed(reason.code).why
    return reason.text or reason.code
