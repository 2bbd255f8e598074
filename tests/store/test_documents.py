"""The folder of documents, and the fake, under one contract."""

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
