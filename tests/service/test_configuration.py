"""A configuration whose files cannot be read, for a while, is said to be so, and read again once they can be."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from dematfin.errors import ConfigError
from dematfin.service.configuration import Configuration
from service.fleet import FIRST, SECOND, Fleet


def test_a_configuration_that_may_not_be_looked_at_any_more_stops_no_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Fleet.of(tmp_path, FIRST, SECOND)
    seen = Configuration(tmp_path / "config.toml", fresh=0)

    def denied(path: Any, **_: Any) -> os.stat_result:
        raise PermissionError(13, "", str(path))

    with monkeypatch.context() as patch, suppress(ConfigError):
        patch.setattr(os, "stat", denied)
        seen.has_changed()
    assert seen.has_changed()
    assert [one.siret for one in seen.found] == [FIRST, SECOND]


def test_what_could_not_be_read_is_read_again_though_no_file_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Fleet.of(tmp_path, FIRST)
    path = tmp_path / "config.toml"
    seen = Configuration(path, fresh=0)
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"Ville", b"Bourg"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))

    def broken(*_: Any) -> Any:
        raise ConfigError

    with monkeypatch.context() as patch:
        patch.setattr("dematfin.service.configuration.houses", broken)
        for _ in range(2):
            with pytest.raises(ConfigError):
                seen.has_changed()
    assert seen.has_changed() and seen.found[0].name == f"Bourg {FIRST}"
    assert not seen.has_changed()


def test_a_file_that_others_may_read_from_now_on_or_that_was_replaced_is_read_again(tmp_path: Path) -> None:
    Fleet.of(tmp_path, FIRST)
    path = tmp_path / "config.toml"
    path.chmod(0o600)
    seen = Configuration(path, fresh=0)
    path.chmod(0o640)
    assert seen.has_changed() and not seen.has_changed()
    known, other = path.stat(), tmp_path / "config.new"
    other.write_bytes(path.read_bytes().replace(b"Ville", b"Bourg"))
    os.utime(other, ns=(known.st_atime_ns, known.st_mtime_ns))
    other.replace(path)
    assert seen.has_changed() and seen.found[0].name == f"Bourg {FIRST}"
