"""The folder of documents, and the fake, under one contract."""

import errno
import os
from pathlib import Path

import pytest

from contracts.documents import DocumentsContract
from dematfin.errors import ComeBackLater
from dematfin.ports.documents import Documents
from dematfin.store.documents import FolderDocuments
from fakes.documents import FakeDocuments


class TestFake(DocumentsContract):
    @pytest.fixture
    def documents(self) -> Documents:
        return FakeDocuments()


class TestFolder(DocumentsContract):
    @pytest.fixture
    def documents(self, tmp_path: Path) -> Documents:
        return FolderDocuments(tmp_path, 0)

    def test_nothing_is_left_in_the_making(self, tmp_path: Path, documents: Documents) -> None:
        with documents.batch():
            documents.put(b"x")
        documents.put(b"y")
        assert list((tmp_path / "en-cours").iterdir()) == []

    def test_what_a_dead_process_left_is_swept_and_what_a_living_one_makes_is_kept(self, tmp_path: Path) -> None:
        making = tmp_path / "en-cours"
        (making / "999999999-abc").mkdir(parents=True)
        (making / "999999999-1-ff").write_bytes(b"torn")
        documents = FolderDocuments(tmp_path, 0)
        assert len(list(making.iterdir())) == 2, "another machine may have that process"
        for left in making.iterdir():
            os.utime(left, (0, 0))
        FolderDocuments(tmp_path, 0)
        assert list(making.iterdir()) == []
        with documents.workspace() as folder:
            FolderDocuments(tmp_path, 0)
            assert folder.exists()

    def test_a_nearly_full_disk_takes_no_new_document(self, tmp_path: Path) -> None:
        kept = FolderDocuments(tmp_path, 0).put(b"before")
        full = FolderDocuments(tmp_path, 10**18)
        with pytest.raises(ComeBackLater, match="presque plein"):
            full.put(b"after")
        assert full.put(b"before") == kept

    @pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EDQUOT])
    def test_a_disk_that_fills_meanwhile_is_said_so(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: int
    ) -> None:
        documents = FolderDocuments(tmp_path, 0)
        with pytest.raises(ComeBackLater, match="est plein"), documents.workspace() as folder:
            raise OSError(reason, os.strerror(reason), str(folder))

        def full(*_: object) -> None:
            raise OSError(reason, os.strerror(reason))

        monkeypatch.setattr(Path, "replace", full)
        with pytest.raises(ComeBackLater, match="est plein"):
            documents.put(b"after")
        assert list((tmp_path / "en-cours").iterdir()) == []
