"""Secrets come by reference, from where nobody else can read them, and never show."""

from pathlib import Path

import pytest

from dematfin.errors import ConfigError
from dematfin.support.logs import discreet
from dematfin.support.secrets import private_bytes, resolve


def private(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    path.chmod(0o600)
    return path


def test_a_private_file_gives_its_text_without_its_end_of_line(tmp_path: Path) -> None:
    private(tmp_path / "mot", "TEST é\r\n".encode())
    assert resolve("fichier:mot", tmp_path) == "TEST é"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_that_others_may_read_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    private(tmp_path / "mot", b"TEST").chmod(mode)
    with pytest.raises(ConfigError, match=r"chmod 600 .*mot"):
        resolve("fichier:mot", tmp_path)


def test_a_credential_of_systemd_comes_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMATFIN_PISTE", "du shell")
    assert resolve("secret:piste", tmp_path) == "du shell"
    (tmp_path / "piste").write_text("de systemd\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert resolve("secret:piste", tmp_path) == "de systemd"


def test_a_credential_that_is_no_text_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "piste").write_bytes("clé".encode("latin-1"))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(ConfigError, match="UTF-8 est attendu"):
        resolve("secret:piste", tmp_path)


def test_a_variable_is_read_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MA_VARIABLE", "TEST")
    assert resolve("env:MA_VARIABLE", tmp_path) == "TEST"


@pytest.mark.parametrize("reference", ["motdepasse", "", "fichier:absent", "env:ABSENTE", "secret:absent", "autre:x"])
def test_what_is_no_reference_or_leads_nowhere_is_said(tmp_path: Path, reference: str) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(reference, tmp_path)
    assert "motdepasse" not in str(caught.value)


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    private(tmp_path / "mot", b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="UTF-8"):
        resolve("fichier:mot", tmp_path)
    assert private_bytes(tmp_path / "mot") == b"\xff\xfe\x00"


def test_logs_show_neither_secrets_nor_whole_accounts() -> None:
    event = {"token": "abc", "mot_de_passe": "abc", "cpro-account": "abc", "note": "FR7619999000170009876543276"}
    shown = discreet(None, "", dict(event))
    assert "abc" not in shown.values()
    assert "1999900017000987654" not in str(shown["note"])
    assert str(shown["note"]).startswith("FR76")
