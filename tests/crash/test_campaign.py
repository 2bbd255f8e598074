"""The campaign of deaths and faults, a few towns: each bordereau integrated once, each acquit consumed once.

In half of them a finance software makes the mandats of a budget: each export imported once, each thing given it once.

It runs in a process of its own, whose children are forked: that of pytest may hold threads.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping

from crash.broken import BREAKAGES

TOWNS = 30
SEED = 1
CROSSED = (
    "steps.reconcile",
    "acts.sign",
    "steps.number",
    "steps.build",
    "steps.transmit",
    "steps.tell",
    "steps.follow_up",
    "steps.receive",
    "steps.acquits",
    "steps.retours",
    "steps.editor_import",
    "steps.complete",
    "steps.handing",
)
"""Where somebody dies, at the least: between the closing of a bordereau and its acquit; beside a finance software."""

SEEN = {
    "resultat-avant": "annoncés dans notre journal",
    "nouveau-nomfic": "Hélios a reçu un doublon",
    "lu-avant": "marqué lu, ses octets ne sont pas chez nous",
    "range-avant": "pas chez nous",  # an acquit or a retour, whichever lay first in the folder
    "applique-deux-fois": "appliqué 2 fois",
    "applique-sans-effet": "dit appliqué, le flux reste TRANSMITTED",
    "tout-accepte": "dit accepté, Hélios ne l'a pas",
    "mandatee-a-l-aveugle": "MANDATEE redemandé, elle y était déjà",
    "autre-numero": "mandat n° 987654 annoncé, inconnu ici",
    "pris-avant": "ni importé, ni refusé, ni laissé",
    "import-sans-garde": "importé 2 fois",
    "remis-avant": "remise 0 fois",
    "cru-sur-parole": "Hélios a 2 mandats pour",
    "oublie-signe": "reste SIGNED, aucune alerte ne le nomme",
    "alerte-sans-nom": "reste TRANSMITTED, aucune alerte ne le nomme",
}
"""What the judge must say of each breakage."""


def test_nothing_is_lost_or_doubled_wherever_it_dies() -> None:
    done = played("crash.campagne", "--tirages", str(TOWNS), "--graine", str(SEED))
    assert done.returncode == 0, done.stdout + done.stderr
    *_, summary = done.stdout.splitlines()
    assert summary.startswith(f"{TOWNS} villes")
    assert "\n0 villes" not in done.stdout
    assert "perdu = 0, en double = 0, sans alerte = 0, cassé = 0" in summary
    died = {line.split()[-1] for line in done.stdout.splitlines() if line.startswith("  ")}
    assert not set(CROSSED) - died, done.stdout


def test_a_product_that_is_broken_turns_the_campaign_red() -> None:
    """All are tried by one process, whose town is warmed once."""
    check_seen("crash.broken", SEEN, BREAKAGES)


def check_seen(module: str, seen: Mapping[str, str], breakages: Iterable[str]) -> None:
    """Play broken products, and check that the judge says of each what is wrong with it."""
    done = played(module)
    assert done.returncode == 0, done.stdout + done.stderr
    found = dict(one.split("\n", 1) for one in done.stdout.split("\n\n") if one.strip())
    assert set(seen) == set(found) == set(breakages)
    assert not {name: found[name] for name, said in seen.items() if said not in found[name]}


def played(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run a module, which finds what this process finds."""
    here = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    return subprocess.run(
        [sys.executable, "-m", *words], capture_output=True, text=True, check=False, env=os.environ | here
    )
