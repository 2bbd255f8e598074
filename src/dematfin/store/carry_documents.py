"""The documents that the books of a collectivité name, carried from a place to another and read again there."""

import hashlib
from collections.abc import Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from dematfin.domain.document import DocumentRef
from dematfin.errors import ComeBackLater, DocumentError
from dematfin.ports.documents import Documents
from dematfin.store.gone import eliminated
from dematfin.store.naming import named
from dematfin.support.refusals import reason

SIDE_BY_SIDE: Final = 100
THREADS: Final = 8
CHUNK: Final = 1024 * 1024


@dataclass(slots=True, kw_only=True)
class Carried:
    """How many documents are in their new place, and how large they are together."""

    count: int = 0
    size: int = 0


def carry_documents(connection: Connection, collectivite: str, here: Documents, there: Documents) -> Carried:
    """Bring each document that is named, unless it is there already or was eliminated; read each one again there.

    Raises:
        DocumentError: one is missing or is not what its name says.
        ComeBackLater: a place does not answer, or a disk refuses.
    """
    carried = Carried()
    gone = eliminated(connection, collectivite)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="copie") as threads:
        for some in _groups(named(connection, collectivite)):
            try:
                list(threads.map(partial(_carry, here, there, gone), some))
            except OSError as error:
                message = (
                    "Un document ne se lit pas dans l'ancien stockage, ou ne s'écrit pas dans le nouveau : "
                    f"{reason(error)}. Mettez-y bon ordre puis relancez ; rien n'a été déplacé."
                )
                raise ComeBackLater(message) from error
            carried.count += len(some)
            carried.size += sum(one.size for one in some)
    return carried


def is_sound(documents: Documents, ref: DocumentRef) -> bool:
    """Say whether a document is in a place, and is what its name says."""
    digest = hashlib.sha256()
    try:
        with documents.open(ref) as source:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
    except DocumentError:
        return False
    return digest.hexdigest() == ref.sha256


def _carry(here: Documents, there: Documents, gone: Container[str], ref: DocumentRef) -> None:
    if is_sound(there, ref) or (ref.sha256 in gone and not is_sound(here, ref)):
        return
    with here.open(ref) as source:
        data = source.read()
    if hashlib.sha256(data).hexdigest() != ref.sha256:
        raise DocumentError(_spoilt(ref, "l'ancien", "Remettez-le depuis la dernière sauvegarde"))
    there.put(data)
    if not is_sound(there, ref):
        raise DocumentError(_spoilt(ref, "le nouveau", "Retirez-le de là"))


def _spoilt(ref: DocumentRef, place: str, remedy: str) -> str:
    return (
        f"Le document {ref.sha256[:12]}… n'est pas ce que son nom dit dans {place} stockage : il y a été abîmé. "
        f"{remedy} puis relancez ; rien n'a été déplacé."
    )


def _groups(refs: Iterator[DocumentRef]) -> Iterator[tuple[DocumentRef, ...]]:
    while some := tuple(islice(refs, SIDE_BY_SIDE)):
        yield some
