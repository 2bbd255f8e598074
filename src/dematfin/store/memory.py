"""What a transaction that writes knows: records that it has read, and those that it will write, many together.

Writers of one collectivité come one after the other: what one of them has read, nobody changes meanwhile.
"""

from collections.abc import Iterable
from typing import Any, Final, TypeVar

from dematfin.ports.ledger import Record
from dematfin.store.queries import LISTS, LONGEST_LIST, is_plain

R = TypeVar("R", bound=Record)
Where = dict[str, object]
Answers = dict[frozenset[tuple[str, object]], tuple[Any, ...]]
MOST: Final = 500
"""Answers of one kind that are looked through when one of its records is saved."""


class Memory:
    """Records of one transaction by kind and id, and what was answered when they were asked for."""

    def __init__(self) -> None:
        self._stored: dict[type[Any], dict[object, Any]] = {}
        self._saved: dict[type[Any], dict[object, Any]] = {}
        self._answers: dict[type[Any], Answers] = {}

    def seen(self, record: R) -> R:
        """Return what is known under the id of a record that the base has shown: the same one each time."""
        known: R = self._stored.setdefault(type(record), {}).setdefault(record.id, record)
        return known

    def answer(self, kind: type[R], where: Where) -> tuple[R, ...] | None:
        """Return what `find` is to return, or None when only the base knows."""
        lists = [name for name, wanted in where.items() if isinstance(wanted, LISTS)]
        if not lists:
            return self._answer(kind, where)
        if len(lists) > 1:
            return None
        found: dict[str, R] = {}
        for value in _values(where[lists[0]]):
            answer = self._answer(kind, where | {lists[0]: value})
            if answer is None:
                return None
            found |= {record.id: record for record in answer}
        return tuple(found[key] for key in sorted(found))

    def learn(self, kind: type[R], where: Where, found: tuple[R, ...]) -> None:
        """Remember what the base has answered; a list answers for each of its values."""
        answers = self._answers.setdefault(kind, {})
        lists = [name for name, wanted in where.items() if isinstance(wanted, LISTS)]
        if not lists:
            answers[frozenset(where.items())] = found
        elif len(lists) == 1 and None not in (values := _values(where[lists[0]])) and len(values) <= LONGEST_LIST:
            each: dict[object, list[R]] = {value: [] for value in values}
            for record in found:
                each.setdefault(getattr(record, lists[0]), []).append(record)
            answers |= {frozenset((where | {lists[0]: value}).items()): tuple(few) for value, few in each.items()}

    def save(self, record: Record) -> None:
        """Keep a record, to be written; what was answered before holds unless it was about this one."""
        kind = type(record)
        answers, before = self._answers.get(kind, {}), self._known(kind, record.id)
        if len(answers) > MOST:
            answers.clear()
        for asked in [one for one in answers if _may_match(record, one) or (before and _may_match(before, one))]:
            del answers[asked]
        self._saved.setdefault(kind, {})[record.id] = record

    def unwritten(self, kind: type[Any]) -> list[tuple[Any, Any]]:
        """Return the records of a kind that were saved since the last time, each with what the base has, or None."""
        stored, saved = self._stored.setdefault(kind, {}), self._saved.pop(kind, {})
        pairs = [(stored.get(key), record) for key, record in saved.items()]
        stored |= saved
        return pairs

    @property
    def waiting(self) -> tuple[type[Any], ...]:
        """The kinds of which something is to be written."""
        return tuple(self._saved)

    def _answer(self, kind: type[Any], where: Where) -> tuple[Any, ...] | None:
        known = self._known(kind, where.get("id", ""))
        if known is not None and all(map(is_plain, where.values())):
            return (known,) if _may_match(known, where.items()) else ()
        return self._answers.get(kind, {}).get(frozenset(where.items()))

    def _known(self, kind: type[Any], key: object) -> Any:
        return self._saved.get(kind, {}).get(key) or self._stored.get(kind, {}).get(key)


def _values(wanted: Any) -> tuple[object, ...]:
    return tuple(dict.fromkeys(wanted))


def _may_match(record: Record, asked: Iterable[tuple[str, object]]) -> bool:
    """Say whether a record has the values that were asked for, as far as values alone can tell."""
    return all(getattr(record, name) == wanted for name, wanted in asked if is_plain(wanted))
