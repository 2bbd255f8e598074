"""`make campagne`: 2,000 runs and more in which each part of the chain is struck; the neighbours' records judge.

`--rejouer N` plays one run of a seed again. `--sortie FICHIER` keeps a line for each run at once: what is in it is not
played again, and several processes (`--part 1/2`) may share the work. `DEMATFIN_FAIL=POINT:kill` strikes one point.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import dematfin
from crash.chain import broken
from crash.chain.failpoints import asked, check_rows
from crash.chain.parts import PARTS
from crash.chain.place import Place
from crash.chain.plan import Named, Plan, all_named, planned
from crash.chain.quick import somewhere
from crash.chain.run import Met, met, run
from crash.chain.stages import lived
from crash.chain.table import Line, fingerprint, keep, kept, page, summary
from dematfin.support.clock import SystemClock

MANY: Final = 2100
CODE: Final = fingerprint((Path(dematfin.__file__).parent, Path(__file__).parent))
ABOUT: Final = "Frappe chaque étape de la chaîne, à chaque passage puis au hasard ; les voisins simulés jugent."


@dataclass
class Campaign:
    """What is needed to play any run."""

    folder: Path
    models: dict[str, Place]
    calm: dict[str, Met] = field(default_factory=dict)

    def meets(self, parts: Iterable[str]) -> None:
        """Play some parts in peace, to know what they pass and how they end."""
        for name in parts:
            self.calm[name] = met(self.models, self.folder / "calme", name)

    @property
    def points(self) -> dict[str, tuple[str, ...]]:
        """Return the points of each part."""
        return {name: one.points for name, one in self.calm.items()}

    def plays(self, plan: Plan) -> Line:
        """Play a run."""
        done = run(self.models, self.folder / f"tirage-{plan.number}", plan, self.calm[plan.part].census)
        return Line.of(done, CODE)


def main() -> int:
    """Run a campaign, or some of its runs; 1 when something was lost, doubled, hidden or broken."""
    wanted = _arguments()
    with somewhere() as folder:
        campaign = Campaign(Path(folder), lived(Path(folder)))
        campaign.meets(PARTS)
        if wanted.passages:
            return _say(json.dumps(campaign.points, ensure_ascii=False, indent=1))
        check_rows(campaign.points)
        lines = tuple(_played(campaign, wanted, asked(campaign.points)))
        if wanted.casser:
            _say("\n".join(broken.all_seen(campaign.models, campaign.folder, campaign.calm)))
    _say(summary(lines))
    if wanted.page:
        wanted.page.write_text(page(lines, _about(lines)), encoding="utf-8")
    return int(any(one.faults for one in lines))


def _played(campaign: Campaign, wanted: argparse.Namespace, failpoints: tuple[Plan, ...]) -> Iterator[Line]:
    """Yield each run as it ends, those that were kept before first."""
    before = kept(wanted.sortie, CODE, wanted.graine) if wanted.sortie else ()
    yield from before
    done = {one.number for one in before}
    for plan in failpoints or _plans(wanted, all_named(campaign.points)):
        if plan.number not in done:
            line = campaign.plays(plan)
            if wanted.sortie:
                keep(wanted.sortie, line)
            if told := line.told():
                _say(told)
            yield line


def _plans(wanted: argparse.Namespace, named: tuple[Named, ...]) -> Iterator[Plan]:
    share, _, of = wanted.part.partition("/")
    if wanted.rejouer:
        numbers: Iterable[int] = wanted.rejouer
    else:
        most = wanted.tirages
        numbers = _spread(most, len(named)) if wanted.court else range(1, most + 1)
    for number in numbers:
        if number % int(of) == int(share) % int(of):
            yield planned(number, wanted.graine, named)


def _spread(count: int, named: int) -> Iterator[int]:
    """Yield so many numbers: half of them points by their name, from one end to the other, half at random."""
    half = count // 2
    yield from (1 + named * one // half for one in range(half))
    yield from range(named + 1, named + 1 + count - half)


def _about(lines: tuple[Line, ...]) -> dict[str, str]:
    seeds = sorted({one.seed for one in lines})
    return {
        "jouée le": f"{SystemClock('Europe/Paris').today():%d/%m/%Y}",
        "graine": f"{', '.join(map(str, seeds))}, tirages 1 à {max(one.number for one in lines)}",
        "machine": f"{os.cpu_count()} cœurs, Linux, Python {sys.version_info.major}.{sys.version_info.minor}, SQLite",
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m crash.chaine", description=ABOUT)
    parser.add_argument("--tirages", type=int, default=MANY, help="nombre de tirages")
    parser.add_argument("--graine", type=int, default=1)
    parser.add_argument("--rejouer", type=int, action="append", metavar="N", help="joue ce tirage seulement")
    parser.add_argument("--court", action="store_true", help="des tirages pris d'un bout à l'autre de la campagne")
    parser.add_argument("--part", default="1/1", metavar="I/N", help="un tirage sur N, pour partager le travail")
    parser.add_argument("--sortie", type=Path, help="fichier où chaque tirage est écrit aussitôt")
    parser.add_argument("--page", type=Path, help="page où le tableau est écrit")
    parser.add_argument("--casser", action="store_true", help="casse aussi le produit, de chaque manière connue")
    parser.add_argument("--passages", action="store_true", help="liste les passages d'une campagne calme")
    return parser.parse_args()


def _say(text: str) -> int:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
