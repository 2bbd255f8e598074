"""Bundles of proof of the demonstration's invoices, made once for the whole run, as the demonstration is."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from auditor import copied
from dematfin.acts import proof
from dematfin.acts.consult import people
from dematfin.config.several import load
from dematfin.wiring import build

KINDS = {
    "F2026-000001": "flux/PESALR1_21990042000015_2026_000042_000001.xml",  # of Chorus Pro, paid
    "F2026-000003": "flux/PESALR1_21990042000015_2026_000042_000001.xml",  # a credit note, netted
    "F2026-000007": "flux/PesDepense-01-2026-18-2-",  # mandated by the finance software, refused, then paid
    "F2026-000018": "flux/PESALR1_21990042000015_2026_000044_000003.xml",  # in a flow that waits for its signature
    "F2026-000039": "facture/facture-D2026-000001.pdf",  # on paper
    "F2026-000024": "facture/recue-de-chorus-pro.xml",  # refused: no mandat
    "F2026-000016": "facture/recue-de-chorus-pro.xml",  # waits for a visa
    "F2026-000029": "courriers/lettre-au-fournisseur.pdf",  # its delay is interrupted
    "F2026-000015": "facture/recue-de-chorus-pro.xml",  # followed elsewhere
}


@pytest.fixture(scope="session")
def bundles(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder where each kind of invoice has its bundle: to look, never to change anything."""
    mine = tmp_path_factory.getbasetemp()
    shared = (mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) / "preuves"
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.exists():
            making = tmp_path_factory.mktemp("preuves-en-cours")
            _make(Path(shutil.copytree(played, making / "demo")), making)
            making.rename(shared)
    return shared


@pytest.fixture
def bundle(bundles: Path, tmp_path: Path) -> Path:
    """Return the bundle of a paid invoice, to be spoilt."""
    return copied(bundles / "F2026-000001", tmp_path / "preuve")


def _make(town_hall: Path, folder: Path) -> None:
    app = build(load(town_hall / "config.toml"), town_hall, lambda _: "")
    claire = next(one for one in people(app) if one.id == "claire")
    for key in KINDS:
        proof.make(app, claire, key, folder / key)
