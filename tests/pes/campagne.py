"""`make campagne`: our schema of a PES_Aller against the DGFiP's, on thousands of bent flows.

Each difference has to be explained by the table below; one that is not makes the campaign fail.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final

from lxml import etree

from dematfin.pes.validate import OFFICIAL as OFFICIAL_FILES
from dematfin.pes.validate import OWN
from dematfin.support.resources import folder
from official import OFFICIAL
from pes.mutations import DS, OTHERS, SEEDS, Mutant, made, plans

LEAST: Final = 5_000
SIGNED: Final = f"{{{DS}}}Signature"
EXPLAINED: Final[dict[str, tuple[str, Callable[[Mutant], bool]]]] = {
    "autre domaine": (
        "recettes, factures et marchés sont reconnus par notre schéma et jugés par le seul schéma officiel",
        lambda mutant: any(mutant.root.find(name) is not None for name in OTHERS),
    ),
    "contenu d'une signature": (
        "notre schéma demande qu'elle soit à sa place ; « signature verifier » juge ce qu'elle contient",
        lambda mutant: _inside(mutant, SIGNED),
    ),
}
"""Why a difference is right: a name, the reason, what it bears on."""


def schemas() -> tuple[Any, Any]:
    """Return our schema and theirs."""
    official = OFFICIAL / "xsd" / "pes" / "v5.17" / OFFICIAL_FILES["aller"]
    return etree.XMLSchema(file=str(folder("xsd") / OWN["aller"])), etree.XMLSchema(file=str(official))


def differences(mutants: Iterable[Mutant], pair: tuple[Any, Any]) -> tuple[int, int, list[tuple[Mutant, bool]]]:
    """Return how many were judged, how many the DGFiP refuses, and those judged otherwise (with our verdict)."""
    ours, theirs = pair
    count = refused = 0
    found = []
    for mutant in mutants:
        tree = etree.ElementTree(mutant.root)
        verdict, official = ours.validate(tree), theirs.validate(tree)
        count += 1
        refused += not official
        if verdict != official:
            found.append((mutant, verdict))
    return count, refused, found


def _inside(mutant: Mutant, tag: str) -> bool:
    """Say whether what was bent is such an element, or is in one."""
    place = list(SEEDS[mutant.seed].iter())[mutant.place]
    return place.tag == tag or next(place.iterancestors(tag), None) is not None


def why(mutant: Mutant) -> str:
    """Return why a mutant is judged otherwise; empty when nobody knows."""
    return next((name for name, (_, fits) in EXPLAINED.items() if fits(mutant)), "")


def main() -> int:
    """Run the campaign and say what came of it."""
    pair = schemas()
    seeds = [Mutant(name, 0, "tel quel", root) for name, root in SEEDS.items()]
    _, wrong, _ = differences(seeds, pair)
    count, refused, found = differences((made(plan) for plan in plans()), pair)
    say(
        f"{count} flux pliés, dont {refused} refusés par le schéma officiel ; {len(found)} jugés autrement par le nôtre"
    )
    for name, number in Counter(why(mutant) for mutant, _ in found).items():
        say(f"  {number:5d}  {name or 'INEXPLIQUÉ'} : {EXPLAINED[name][0] if name else 'à comprendre'}")
    unknown = [(mutant, verdict) for mutant, verdict in found if not why(mutant)]
    for mutant, verdict in unknown[:40]:
        say(f"  ✗ {mutant.name} : {'accepté' if verdict else 'refusé'} par le nôtre seul")
    return int(bool(unknown or wrong) or count < LEAST)


def say(line: str) -> None:
    """Write a line."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
