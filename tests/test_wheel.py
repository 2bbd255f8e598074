"""What is installed is whole: the wheel alone, far from the sources, has all that the program reads."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
BESIDE: Final = ("xsd", "fixtures", "exploitation", "preuve", "config.example.toml", "config.syndicat.example.toml")
"""Folders and files beside the package, that the wheel has in its data."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder where the wheel, just built, is unpacked as an installer does."""
    folder = tmp_path_factory.mktemp("wheel")
    build = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run([sys.executable, *build, str(ROOT)], check=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, *arguments: str) -> str:
    """Run the installed program from nowhere near the sources; return what it says."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=installed.parent,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(installed), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


def test_every_file_of_the_package_and_of_its_data_is_inside(installed: Path) -> None:
    package = {path.relative_to(ROOT / "src") for path in _files(ROOT / "src" / "dematfin")}
    beside = (path for name in BESIDE for path in (ROOT / name, *_files(ROOT / name)) if path.is_file())
    data = {Path("dematfin", "data", path.relative_to(ROOT)) for path in beside}
    held = {path.relative_to(installed) for path in _files(installed)}
    assert package | data <= held


def test_the_installed_program_reads_its_own_schemas_templates_and_migrations(installed: Path) -> None:
    assert run(installed, "-m", "dematfin", "--version").startswith("dematfin ")
    script = (
        "from dematfin.pes.validate import Schemas; from dematfin.store.engine import open_engine;"
        "from dematfin.store.migrate import make_ready; from dematfin.demo.story import FIXTURES;"
        "from dematfin.web.pages import STATIC; import dematfin;"
        "Schemas(None).check(); make_ready(open_engine('registre.db'));"
        "print(dematfin.__file__, (FIXTURES / 'commune.toml').is_file(), (STATIC / 'dematfin.css').is_file())"
    )
    assert run(installed, "-c", script).split() == [str(installed / "dematfin" / "__init__.py"), "True", "True"]


def test_the_installed_program_gives_what_an_installation_starts_from(installed: Path, tmp_path: Path) -> None:
    for option, example in ((), "config.example.toml"), (("--syndicat",), "config.syndicat.example.toml"):
        assert run(installed, "-m", "dematfin", "config", "modele", *option) == (ROOT / example).read_text("utf-8")
    run(installed, "-m", "dematfin", "config", "unites", str(tmp_path))
    assert {one.name for one in tmp_path.iterdir()} == {one.name for one in (ROOT / "exploitation").iterdir()}


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
