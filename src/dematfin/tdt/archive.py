"""Finding again a deposit whose answer was lost: S²LOW has no search by name, only lists of numbers for archivists.

A search that misses a flow would have it sent again: S²LOW then refuses the twin, nothing is paid twice.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

import httpx

from dematfin.errors import AccessDenied, BadAnswer, Refused, UnknownOutcome
from dematfin.ports.transmitter import Held
from dematfin.tdt.calls import Line, Reply
from dematfin.tdt.envelopes import LASTING, shown
from dematfin.tdt.failures import body, check_access
from dematfin.tdt.statuses import EVERYWHERE, IN_FLIGHT, phase

LIST: Final = "/modules/helios/api/list_pes_aller.php"
FILE: Final = "/modules/helios/helios_download_file.php"
PAGE: Final = 100
MOST: Final = 200
"""Deposits looked at in each status, newest first: a lost one is recent."""
XML: Final = b"<?xml"
HEAD: Final = 8192
NOMFIC: Final = re.compile(rb"<NomFic\s+V\s*=\s*[\"']([^\"'<>]{1,100})[\"']")
NUMBER: Final = re.compile("[0-9]{1,18}")


def find(line: Line, flow: Path, nomfic: str) -> str:
    """Return the number of the transaction that holds exactly our bytes; empty when none does.

    Raises:
        UnknownOutcome: some deposits could not be compared, or there were too many.
    """
    doubt = False
    for status in IN_FLIGHT:
        seen = 0
        for remote_id in _newest(line, status):
            same = _same(line, remote_id, flow)
            if same:
                return remote_id
            doubt = doubt or same is None
            seen += 1
        doubt = doubt or seen >= MOST
    if doubt:
        message = f"Flux {nomfic} : tous les dépôts n'ont pas pu être comparés, on ne sait pas s'il est sur S²LOW."
        raise UnknownOutcome(message)
    return ""


def confirm(line: Line, remote_id: str, flow: Path, nomfic: str) -> bool:
    """Say whether a transaction holds exactly our bytes.

    Raises:
        Refused: what was given is no transaction number.
        UnknownOutcome: its file cannot be had.
    """
    if NUMBER.fullmatch(remote_id) is None:
        message = f"« {remote_id} » n'est pas un numéro de transaction de S²LOW : des chiffres sont attendus."
        raise Refused(message)
    same = _same(line, remote_id, flow)
    if same is None:
        message = f"Flux {nomfic} : S²LOW ne donne pas le fichier de la transaction {remote_id}, rien n'est comparé."
        raise UnknownOutcome(message)
    return same


def deposits(line: Line, since: date) -> tuple[Held, ...]:
    """List our transactions since a day, newest first in each status; each NomFic is read in its own file."""
    return tuple(
        Held(remote_id=remote_id, nomfic=_nomfic(line, remote_id), phase=phase(status))
        for status in EVERYWHERE
        for remote_id in _newest(line, status, min_date=since.isoformat())
    )


def _nomfic(line: Line, remote_id: str) -> str:
    """Return the NomFic at the head of a deposit, empty when its file cannot be had: the rest is not downloaded."""
    with line.download(FILE, id=remote_id) as response:
        head = next(response.iter_bytes(HEAD), b"") if response.status_code == httpx.codes.OK else b""
    found = NOMFIC.search(head)
    return found[1].decode("iso-8859-1") if found else ""


def _newest(line: Line, status: int, **days: str) -> Iterator[str]:
    for offset in range(0, MOST, PAGE):
        numbers = _page(line.get(LIST, status_id=status, offset=offset, limit=PAGE, **days))
        yield from numbers
        if len(numbers) < PAGE:
            return


def _page(reply: Reply) -> list[str]:
    call = "liste des dépôts"
    if reply.status == httpx.codes.BAD_REQUEST:
        message = "S²LOW refuse la liste des dépôts : le compte archiviste de la section [s2low] n'a pas le rôle ARCH."
        raise AccessDenied(message)
    try:
        numbers = [str(one["id"]) for one in json.loads(body(reply, call))["transactions"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadAnswer(_unreadable(call, reply)) from error
    if not all(map(NUMBER.fullmatch, numbers)):
        raise BadAnswer(_unreadable(call, reply))
    return numbers


def _unreadable(call: str, reply: Reply) -> str:
    return f"S²LOW répond mal à « {call} » : {shown(reply.body)}. {LASTING}"


def _same(line: Line, remote_id: str, flow: Path) -> bool | None:
    """Compare a deposit with our file, up to the first difference; None when it cannot be had."""
    with line.download(FILE, id=remote_id) as response, flow.open("rb") as ours:
        if response.status_code != httpx.codes.OK:
            check_access(Reply(status=response.status_code, location=response.headers.get("Location", ""), body=b""))
            return None
        return _equal(response.iter_bytes(), ours)


def _equal(received: Iterator[bytes], ours: BinaryIO) -> bool | None:
    """Compare chunk by chunk; what does not begin like XML is a page in place of the file, and what ends before
    our own end may have been cut."""
    first = next(received, b"")
    if not XML.startswith(first[: len(XML)]):
        return None
    if any(ours.read(len(chunk)) != chunk for chunk in chain((first,), received)):
        return False
    return None if ours.read(1) else True
