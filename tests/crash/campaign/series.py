"""A series of runs: first every crossing that has a name, one after the other, then at random."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from crash.campaign.plan import Plan, at_new_names, at_random
from crash.campaign.run import AT_AN_INSTANT, Run, run
from crash.campaign.town import Town

AT_ONCE: Final = 6
"""Processes that die in one run of the named crossings."""


@dataclass
class Series:
    """Runs the plans of a campaign; `struck` are the names at which a process has died."""

    model: Town
    folder: Path
    struck: set[str] = field(default_factory=set)
    runs: list[Run] = field(default_factory=list)

    def all(self, count: int, seed: int) -> Iterator[Run]:
        """Play so many runs, of which the first strike each name until no new one is met."""
        yield from self.named(count, seed)
        for one in range(seed, seed + count - len(self.runs)):
            yield self.play(at_random(one))

    def named(self, most: int, seed: int) -> Iterator[Run]:
        """Strike each name; ends with a run, a finance software beside, where all that was crossed had been struck."""
        quiet = False
        for one in range(seed, seed + most):
            plan = at_new_names(one, self.struck, AT_ONCE)
            done = self.play(replace(plan, faults=(), beside=True) if quiet else plan)
            yield done
            if not done.struck and not done.plan.faults and done.plan.beside:
                return
            quiet = not done.struck

    def play(self, plan: Plan) -> Run:
        """Play one plan."""
        done = run(self.model, self.folder / f"tirage-{len(self.runs)}", plan)
        self.runs.append(done)
        self.struck |= set(done.struck) - {AT_AN_INSTANT}
        return done
