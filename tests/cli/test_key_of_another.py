"""The key of whoever signs, that the account of the service may not read."""

from pathlib import Path

import pytest

from dematfin.cli.diagnosis import kept_by_another


def test_the_key_of_another_account_is_no_fault_as_long_as_nobody_else_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "maire.p12"
    key.write_bytes(b"x")
    key.chmod(0o600)
    assert not kept_by_another(key)
    monkeypatch.setattr("os.access", lambda *_: False)
    assert kept_by_another(key)
    assert not kept_by_another(tmp_path / "absent.p12")
    key.chmod(0o640)
    assert not kept_by_another(key)
