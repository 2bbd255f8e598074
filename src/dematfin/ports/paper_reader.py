"""Opens files of paper, far from us: whatever a file does to its reader, it does to a process that may die."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from dematfin.domain.paper.pages import Sight
from dematfin.domain.paper.proposals import Proposal, Source

SMALL: Final = 60
"""Dots per inch at which a page is recognised, not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One document to make.

    Attributes:
        name: of the file to write.
        pages, digests: which pages of the source, from 1, and what they were when they were looked at.
        turn: degrees clockwise by which its pages are to be shown.
        source: SHA-256 of the original.
        words: what is written in the document of where it comes from.
    """

    name: str
    pages: tuple[int, ...]
    digests: tuple[str, ...]
    turn: int
    source: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a document says: the text of its pages, and its own structured data where it has some."""

    source: Source
    pages: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()


class PaperReader(Protocol):
    """Reads and takes apart files; each method raises PaperRefused, with the code of the reason."""

    def as_pdf(self, original: Path, folder: Path) -> Path:
        """Return the file itself when it is a PDF, else a PDF in `folder` that wraps the image without a loss."""
        ...

    def look(self, pdf: Path, *, sheets: bool) -> tuple[Sight, ...]:
        """Return what is seen on each page; `sheets`: look for separator sheets."""
        ...

    def split(self, pdf: Path, orders: Sequence[Order], folder: Path) -> tuple[Path, ...]:
        """Make each document in a folder, read again and found the same, page for page, as what was looked at."""
        ...

    def thumbnails(self, pdf: Path, pages: Sequence[int], folder: Path, dpi: int = SMALL) -> tuple[Path, ...]:
        """Write an image (JPEG) of each page, small unless more dots per inch are asked for."""
        ...

    def lively(self, pdf: Path) -> tuple[str, ...]:
        """Return, in French, what a PDF holds besides pages: code, actions, other files."""
        ...

    def words(self, pdf: Path) -> Words | None:
        """Return what a document says; None when it is an image that nobody was asked to recognise."""
        ...
