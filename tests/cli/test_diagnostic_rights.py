"""`diagnostic` of rights and extensions: every file that a configuration is read from, every file that holds a key."""

from pathlib import Path

import pytest

from cli.office import Office
from dematfin.cli.checks import machine, rights
from dematfin.cli.checks.examined import Examined
from dematfin.cli.checks.line import Line, Verdict
from dematfin.config.several import houses

PARAPHEUR = """
[parapheur]
url = "https://parapheur.example/ws"
identifiant = "ws@valbrume"
mot_de_passe = "secret:parapheur"
certificat = "parapheur.p12"
type = "FACTURES"
sous_type = "VISA"
"""
FAR = """
[stockage.s3]
url = "https://s3.example"
seau = "seau"
cle = "cle"
secret = "secret:s3"
"""


def examined(file: Path) -> Examined:
    return Examined(houses(file)[0], file, online=False)


def add(office: Office, section: str) -> None:
    office.config.write_text(office.config.read_text(encoding="utf-8") + section, encoding="utf-8")


@pytest.fixture
def closed(copy: Office) -> Office:
    """Return an office whose configuration, in two files, nobody else reads."""
    (copy.folder / "commun.toml").write_text("[alertes]\n", encoding="utf-8")
    for one, mode in ((copy.folder, 0o750), (copy.config, 0o640), (copy.folder / "commun.toml", 0o640)):
        one.chmod(mode)
    return copy


def of_configuration(file: Path) -> Line:
    (line,) = rights.configuration(examined(file))
    return line


@pytest.mark.parametrize("name", ["config.toml", "commun.toml"])
def test_the_worst_mode_of_all_the_files_of_a_configuration_decides(closed: Office, name: str) -> None:
    (wrong, other) = (closed.folder / one for one in (name, {"config.toml", "commun.toml"}.difference({name}).pop()))
    for given in (closed.folder, closed.config):
        assert of_configuration(given).verdict is Verdict.GOOD
    other.chmod(0o644)
    wrong.chmod(0o642)
    for given in (closed.folder, closed.config):
        line = of_configuration(given)
        assert line.verdict is Verdict.BAD and line.found.endswith(str(wrong)) and f"o-rwx {wrong} " in line.remedy
    wrong.chmod(0o640)
    for given in (closed.folder, closed.config):
        line = of_configuration(given)
        assert line.verdict is Verdict.LOOK and line.found.endswith(str(other))


def test_the_key_of_the_parapheur_is_a_secret(copy: Office) -> None:
    add(copy, PARAPHEUR)
    key = copy.folder / "parapheur.p12"
    key.write_bytes(b"x")
    key.chmod(0o644)
    (line,) = rights.secrets(examined(copy.config))
    assert line.verdict is Verdict.BAD and line.remedy == f"chmod 600 {key}"


def test_a_store_that_is_elsewhere_needs_its_extension(copy: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    add(copy, FAR)
    assert [line.found for line in machine.extras(examined(copy.config))] == ["s3"]
    monkeypatch.setattr(machine, "find_spec", lambda name: None if name == "obstore" else name)
    (line,) = machine.extras(examined(copy.config))
    assert line.verdict is Verdict.BAD and "dematfin[s3]" in line.remedy
