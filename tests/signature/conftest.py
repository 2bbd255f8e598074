"""One town for the whole run: keys are long to make."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from signature.town import Town, flow, found_town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a town and its certificates."""
    return found_town(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def prepared(tmp_path: Path) -> Callable[..., Path]:
    """Return what writes a flow ready to be signed."""

    def write(**content: Any) -> Path:
        path = tmp_path / "flux.xml"
        path.write_bytes(flow(**content))
        return path

    return write
