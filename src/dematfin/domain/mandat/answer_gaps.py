"""Answers that fit nothing here: unread, refused, of a flow or of a mandat that nobody knows."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from dematfin.domain.reception import Answer, AnswerKind, AnswerState


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGap:
    """One answer that a person must look at, or that the next run will read."""

    name: str
    why: str
    remedy: str
    act: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A mandat of which a retour speaks, and that is none of ours."""

    retour: str
    exercice: int
    bordereau: int
    number: int


def gaps(answers: Iterable[Answer], known: Collection[str], unknown: Iterable[Unknown]) -> Iterator[AnswerGap]:
    """Yield what does not fit; `known` are the NomFic of our flows."""
    for answer in answers:
        if found := _gap(answer, known):
            yield found
    for one in unknown:
        yield AnswerGap(
            name=one.retour,
            why=f"Le comptable parle du mandat n° {one.number} du bordereau n° {one.bordereau} de {one.exercice}, "
            "inconnu ici.",
            remedy="Il vient d'un autre logiciel, ou d'une base restaurée : demandez au comptable ce que c'est.",
        )


def _gap(answer: Answer, known: Collection[str]) -> AnswerGap | None:
    said = " ; ".join(answer.remarks)
    if answer.state is AnswerState.QUARANTINED:
        why = f"Illisible, gardé en quarantaine. {said}".strip()
        return AnswerGap(name=answer.name, why=why, remedy="Transmettez-le à l'exploitant, ou au TdT.")
    if answer.state is AnswerState.DIFFERENT:
        why = f"Un autre acquit a été appliqué au flux {answer.flux}, celui-ci en diffère. {said}".strip()
        remedy = f"Comparez-les (dematfin flux voir {answer.flux}) et demandez au comptable lequel est le bon."
        return AnswerGap(name=answer.name, why=why, remedy=remedy)
    if answer.kind is AnswerKind.ACQUIT and answer.flux not in known:
        why = f"Il répond au flux « {answer.flux} », inconnu ici."
        remedy = "Il vient d'un autre logiciel, ou d'une base restaurée : cherchez qui a déposé ce flux."
        return AnswerGap(name=answer.name, why=why, remedy=remedy)
    if answer.state is AnswerState.STORED:
        return AnswerGap(name=answer.name, why="Reçu, pas encore lu.", remedy="Relancez le suivi (dematfin suivi).")
    return None
