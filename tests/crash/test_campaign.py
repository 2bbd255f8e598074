"""The campaign of deaths and faults, 40 towns: each bordereau integrated once, each acquit consumed once.

In half of them a finance software makes the mandats of a budget: each export imported once, each thing given it once.

It runs in a process of its own, whose children are forked: that of pytest may hold threads.
"""

import os
import subprocess
import sys

import pytest

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


def test_nothing_is_lost_or_doubled_wherever_it_dies() -> None:
    done = played("crash.campagne", "--tirages", str(TOWNS), "--graine", str(SEED))
    assert done.returncode == 0, done.stdout + done.stderr
    *_, summary = done.stdout.splitlines()
    assert summary.startswith(f"{TOWNS} villes")
    assert "\n0 villes" not in done.stdout
    assert "perdu = 0, en double = 0, sans alerte = 0, cassé = 0" in summary
    died = {line.split()[-1] for line in done.stdout.splitlines() if line.startswith("  ")}
    assert not set(CROSSED) - died, done.stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("resultat-avant", "annoncés dans notre journal"),
        ("nouveau-nomfic", "Hélios a reçu un doublon"),
        ("lu-avant", "marqué lu, ses octets ne sont pas chez nous"),
        ("range-avant", "pas chez nous"),  # an acquit or a retour, whichever lay first in the folder
        ("applique-deux-fois", "appliqué 2 fois"),
        ("applique-sans-effet", "dit appliqué, le flux reste TRANSMITTED"),
        ("tout-accepte", "dit accepté, Hélios ne l'a pas"),
        ("mandatee-a-l-aveugle", "MANDATEE redemandé, elle y était déjà"),
        ("autre-numero", "mandat n° 987654 annoncé, inconnu ici"),
        ("pris-avant", "ni importé, ni refusé, ni laissé"),
        ("import-sans-garde", "importé 2 fois"),
        ("remis-avant", "remise 0 fois"),
        ("cru-sur-parole", "Hélios a 2 mandats pour"),
        ("oublie-signe", "reste SIGNED, aucune alerte ne le nomme"),
        ("alerte-sans-nom", "reste TRANSMITTED, aucune alerte ne le nomme"),
    ],
)
def test_a_product_that_is_broken_turns_the_campaign_red(found: dict[str, str], name: str, said: str) -> None:
    assert said in found[name]


def test_each_breakage_is_tried(found: dict[str, str]) -> None:
    assert found.keys() == BREAKAGES.keys()


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    """What the judge says of each breakage; all are tried by one process, whose town is warmed once."""
    done = played("crash.broken")
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(one.split("\n", 1) for one in done.stdout.split("\n\n") if one.strip())


def played(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run a module, which finds what this process finds."""
    here = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    return subprocess.run(
        [sys.executable, "-m", *words], capture_output=True, text=True, check=False, env=os.environ | here
    )
