"""Finding again a deposit whose answer was lost, or knowing one by its number: its bytes are compared with ours.

S²LOW has no search by name. A search that misses a flow would have it sent again: S²LOW then refuses the twin,
nothing is paid twice.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

import httpx

from dematfin.errors import Refused, UnknownOutcome
from dematfin.tdt import acquits, progress
from dematfin.tdt.calls import NUMBER, Line, Reply
from dematfin.tdt.envelopes import LARGEST_ANSWER
from dematfin.tdt.failures import check_access
from dematfin.tdt.listing import FILE, newest
from dematfin.tdt.statuses import IN_FLIGHT

MOST: Final = 200
"""Deposits looked at in each status, newest first: a lost one is recent."""
XML: Final = b"<?xml"


def find(line: Line, flow: Path, nomfic: str) -> str:
    """Return the number of the transaction that holds exactly our bytes; empty when none does.

    Raises:
        UnknownOutcome: some deposits could not be compared, or there were too many.
    """
    doubt = False
    for status in IN_FLIGHT:
        seen = 0
        for remote_id in newest(line, status, MOST):
            same = _is_ours(line, remote_id, flow, nomfic)
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
    """Say whether a transaction is this flow.

    Raises:
        Refused: S²LOW has no such transaction of ours; UnknownOutcome: nothing of it can be had.
    """
    if NUMBER.fullmatch(remote_id) is None:
        message = f"« {remote_id} » n'est pas un numéro de transaction de S²LOW : des chiffres sont attendus."
        raise Refused(message)
    same = _is_ours(line, remote_id, flow, nomfic)
    if same is None:
        _check_known(line, remote_id)
        message = (
            f"Flux {nomfic} : S²LOW ne donne ni le fichier ni l'acquit de la transaction {remote_id}, rien n'est "
            "comparé. Relancez quand son acquit sera arrivé, ou demandez pour notre compte le droit de la voir."
        )
        raise UnknownOutcome(message)
    return same


def recover(line: Line, remote_id: str, target: Path) -> bool:
    """Write the file of a transaction into `target`; False when S²LOW does not show it to us."""
    if NUMBER.fullmatch(remote_id) is None:
        return False
    with line.download(FILE, LARGEST_ANSWER, id=remote_id) as response, target.open("wb") as sink:
        if response.status_code != httpx.codes.OK:
            check_access(Reply(status=response.status_code, location=response.headers.get("Location", ""), body=b""))
            return False
        received = response.iter_bytes()
        first = next(received, b"")
        sink.writelines(chain((first,), received))
    return XML.startswith(first[: len(XML)])


def _check_known(line: Line, remote_id: str) -> None:
    answer = progress.ask(line, remote_id, f"état de la transaction {remote_id}")
    if answer.refused:
        message = (
            f"S²LOW ne nous montre aucune transaction {remote_id} ({answer.message or 'sans explication'}) : ce numéro "
            "est faux, ou celui d'une autre collectivité. Relevez-le de nouveau sur S²LOW."
        )
        raise Refused(message)


def _is_ours(line: Line, remote_id: str, flow: Path, nomfic: str) -> bool | None:
    """Compare a deposit with our flow; None when S²LOW gives neither its file nor an acquit that would name it."""
    same = _same(line, remote_id, flow)
    if same is None and (named := acquits.answered(line, remote_id)):
        return named == nomfic
    return same


def _same(line: Line, remote_id: str, flow: Path) -> bool | None:
    """Compare a deposit with our file, up to the first difference; None when it cannot be had."""
    with line.download(FILE, LARGEST_ANSWER, id=remote_id) as response, flow.open("rb") as ours:
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
