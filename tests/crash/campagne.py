"""`make campagne`: 500 towns and more whose processes are killed between closing a bordereau and keeping its acquit.

Half of them leave a budget to a finance software, from the invoices that it is handed to the answers that it is given
back. The simulators' own records are the judge.

`--tirages 1 --graine 123` plays a seed again; `--a NOM`, given for each death, plays one of the runs in which
processes die at a crossing that has a name.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from crash.campaign import told
from crash.campaign.plan import at_names, at_random
from crash.campaign.series import Series
from crash.campaign.town import warm

MANY: Final = 500
ABOUT: Final = "Tue les processus entre la clôture d'un bordereau et son acquit ; le simulateur juge."


def main() -> int:
    """Run a campaign, or one run of it; 1 when the product lost, doubled or hid something."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="campagne-") as folder:
        series = Series(model=warm(Path(folder)), folder=Path(folder))
        if asked.a:
            plan = at_names(asked.graine, tuple(asked.a))
            runs = iter([series.play(replace(plan, faults=()) if asked.calme else plan)])
        elif asked.tirages == 1:
            runs = iter([series.play(at_random(asked.graine))])
        else:
            runs = series.all(asked.tirages, asked.graine)
        for done in runs:
            _say(told.of_run(done))
        _say(told.table(series.runs))
        return int(any(one.faults for one in series.runs))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m crash.campagne", description=ABOUT)
    parser.add_argument("--tirages", type=int, default=MANY, help="nombre de villes (1 : rejoue la graine)")
    parser.add_argument("--graine", type=int, default=1, help="graine du premier tirage")
    parser.add_argument("--a", action="append", metavar="NOM", help="passage où un processus meurt, dans l'ordre")
    parser.add_argument("--calme", action="store_true", help="avec --a : des voisins sans panne")
    return parser.parse_args()


def _say(text: str) -> None:
    if text:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
