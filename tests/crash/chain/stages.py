"""Towns at several stages of the chain, made once: each is the one before, a day further."""

import gc
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from crash.campaign.beside import served
from crash.campaign.children import fork
from crash.campaign.clerk import Clerk, stranger
from crash.chain.days import finish, quiet
from crash.chain.judge import judge
from crash.chain.parts import PARTS
from crash.chain.people import People
from crash.chain.place import HERE, Place, at
from crash.chain.quick import quickly
from dematfin.demo.mail import _sides
from dematfin.sandbox.copier import Settings, scan
from dematfin.steps.capture import capture
from dematfin.steps.control import control
from dematfin.steps.intake import intake
from dematfin.steps.parapheur import parapheur
from dematfin.steps.prepare import prepare
from dematfin.steps.slips import slips
from dematfin.steps.tell import tell
from dematfin.steps.transmit import transmit
from dematfin.steps.visa import visa

COPIER: Final = Settings(dpi=100)


def _opened(people: People) -> None:
    play = people.place.play(people.app)
    list(play.set_up())
    (letter,) = play.story.data["papiers"]
    sides = list(_sides(people.app, people.agent, play.story, letter))
    (people.place.root / "papier" / "copieur" / "scan0001.pdf").write_bytes(scan(sides, COPIER))


def _received(people: People) -> None:
    people.steps(intake, capture)
    people.enters()


def _controlled(people: People) -> None:
    people.step(control)
    people.sends_back()


def _to_certify(people: People) -> None:
    people.steps(visa, parapheur)


def _certified(people: People) -> None:
    people.certifies()
    people.decides_there()
    people.steps(parapheur, slips)


def _prepared(people: People) -> None:
    people.steps(tell, prepare)


STAGES: Final[Mapping[str, Callable[[People], None]]] = {
    "ouvert": _opened,
    "reçu": _received,
    "contrôlé": _controlled,
    "à viser": _to_certify,
    "visé": _certified,
    "préparé": _prepared,
    "signé": People.signs,
    "transmis": lambda people: people.step(transmit),
}


def lived(root: Path) -> dict[str, Place]:
    """Make all towns, each in a child; return them by their stage."""
    root.mkdir(parents=True, exist_ok=True)
    quiet()
    stranger()
    quickly()
    made: dict[str, Place] = {}
    before: Path | None = None
    for name, work in STAGES.items():
        place = at(root / name)
        if before:
            shutil.copytree(before, place.root)
        else:
            fork(place.found, root / "erreur.txt").end()
        place.describe_parapheur()
        with served(place, (), mandates):  # type: ignore[arg-type]
            place.settle(HERE)
            fork(lambda work=work, place=place: work(People(place, place.app())), root / "erreur.txt").end()  # type: ignore[misc]
        (place.sandbox / "ports.json").unlink()
        made[name], before = place, place.root
    _warm(made, root)
    gc.freeze()  # what is shared with children is not copied for the sake of counting it
    return made


def _warm(made: Mapping[str, Place], root: Path) -> None:
    """Do all once in this process: its children are born knowing how."""
    place = at(root / "essai")
    shutil.copytree(made["ouvert"].root, place.root)
    place.describe_parapheur()
    with served(place, (), mandates):  # type: ignore[arg-type]
        place.settle(HERE)
        finish(place, replace(PARTS["journée"], draws=True), whole=True)
    judge(place)
    shutil.rmtree(place.root)


def mandates(place: Place) -> Clerk:
    """Return whoever opens the finance software."""
    return Clerk.sits(place, renumbers=False)
