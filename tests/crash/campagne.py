"""`make campagne`: 500 towns and more whose processes are killed between closing a bordereau and keeping its acquit.

The simulator's own record is the judge. `--graine 123` plays the run of one seed again, `--a NOM` those of one name.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Final

from crash.campaign import told
from crash.campaign.plan import at_names, at_random
from crash.campaign.series import Series
from crash.campaign.town import warm

MANY: Final = 500


def main() -> int:
    """Run a campaign, or one run of it; 1 when the product lost, doubled or hid something."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="campagne-") as folder:
        series = Series(model=warm(Path(folder)), folder=Path(folder))
        if asked.a:
            runs = iter([series.play(at_names(asked.graine, tuple(asked.a)))])
        elif asked.tirages == 1:
            runs = iter([series.play(at_random(asked.graine))])
        else:
            runs = series.all(asked.tirages, asked.graine)
        for done in runs:
            _say(told.of_run(done))
        _say(told.table(series.runs))
        return int(any(one.faults for one in series.runs))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m crash.campagne", description=__doc__)
    parser.add_argument("--tirages", type=int, default=MANY, help="nombre de villes (1 : rejoue la graine)")
    parser.add_argument("--graine", type=int, default=1, help="graine du premier tirage")
    parser.add_argument("--a", action="append", metavar="NOM", help="passage où un processus meurt, dans l'ordre")
    return parser.parse_args()


def _say(text: str) -> None:
    if text:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
