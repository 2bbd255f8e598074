"""`make campagne`: every reader of what comes from outside, on real samples bent in all ways.

`python -m fuzz.campagne [lectures [graine]]`; `DEMATFIN_FUZZ` names the only readers to play. What breaks the law is
written in `corpus/<reader>/`, where the ordinary tests replay it; look first that nothing of a real file is left.
"""

import hashlib
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, Phase, given, seed, settings

from fuzz.answers import ANSWERS
from fuzz.bending import bent
from fuzz.flows import FLOWS
from fuzz.law import Fault, judge
from fuzz.pages import PAGES
from fuzz.papers import PAPERS
from fuzz.reader import Reader
from fuzz.texts import TEXTS
from quiet import quieten

READERS: Final = (*FLOWS, *TEXTS, *ANSWERS, *PAPERS, *PAGES)
CORPUS: Final = Path(__file__).parent / "corpus"
EXAMPLES: Final = 2_000
SEED: Final = 20_260_302
LARGEST_KEPT: Final = 20_000


@dataclass
class Result:
    """What became of the examples of one reader; `faults`: the smallest bytes that led to each."""

    reader: str
    counts: Counter[bool] = field(default_factory=Counter)
    faults: dict[str, bytes] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """One line of the table."""
        total = self.counts.total() + len(self.faults)
        return f"{self.reader:20}{total:>9}{self.counts[False]:>9}{self.counts[True]:>9}   faults={len(self.faults)}"


def play(reader: Reader, examples: int, chosen: int) -> Result:
    """Play one reader; what breaks the law is made as small as hypothesis can."""
    result = Result(reader.name)

    @seed(chosen)
    @settings(
        max_examples=max(1, examples // reader.costs),
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(bent(reader.bend, reader.samples()))
    def one(data: bytes) -> None:
        try:
            result.counts[judge(reader.read, data)] += 1
        except Fault as fault:
            kept = result.faults.get(str(fault)[:60])
            if kept is None or len(data) < len(kept):
                result.faults[str(fault)[:60]] = data
            raise

    try:
        one()
    except Fault as fault:
        sys.stderr.write(f"{reader.name}: {fault}\n")
    return result


def keep(result: Result) -> None:
    """Write what broke the law where the ordinary tests will play it again."""
    for data in result.faults.values():
        place = CORPUS / result.reader
        place.mkdir(parents=True, exist_ok=True)
        if len(data) <= LARGEST_KEPT:
            (place / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


def main(arguments: Sequence[str]) -> int:
    """Play them all, and draw the table."""
    quieten()
    examples = int(arguments[0]) if arguments else EXAMPLES
    chosen = int(arguments[1]) if len(arguments) > 1 else SEED
    only = os.environ.get("DEMATFIN_FUZZ", "").split()
    say(f"{'lecteur':20}{'exemples':>9}{'refusés':>9}{'acceptés':>9}   graine {chosen}")
    faults = 0
    for reader in READERS:
        if not only or reader.name in only:
            result = play(reader, examples, chosen)
            say(result.line)
            keep(result)
            for what in result.faults:
                say(f"  ✗ {what}")
            faults += len(result.faults)
    say(f"faults={faults}")
    return int(faults > 0)


def say(line: str) -> None:
    """Write a line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
