"""When what we trust ends: the authorities of the configuration, and its lists of revoked certificates."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from dematfin.signature.authorities import authorities_in
from dematfin.signature.certificate import common_name
from dematfin.signature.revocation import configured_list


def of_authorities(paths: tuple[Path, ...]) -> Iterator[tuple[str, date]]:
    """Yield each authority with its last day; raises ConfigError."""
    for one in authorities_in(paths):
        yield common_name(one.subject), one.not_valid_after_utc.date()


def of_lists(paths: Iterable[Path]) -> Iterator[tuple[str, date]]:
    """Yield each list with the day before which the next one is due; raises ConfigError."""
    for path in paths:
        due = configured_list(path).next_update_utc
        if due is not None:
            yield path.name, due.date()
