"""How long `dematfin --help` takes, against an interpreter that starts and does nothing, turn by turn in the same run.

ratio = median of `dematfin --help` / median of `python -c pass`
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from typing import Final

HELP: Final = ("-m", "dematfin", "--help")
NOTHING: Final = ("-c", "pass")
INSTALLED: Final = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""A program that is installed is compiled once and for all."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tours", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    seconds_of(HELP)  # compiled, and in the memory of the machine
    turns = [(seconds_of(HELP), seconds_of(NOTHING)) for _ in range(options.tours)]
    shown, bare = (statistics.median(column) for column in zip(*turns, strict=True))
    ratio = shown / bare
    if options.json:
        print(json.dumps({"figures": [{"name": "aide", "ratio": round(ratio, 2), "unit": "x bare start"}]}))
        return
    print(f"aide : {1000 * shown:.1f} ms pour {1000 * bare:.1f} ms, ratio {ratio:.2f} (plus bas est mieux)")


def seconds_of(arguments: tuple[str, ...]) -> float:
    """Run the interpreter of this process, and return how long it took."""
    start = time.perf_counter()
    subprocess.run((sys.executable, *arguments), check=True, stdout=subprocess.DEVNULL, env=INSTALLED)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
