"""The TdT that steps are tested with keeps the same promises as the real one."""

from pathlib import Path

import pytest

from contracts.transmitter import TransmitterContract, WriteFlow
from fakes.tdt import FakeTdt
from tdt.platform import flow


class TestFakeTdt(TransmitterContract):
    @pytest.fixture
    def transmitter(self, tmp_path: Path) -> FakeTdt:
        return FakeTdt(folder=tmp_path)

    @pytest.fixture
    def write_flow(self, tmp_path: Path) -> WriteFlow:
        def write(nomfic: str) -> Path:
            path = tmp_path / f"{nomfic}.xml"
            path.write_bytes(flow(nomfic))
            return path

        return write
