"""Flows of 1,000 mandats and 1,000 documents of 100 KB (134 MB), each figure against its floor in the same run.

    construire, valider, signer, verifier: what each is compared with stands at the head of its script, in `flux/`

Each script runs alone, one after the other: memory is what a call adds to what its process held.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPTS = tuple(Path(__file__).with_name("flux") / f"{name}.py" for name in ("construire", "valider", "signer"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mandats", type=int, default=1_000)
    parser.add_argument("--octets", type=int, default=100_000, help="size of each document")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sizes = ["--mandats", str(options.mandats), "--octets", str(options.octets)]
    figures = [figure for script in SCRIPTS for figure in measured(script, sizes)]
    if options.json:
        print(json.dumps({"figures": figures}))
        return
    for figure in figures:
        print(f"{figure['name']} : {figure.get('ratio') or figure.get('value')} {figure['unit']} (plus bas est mieux)")


def measured(script: Path, sizes: list[str]) -> list[dict[str, Any]]:
    """Run one script, and return its figures."""
    done = subprocess.run([sys.executable, script, *sizes, "--json"], stdout=subprocess.PIPE, check=True)
    figures: list[dict[str, Any]] = json.loads(done.stdout)["figures"]
    return figures


if __name__ == "__main__":
    main()
