"""What an acquit and a retour have in common: read as they come, judged by the schemas unless they are very large."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from dematfin.errors import InvalidPes
from dematfin.pes.validate import Schemas
from dematfin.support.xml import MEBIBYTE, local_name, stream_bytes

LARGEST_ANSWER: Final = 150 * MEBIBYTE
"""A TdT hands back nothing larger."""
LARGEST_KEPT: Final = 32 * MEBIBYTE
"""Beyond, what was read is let go at once: the whole tree would take ten times the size of the file in memory."""
OF_A_RETOUR: Final = "pes_acquit_retour"
NAMES: Final = {"acquit": "l'acquit", "retour": "le retour"}


def elements(data: bytes, what: str, names: Sequence[str]) -> Iterator[Any]:
    """Yield the elements of these local names as their end is read, then the root."""
    for element in stream_bytes(data, what, [f"{{*}}{name}" for name in names], LARGEST_ANSWER):
        yield element
        if len(data) > LARGEST_KEPT and element.getparent() is not None:
            element.clear()


def root_of(root: Any, what: str, roots: frozenset[str]) -> None:
    """Raise InvalidPes when the local name of a root is none of `roots` (in lower case)."""
    name = local_name(root)
    if name.lower() in roots:
        return
    if name.lower() == OF_A_RETOUR:
        message = (
            f"{what} : c'est l'accusé qu'une collectivité adresse à Hélios pour un retour (PES_ACQUIT_RETOUR). "
            "Il ne dit rien à la collectivité : il n'y a rien à en faire."
        )
        raise InvalidPes(message)
    message = f"{what} : ce fichier XML n'en est pas un (racine « {name} »)."
    raise InvalidPes(message)


def judged(kind: str, root: Any, data: bytes, schemas: Schemas) -> Iterator[str]:
    """Say what the schemas refuse of an answer, which is read all the same."""
    if len(data) > LARGEST_KEPT:
        yield f"{NAMES[kind]} est trop gros pour être comparé à son schéma ; il a été lu en entier."
        return
    for refusal in schemas.refusals(kind, root.getroottree())[:1]:
        yield f"{NAMES[kind]} n'est pas conforme à son schéma ({refusal}) ; il a été lu quand même."
