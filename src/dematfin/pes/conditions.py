"""What an editor's flow must have, and must not have yet, before anything is put into it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NoReturn

from dematfin.domain.editor.completion import Completion, MandatKey
from dematfin.errors import InvalidPes
from dematfin.pes.places import Element, Mandat, Places


def check(name: str, places: Places, completion: Completion) -> None:
    """Refuse a flow in which a completion has no place, or is already; raises InvalidPes."""
    for reason in _reasons(places, completion):
        refuse(name, reason)


def refuse(name: str, reason: str) -> NoReturn:
    """Refuse a flow, by its name."""
    message = f"Flux {name} : {reason}. Rien n'a été écrit."
    raise InvalidPes(message)


def _reasons(places: Places, completion: Completion) -> Iterator[str]:
    if completion.nomfic:
        yield from _once("NomFic", places.nomfics)
    if completion.dematerialised:
        yield from _once("EnTeteDepense", places.headers)
    if completion.carried and (places.prefix is None or len(places.holders) > 1):
        yield "on ne sait où mettre les pièces jointes (PES_PJ). Exportez-le de nouveau du logiciel financier"
    yield from _mandats(places, completion)
    yield from _identifiers(places, completion)


def _once(tag: str, found: list[int] | list[Element]) -> Iterator[str]:
    if len(found) != 1:
        times = "manque" if not found else "est donné plusieurs fois"
        yield f"{tag} {times}. Exportez-le de nouveau du logiciel financier"


def _mandats(places: Places, completion: Completion) -> Iterator[str]:
    """Each mandat that gets a reference is there, once, and does not have it."""
    found: dict[MandatKey, list[Mandat]] = {}
    for one in places.mandats:
        if (key := one.key) is not None:
            found.setdefault(key, []).append(one)
    for key, pieces in completion.references.items():
        known = found.get(key, [])
        if len(known) != 1 or known[0].place < 0:
            times = "est introuvable dans le flux" if not known else "y est donné plusieurs fois"
            yield f"{_named(key)} {times}, ses pièces ne peuvent pas y être jointes"
            continue
        for double in _twice((*known[0].references, *(piece.id for piece in pieces)), {piece.id for piece in pieces}):
            yield f"{_named(key)} : il se réfère déjà à la pièce {double}"


def _identifiers(places: Places, completion: Completion) -> Iterator[str]:
    """What is carried brings identifiers that nothing of the flow uses."""
    ids = [piece.id for piece in completion.carried]
    for double in _twice(ids, set(ids)):
        yield f"la pièce {double} y serait mise deux fois"
    for one in ids:
        if one in places.carried or one in places.referred:
            yield (
                f"l'identifiant {one} y désigne déjà une autre pièce. Donnez un autre identifiant à celle qui est "
                "ajoutée"
            )


def _twice(ids: Iterable[str], among: set[str]) -> Iterator[str]:
    return (one for one, count in Counter(ids).items() if count > 1 and one in among)


def _named(key: MandatKey) -> str:
    _, exercice, bordereau, number = key
    return f"mandat {number} du bordereau {bordereau} de {exercice}"
