"""What S²LOW has of ours: it lists numbers, status by status, to archivists only."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import httpx

from dematfin.domain.mandat.deposit import Held
from dematfin.errors import AccessDenied, BadAnswer, ConnectorError, Refused
from dematfin.support.json_object import json_object
from dematfin.tdt import heads
from dematfin.tdt.calls import NUMBER, Line, Reply
from dematfin.tdt.envelopes import LASTING, shown
from dematfin.tdt.failures import body
from dematfin.tdt.statuses import EVERYWHERE, phase, words

PATH: Final = "/modules/helios/api/list_pes_aller.php"
FILE: Final = "/modules/helios/helios_download_file.php"
PAGE: Final = 100
LISTED: Final = 1000
"""Deposits that may be listed at once: the file of each has to be opened."""


def newest(line: Line, status: int, most: int, **days: str) -> Iterator[str]:
    """Yield the numbers of the transactions that are in a status, newest first, `most` at most."""
    for offset in range(0, most, PAGE):
        numbers = _page(line.get(PATH, status_id=status, offset=offset, limit=PAGE, **days))
        yield from numbers[:PAGE]
        if len(numbers) < PAGE:
            return


def check(line: Line) -> None:
    """Try the archivist, who serves only on the day when an answer was lost; raises what is wrong with that account."""
    try:
        _page(line.get(PATH, status_id=EVERYWHERE[0], offset=0, limit=1))
    except ConnectorError as error:
        message = f"Le compte archiviste de la section [s2low] ne peut pas servir. {error}"
        raise type(error)(message) from error


def deposits(line: Line, since: date, until: date | None = None) -> tuple[Held, ...]:
    """List all our transactions that have moved since a day, each with the NomFic that its own file bears.

    The day after `until` bounds the list, lest an instant be compared with the beginning of its day.

    Raises:
        Refused: there are too many; a list that is cut would show flows as missing.
    """
    days = {"min_date": since.isoformat()}
    if until is not None:
        days["max_date"] = (until + timedelta(days=1)).isoformat()
    found: dict[str, int] = {}  # one that moves meanwhile is met again, further on
    for status in EVERYWHERE:
        for remote_id in newest(line, status, LISTED + PAGE, **days):
            found[remote_id] = status
            if len(found) > LISTED:
                message = (
                    f"S²LOW a plus de {LISTED} dépôts depuis le {since:%d/%m/%Y}, trop pour les comparer tous. "
                    "Relancez à partir d'un jour plus récent."
                )
                raise Refused(message)
    return tuple(
        Held(remote_id=remote_id, nomfic=_nomfic(line, remote_id), phase=phase(status), message=words(status, ""))
        for remote_id, status in found.items()
    )


def _nomfic(line: Line, remote_id: str) -> str:
    """Return the NomFic at the head of a deposit, empty when its file cannot be had."""
    root = heads.download(line, FILE, remote_id)
    return "" if root is None else heads.nomfic(root)


def _page(reply: Reply) -> list[str]:
    call = "liste des dépôts"
    if reply.status == httpx.codes.BAD_REQUEST:
        message = (
            "S²LOW refuse la liste des dépôts : le compte archiviste de la section [s2low] n'a pas le rôle ARCH "
            f"({shown(reply.body)})."
        )
        raise AccessDenied(message)
    try:
        numbers = [str(one["id"]) for one in json_object(body(reply, call))["transactions"]]
    except (ValueError, KeyError, TypeError) as error:
        raise BadAnswer(_unreadable(call, reply)) from error
    if not all(map(NUMBER.fullmatch, numbers)):
        raise BadAnswer(_unreadable(call, reply))
    return numbers


def _unreadable(call: str, reply: Reply) -> str:
    return f"S²LOW répond mal à « {call} » : {shown(reply.body)}. {LASTING}"
