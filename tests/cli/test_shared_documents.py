"""An elimination is refused where a base that is not asked keeps its documents at the same place."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.office import Office
from config.syndicat import A, B, C, block, in_one_file
from dematfin.cli.chosen import CHOSEN
from dematfin.cli.shared_documents import refuse_shared_outside
from dematfin.errors import RuleError

EXECUTE = ("elimination", "executer", "EL2037-3fa9c2d1", "--visa", "AD", "--date", "15/02/2037")
OTHER_BASE = 'stockage.base = "autre.db"'


def store(prefix: str) -> str:
    where = f'url = "https://s3.valbrume.example", seau = "documents", prefixe = "{prefix}"'
    return f'stockage.s3 = {{ {where}, cle = "x", secret = "env:X" }}\n'  # pragma: allowlist secret


@pytest.fixture(autouse=True)
def _town() -> Iterator[None]:
    token = CHOSEN.set(A)
    yield
    CHOSEN.reset(token)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("", OTHER_BASE),
        ("", f'{OTHER_BASE}\nstockage.documents = "lien"'),
        (store("a"), store("a") + OTHER_BASE),
    ],
)
def test_another_base_at_the_same_place_refuses(tmp_path: Path, first: str, second: str) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "lien").symlink_to("documents")
    with pytest.raises(RuleError, match=r"Commune 0510 .*au même endroit.*Donnez à chaque base"):
        refuse_shared_outside(in_one_file(tmp_path, block(A, first), block(B, second), block(C)))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("", ""),
        ("", 'stockage.base = "./autre/../registre.db"'),
        ("", f'{OTHER_BASE}\nstockage.documents = "autres"'),
        (store("a"), store("b") + OTHER_BASE),
    ],
)
def test_the_same_base_or_another_place_is_no_reason(tmp_path: Path, first: str, second: str) -> None:
    (tmp_path / "autre").mkdir()
    refuse_shared_outside(in_one_file(tmp_path, block(A, first), block(B, second)))


def test_a_neighbour_that_cannot_be_read_refuses(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"Commune 0510 .*ne se lit pas"):
        refuse_shared_outside(in_one_file(tmp_path, block(A), block(B, "inconnu = 1")))


def test_the_command_refuses(office: Office, tmp_path: Path) -> None:
    path = in_one_file(tmp_path, block(A), block(B, OTHER_BASE))
    said = office.alone(*EXECUTE, "-c", str(path), "--siret", A)
    assert said.code != 0
    assert "au même endroit" in said.err
