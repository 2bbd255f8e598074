"""Each part of the chain struck at its points: what follows is as if nobody had died, and the neighbours agree.

Some runs of `make campagne`, from one end of it to the other; then the product broken on purpose, which must be seen.
All is played by one process, whose children are forked: that of pytest may hold threads.
"""

import subprocess
from pathlib import Path

import pytest

import dematfin
from crash.chain.broken import BREAKAGES
from crash.chain.failpoints import VARIABLE
from crash.test_campaign import played

RUNS = 24
SEEN = {
    "resultat-avant": "annoncés dans notre journal",
    "nomme-avant": "nommé, absent ou abîmé",
    "sans-synchro": "nommé, absent ou abîmé",
    "statut-a-l-aveugle": "Intention : {'REFUSED': 1}",
    "scan-deplace-avant": "Batch : {}",
    "courriel-renvoye": "parti 2 fois",
    "remis-deux-fois": "remise 2 fois",
    "dossier-deux-fois": "oublié dans l'i-Parapheur",
}
"""What the judge must say of each breakage."""


@pytest.fixture(scope="module")
def said() -> "subprocess.CompletedProcess[str]":
    return played("crash.chaine", "--court", "--tirages", str(RUNS), "--casser")


def test_wherever_the_chain_is_struck_it_ends_as_if_it_had_not_been(said: "subprocess.CompletedProcess[str]") -> None:
    assert said.returncode == 0, said.stdout + said.stderr
    *_, summary = said.stdout.splitlines()
    assert summary.startswith(f"{RUNS} tirages"), said.stdout
    assert "perdus = 0, doublés = 0, cachés = 0, cassés = 0" in summary
    assert int(summary.split()[2]) >= RUNS / 2, "too few were struck"


def test_a_product_that_is_broken_turns_it_red(said: "subprocess.CompletedProcess[str]") -> None:
    found = dict(one.split("\n", 1) for one in said.stdout.split("\n\n") if one.split("\n")[0] in BREAKAGES)
    assert set(SEEN) == set(found) == set(BREAKAGES), said.stdout + said.stderr
    assert not {name: found[name] for name, words in SEEN.items() if words not in found[name]}


def test_no_hook_of_the_campaign_is_in_the_product() -> None:
    product = Path(dematfin.__file__).parent
    assert not [path for path in product.rglob("*.py") if VARIABLE in path.read_text(encoding="utf-8")]
