"""Columns by what they hold."""

from dematfin.domain.report.table import Column, Kind


def text(key: str, title: str) -> Column:
    """A column of words."""
    return Column(key=key, title=title, kind=Kind.TEXT)


def count(key: str, title: str) -> Column:
    """A column of how many."""
    return Column(key=key, title=title, kind=Kind.COUNT)


def euros(key: str, title: str) -> Column:
    """A column of amounts."""
    return Column(key=key, title=title, kind=Kind.EUROS)


def days(key: str, title: str) -> Column:
    """A column of durations."""
    return Column(key=key, title=title, kind=Kind.DAYS)


def number(key: str, title: str) -> Column:
    """A column of means, without a unit."""
    return Column(key=key, title=title, kind=Kind.NUMBER)


def rate(key: str, title: str) -> Column:
    """A column of shares."""
    return Column(key=key, title=title, kind=Kind.RATE)


def day(key: str, title: str) -> Column:
    """A column of dates."""
    return Column(key=key, title=title, kind=Kind.DAY)
