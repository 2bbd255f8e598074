"""A configuration whose files cannot be looked at, for a while, is said to be so; nobody's thread dies of it."""

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
