"""One timeline: what happened to an invoice, a mandat, a bordereau or a flow, whoever did it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from dematfin.domain import labels
from dematfin.domain.editor.editor_flow import EDITOR_FLOW_MACHINE
from dematfin.domain.event import Event, Subject
from dematfin.domain.mandat.attempt import ATTEMPT, Attempt
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.reception import Answer, AnswerState

TOGETHER: Final = timedelta(minutes=1)
"""What one run does to several mandats, or says by two records, lies closer than that."""
FEW: Final = 3
"""Mandats that a line names."""
NEIGHBOURS: Final = {"dgfip": "DGFiP", "chorus": "Chorus Pro", "parapheur": "i-Parapheur"}
TDT: Final = "TdT"
UNSETTLED: Final = {
    AnswerState.STORED: "reçu, à lire au prochain suivi",
    AnswerState.QUARANTINED: "reçu mais illisible, gardé en quarantaine",
    AnswerState.DIFFERENT: "reçu, différent de celui qui a été appliqué : gardé, non appliqué",
}
WORDS: Final[Mapping[str, str]] = {
    str(code): words
    for table in (EDITOR_FLOW_MACHINE.words, labels.REMOTE, labels.INVOICE, labels.MANDAT, labels.FLUX, labels.FOLDER)
    for code, words in table.items()
}
"""A state in French, whatever it is the state of; where a code is shared, the last one speaks."""
NUMBER: Final = re.compile(r"^mandat n° \d+, ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line.

    Attributes:
        who: a person's id, `service`, or the neighbour that said it.
        keys: what it happened to, one or several things of one kind.
        times: how often it was said, one after the other; `until`: the last time.
    """

    at: datetime
    who: str
    subject: Subject
    keys: tuple[str, ...]
    what: str
    times: int = 1
    until: datetime

    @property
    def about(self) -> str:
        """What it happened to, in words."""
        if len(self.keys) == 1:
            return f"{self.subject} {self.keys[0]}"
        named = ", ".join(self.keys[:FEW]) + ("…" if len(self.keys) > FEW else "")
        return f"{len(self.keys)} {self.subject}s ({named}) :"  # only mandats are told together


def timeline(
    events: Iterable[Event], attempts: Sequence[Attempt] = (), answers: Iterable[Answer] = ()
) -> tuple[Moment, ...]:
    """Return what happened, oldest first, each thing once.

    The journal's own order is kept where instants are equal.
    """
    told = tuple(events)
    begun = {index: one for one in attempts if (index := _beginning(one, told)) is not None}
    moments = [_begun(begun[index]) if index in begun else _event(one) for index, one in enumerate(told)]
    moments += [_begun(one) for one in attempts if one not in begun.values()]
    moments += [moment for one in attempts for moment in _ended(one, told)]
    moments += [_answer(one) for one in answers if one.state in UNSETTLED]
    return tuple(_gathered(_folded(sorted(moments, key=lambda one: one.at))))


def _event(event: Event) -> Moment:
    became = "" if event.before == event.after else WORDS.get(event.after, event.after)
    what = " : ".join(filter(None, (became, event.motif)))
    return Moment(
        at=event.at, who=_who(event), subject=event.subject, keys=(event.subject_id,), what=what, until=event.at
    )


def _who(event: Event) -> str:
    """The TdT's own words are written down by whoever asked for them."""
    silent = event.before == event.after == FluxState.TRANSMITTED
    if event.subject is Subject.FLUX and (silent or event.after == FluxState.REFUSED_BY_TDT):
        return TDT
    return NEIGHBOURS.get(event.by, event.by)


def _beginning(attempt: Attempt, events: Sequence[Event]) -> int | None:
    """Return the place of the event that says no more than the attempt which it began."""
    for index, one in enumerate(events):
        near = one.subject_id == attempt.flux and abs(attempt.started_at - one.at) < TOGETHER
        if near and one.after == FluxState.SENDING:
            return index
    return None


def _begun(attempt: Attempt) -> Moment:
    what = f"dépôt n° {attempt.number} commencé, {attempt.size} octets, vers {attempt.transmitter}"
    return _of_flux(attempt.started_at, attempt.by, attempt.flux, what)


def _ended(attempt: Attempt, events: Sequence[Event]) -> Iterator[Moment]:
    if (ended := attempt.ended_at) is None:
        return
    if not any(
        one.subject_id == attempt.flux and abs(one.at - ended) < TOGETHER and one.after != FluxState.SENDING
        for one in events
    ):
        number = f" sous le n° {attempt.remote_id}" if attempt.remote_id else ""
        said = f". {attempt.message}" if attempt.message else ""
        what = f"dépôt n° {attempt.number} : {ATTEMPT[attempt.state]}{number}{said}"
        yield _of_flux(ended, TDT, attempt.flux, what)


def _answer(answer: Answer) -> Moment:
    remarks = " ; ".join(answer.remarks)
    what = f"{answer.kind.lower()} « {answer.name} » {UNSETTLED[answer.state]}" + (f". {remarks}" if remarks else "")
    return _of_flux(answer.received_at, TDT, answer.flux, what)


def _of_flux(at: datetime, who: str, flux: str, what: str) -> Moment:
    return Moment(at=at, who=who, subject=Subject.FLUX, keys=(flux,), what=what, until=at)


def _folded(moments: Iterable[Moment]) -> Iterator[Moment]:
    """Say once what was said again of the same thing with nothing between."""
    last: dict[tuple[Subject, tuple[str, ...]], int] = {}
    kept: list[Moment] = []
    for one in moments:
        place = last.get((one.subject, one.keys))
        if place is not None and (kept[place].what, kept[place].who) == (one.what, one.who):
            kept[place] = replace(kept[place], times=kept[place].times + 1, until=one.at)
        else:
            last[one.subject, one.keys] = len(kept)
            kept.append(one)
    yield from kept


def _gathered(moments: Iterable[Moment]) -> Iterator[Moment]:
    """Say in one line what happened to several mandats at once."""
    last: dict[tuple[str, str, int], int] = {}
    kept: list[tuple[Moment, dict[str, None]]] = []
    for one in moments:
        key = (one.who, _without_number(one), one.times)
        place = last.get(key) if one.subject is Subject.MANDAT else None
        if place is not None and one.at - kept[place][0].at < TOGETHER and one.keys[0] not in kept[place][1]:
            kept[place][1].update(dict.fromkeys(one.keys))
        else:
            last[key] = len(kept)
            kept.append((one, dict.fromkeys(one.keys)))
    for one, keys in kept:
        alone = len(keys) == len(one.keys)
        yield one if alone else replace(one, keys=tuple(keys), what=_without_number(one))


def _without_number(moment: Moment) -> str:
    head, colon, rest = moment.what.partition(" : ")
    return f"{head}{colon}{NUMBER.sub('', rest)}"
