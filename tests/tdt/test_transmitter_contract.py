"""Our adapter before the simulated S²LOW does what the pipeline asks of any TdT."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.transmitter import TransmitterContract, WriteFlow
from dematfin.tdt.s2low import S2low
from tdt.platform import flow, s2low_at, simulated


class TestS2low(TransmitterContract):
    @pytest.fixture
    def transmitter(self, tls: Path, tmp_path: Path) -> Iterator[S2low]:
        platform = simulated(tls, tmp_path / "etat")
        with s2low_at(platform, tls) as adapter:
            yield adapter
        platform.close()

    @pytest.fixture
    def write_flow(self, tmp_path: Path) -> WriteFlow:
        def write(nomfic: str) -> Path:
            path = tmp_path / f"{nomfic}.xml"
            path.write_bytes(flow(nomfic))
            return path

        return write
