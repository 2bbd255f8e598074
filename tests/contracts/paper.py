"""What every reader of paper must do, the fake as well as the real one."""

from abc import abstractmethod
from pathlib import Path

import pytest

from dematfin.domain.paper.cut import cut
from dematfin.domain.paper.pages import Verdict
from dematfin.domain.paper.rules import PaperRules
from dematfin.errors import PaperRefused
from dematfin.ports.paper_reader import Order, PaperReader

PAGES = ("sheet 1", "written", "written too", "sheet 2", "written again")


class PaperContract:
    """Inherit, give a `paper` fixture and say how a file of some pages is made."""

    @abstractmethod
    def file(self, folder: Path, *pages: str) -> Path:
        """Make a file whose pages are `sheet N`, or anything written."""

    @abstractmethod
    def spoiled(self, folder: Path) -> Path:
        """Make a file that nobody can read."""

    def test_sheets_are_seen_and_pages_cut(self, paper: PaperReader, tmp_path: Path) -> None:
        seen = paper.look(self.file(tmp_path, *PAGES), sheets=True)
        assert [sight.page for sight in seen] == [1, 2, 3, 4, 5]
        assert [sight.sheet and sight.sheet.serial for sight in seen] == [1, None, None, 2, None]
        made = cut(seen, PaperRules())
        assert [piece.pages for piece in made.pieces] == [(2, 3), (5,)]
        assert made.verdicts[0] is Verdict.SEPARATOR

    def test_without_sheets_every_page_is_a_page(self, paper: PaperReader, tmp_path: Path) -> None:
        seen = paper.look(self.file(tmp_path, *PAGES), sheets=False)
        assert [sight.sheet for sight in seen] == [None] * 5

    def test_different_pages_have_different_digests(self, paper: PaperReader, tmp_path: Path) -> None:
        path = self.file(tmp_path, *PAGES)
        digests = [sight.digest for sight in paper.look(path, sheets=True)]
        assert len(set(digests)) == 5
        assert [sight.digest for sight in paper.look(path, sheets=False)] == digests

    def test_documents_hold_the_pages_asked_for(self, paper: PaperReader, tmp_path: Path) -> None:
        path = self.file(tmp_path, *PAGES)
        digests = [sight.digest for sight in paper.look(path, sheets=True)]
        orders = [_order("un.pdf", (2, 3), digests), _order("deux.pdf", (5,), digests)]
        first, second = paper.split(path, orders, tmp_path)
        assert [sight.digest for sight in paper.look(first, sheets=False)] == digests[1:3]
        assert [sight.digest for sight in paper.look(second, sheets=False)] == digests[4:]

    def test_a_document_that_would_not_be_as_seen_is_refused(self, paper: PaperReader, tmp_path: Path) -> None:
        path = self.file(tmp_path, *PAGES)
        digests = [sight.digest for sight in paper.look(path, sheets=True)]
        with pytest.raises(PaperRefused) as refused:
            paper.split(path, [_order("un.pdf", (2,), digests[::-1])], tmp_path)
        assert refused.value.code == "invariant"

    def test_an_image_is_made_of_each_page_asked_for(self, paper: PaperReader, tmp_path: Path) -> None:
        made = paper.thumbnails(self.file(tmp_path, *PAGES), [2, 5], tmp_path)
        assert [path.name for path in made] == ["page-0002.jpg", "page-0005.jpg"]
        assert all(path.stat().st_size for path in made)
        before = made[0].read_bytes()
        (sharper,) = paper.thumbnails(self.file(tmp_path, *PAGES), [2], tmp_path, 110)
        assert sharper.read_bytes() != before

    def test_what_cannot_be_read_is_refused(self, paper: PaperReader, tmp_path: Path) -> None:
        with pytest.raises(PaperRefused) as refused:
            paper.look(self.spoiled(tmp_path), sheets=True)
        assert refused.value.code == "damaged"


def _order(name: str, pages: tuple[int, ...], digests: list[str]) -> Order:
    wanted = tuple(digests[page - 1] for page in pages)
    return Order(name=name, pages=pages, digests=wanted, turn=0, source="ab" * 32, words="essai")
