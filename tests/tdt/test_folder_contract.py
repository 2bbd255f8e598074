"""Two folders and whoever serves them do what the pipeline asks of any TdT."""

from pathlib import Path

import pytest

from contracts.transmitter import Elapse, TransmitterContract, WriteFlow
from dematfin.tdt.folder import FolderTdt
from tdt.desktop import Desktop, writer
from tdt.platform import flow


class TestFolders(TransmitterContract):
    @pytest.fixture
    def transmitter(self, desktop: Desktop) -> FolderTdt:
        return desktop.ready()

    @pytest.fixture
    def write_flow(self, tmp_path: Path) -> WriteFlow:
        return writer(tmp_path, flow)

    @pytest.fixture
    def elapse(self, desktop: Desktop) -> Elapse:
        return desktop.work


class TestFoldersAnew(TestFolders):
    """Each call comes from another process: nothing is remembered but what lies in the folders."""

    @pytest.fixture
    def transmitter(self, desktop: Desktop) -> FolderTdt:
        desktop.ready()
        return Anew(desktop)


class Anew(FolderTdt):
    def __init__(self, desktop: Desktop) -> None:
        self.desktop = desktop

    def __getattribute__(self, name: str) -> object:
        if name in {"desktop", "__class__"}:
            return object.__getattribute__(self, name)
        return getattr(self.desktop.transmitter(), name)
