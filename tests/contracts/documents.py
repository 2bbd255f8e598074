"""What every document store must do, the fake as well as the real one."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dematfin.domain.document import DocumentRef
from dematfin.errors import DocumentError
from dematfin.ports.documents import Documents


class DocumentsContract:
    """Inherit and give a `documents` fixture."""

    def test_bytes_come_back_under_their_fingerprint(self, documents: Documents) -> None:
        ref = documents.put(b"une facture")
        assert ref.sha256 == hashlib.sha256(b"une facture").hexdigest()
        assert ref.size == 11
        with documents.open(ref) as source:
            assert source.read() == b"une facture"
        with documents.local(ref) as path:
            assert path.read_bytes() == b"une facture"

    def test_a_document_that_was_lost_is_told(self, documents: Documents) -> None:
        with pytest.raises(DocumentError, match="n'est plus"):
            documents.open(DocumentRef(sha256="ab" * 32, size=3))

    def test_what_was_taken_away_is_told_and_may_come_back(self, documents: Documents) -> None:
        ref, other = documents.put(b"eliminee"), documents.put(b"gardee")
        for _ in range(2):
            documents.remove(ref)
        with pytest.raises(DocumentError, match="n'est plus"):
            documents.open(ref)
        with pytest.raises(DocumentError, match="n'est plus"), documents.local(ref):
            pass
        documents.open(other).close()
        assert documents.put(b"eliminee") == ref
        documents.open(ref).close()

    def test_the_same_bytes_are_one_document(self, documents: Documents) -> None:
        assert documents.put(b"deux fois") == documents.put(b"deux fois")

    def test_a_file_of_the_workspace_is_moved_in(self, documents: Documents) -> None:
        with documents.workspace() as folder:
            made = folder / "flux.xml"
            made.write_bytes(b"<flux/>")
            ref = documents.put_file(made)
            assert not made.exists()
        assert not folder.exists()
        with documents.open(ref) as source:
            assert source.read() == b"<flux/>"

    def test_a_batch_from_several_threads_is_complete(self, documents: Documents) -> None:
        blobs = [f"document {number}".encode() for number in range(40)]
        with documents.batch(), ThreadPoolExecutor(8) as threads:
            refs = list(threads.map(documents.put, blobs))
            with documents.open(refs[0]) as source:
                assert source.read() == blobs[0]
        for ref, blob in zip(refs, blobs, strict=True):
            with documents.open(ref) as source:
                assert source.read() == blob

    def test_two_people_with_a_batch_each_lose_nothing(self, documents: Documents) -> None:
        with ThreadPoolExecutor(1) as other, documents.batch():
            mine = [documents.put(b"avant")]
            with documents.workspace() as folder:
                made = folder / "page.pdf"
                made.write_bytes(b"celle de l'autre")
                theirs = other.submit(_in_a_batch, documents, made).result()
            with documents.open(theirs) as source:
                assert source.read() == b"celle de l'autre"
            mine.append(documents.put(b"apres"))
        for ref, blob in zip(mine, (b"avant", b"apres"), strict=True):
            with documents.open(ref) as source:
                assert source.read() == blob


def _in_a_batch(documents: Documents, path: Path) -> DocumentRef:
    with documents.batch():
        return documents.put_file(path)
