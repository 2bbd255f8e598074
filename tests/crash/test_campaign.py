"""The campaign of deaths and faults, 60 towns: each bordereau integrated once, each acquit consumed once.

It runs in a process of its own, whose children are forked: that of pytest may hold threads.
"""

import subprocess
import sys

import pytest

from crash.broken import BREAKAGES

TOWNS = 60
SEED = 1
CROSSED = (
    "steps.reconcile",
    "acts.sign",
    "steps.number",
    "steps.build",
    "steps.transmit",
    "steps.tell",
    "steps.follow_up",
    "steps.answers",
)
"""Where somebody dies, at the least, between the closing of a bordereau and its acquit."""


def played(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=False)


def test_nothing_is_lost_or_doubled_wherever_it_dies(pythonpath: None) -> None:
    done = played("crash.campagne", "--tirages", str(TOWNS), "--graine", str(SEED))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{TOWNS} villes" in done.stdout
    assert "perdu = 0, en double = 0, sans alerte = 0, cassé = 0" in done.stdout
    died = {line.split()[-1] for line in done.stdout.splitlines() if line.startswith("  ")}
    assert died.issuperset(CROSSED)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("resultat-avant", "annoncés dans notre journal"),
        ("nouveau-nomfic", "Hélios a reçu un doublon"),
        ("lu-avant", "marqué lu, ses octets ne sont pas chez nous"),
        ("applique-deux-fois", "appliqué 2 fois"),
    ],
)
def test_a_product_that_is_broken_turns_the_campaign_red(pythonpath: None, name: str, said: str) -> None:
    assert name in BREAKAGES
    done = played("crash.broken", name)
    assert done.returncode == 1, done.stdout + done.stderr
    assert said in done.stdout


@pytest.fixture
def pythonpath(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a child find what this process finds."""
    monkeypatch.setenv("PYTHONPATH", ":".join(path for path in sys.path if path))
