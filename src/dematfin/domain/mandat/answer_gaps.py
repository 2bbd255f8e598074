"""Answers that fit nothing here: unread, refused, of a flow or of a mandat that nobody knows."""

from collections import Counter
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
    """A mandat of which a retour speaks, and that is none of ours; `usual`: its finance software sends others too."""

    retour: str
    exercice: int
    bordereau: int
    number: int
    usual: bool = False


def gaps(answers: Iterable[Answer], known: Collection[str], unknown: Iterable[Unknown]) -> Iterator[AnswerGap]:
    """Yield what does not fit; `known` are the NomFic of our flows."""
    for answer in answers:
        if found := _gap(answer, known):
            yield found
    listed = list(unknown)
    for retour, count in Counter(one.retour for one in listed if one.usual).items():
        yield AnswerGap(name=retour, why=strangers_words(count), remedy="Rien à faire.", act=False)
    for one in (other for other in listed if not other.usual):
        yield AnswerGap(
            name=one.retour,
            why=f"Le comptable parle du mandat n° {one.number} du bordereau n° {one.bordereau} de {one.exercice}, "
            "inconnu ici.",
            remedy="Il vient d'un autre logiciel, ou d'une base restaurée : demandez au comptable ce que c'est.",
        )


def strangers_words(count: int) -> str:
    """Say how many mandats of a finance software never came here: payroll of before, flows sent by another way."""
    return (
        f"le comptable y parle aussi de {count} mandat{'s' * (count > 1)} que le logiciel financier lui a envoyé"
        f"{'s' * (count > 1)} sans passer par dematfin."
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
