"""The statements that find records, each worked out once for its way of asking: what is sought is told when it runs."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, TypeAlias

from sqlalchemy import Column, ColumnElement, Select, Table, bindparam, select

from dematfin.ports.ledger import All, Between, Ending, Holding

LISTS: Final = (tuple, list, set, frozenset)
LONGEST_LIST: Final = 500
"""Values of one `IN`: engines limit the number of parameters of a statement."""
Asked: TypeAlias = tuple[Select[Any], dict[str, object]]
"""A statement, and the values to run it with."""


def queries(table: Table, where: dict[str, object]) -> Iterator[Asked]:
    """Yield what finds the rows of a table that match; a long list is cut in several, an empty one finds nothing."""
    lists = {name: list(dict.fromkeys(wanted)) for name, wanted in where.items() if isinstance(wanted, LISTS)}
    if not all(lists.values()):
        return
    plain = {name: wanted for name, wanted in (where | lists).items() if is_plain(wanted)}
    query = _asking(table, tuple((name, name in lists) for name in plain))
    for name, wanted in where.items():
        if name not in plain:
            query = query.where(*satisfied(table.c[name], wanted))
    if not lists:
        yield query, plain
        return
    longest = max(lists, key=lambda name: len(lists[name]))
    for start in range(0, len(lists[longest]), LONGEST_LIST):
        yield query, plain | {longest: lists[longest][start : start + LONGEST_LIST]}


def is_exact(wanted: object) -> bool:
    """Say whether few rows match, as far as one can tell from the asking."""
    if isinstance(wanted, All):
        return any(map(is_exact, wanted.wishes))
    return not isinstance(wanted, (Between, Holding, Ending))


def is_plain(wanted: object) -> bool:
    """Say whether what is sought may be told to a statement that is ready."""
    return wanted is not None and not isinstance(wanted, (All, Between, Holding, Ending))


@cache
def _asking(table: Table, names: tuple[tuple[str, bool], ...]) -> Select[Any]:
    """Return what reads the attributes of a kind where columns hold a value, or one of several."""
    attributes = select(*(column for column in table.c if column.name != "collectivite"))
    return attributes.where(*(_told(table.c[name], several=several) for name, several in names))


def _told(column: Column[Any], *, several: bool) -> ColumnElement[bool]:
    return column.in_(bindparam(column.name, expanding=True)) if several else column == bindparam(column.name)


def satisfied(column: ColumnElement[Any], wanted: object) -> Iterator[ColumnElement[bool]]:
    """Yield what a column must satisfy."""
    match wanted:
        case All():
            for one in wanted.wishes:
                yield from satisfied(column, one)
        case Between():
            yield from _bounds(column, wanted)
        case Holding():
            yield column.contains(wanted.text, autoescape=True)
        case Ending():
            yield column.endswith(wanted.text, autoescape=True)
        case tuple() | list() | set() | frozenset():
            yield column.in_(list(wanted))
        case _:
            yield column == wanted


def _bounds(column: ColumnElement[Any], wanted: Between) -> Iterator[ColumnElement[bool]]:
    if wanted.low is not None:
        yield column >= wanted.low
    if wanted.high is not None:
        yield column <= wanted.high
