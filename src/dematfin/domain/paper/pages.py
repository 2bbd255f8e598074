"""What was seen on each page of a batch, and what each page is judged to be."""

from dataclasses import dataclass
from enum import StrEnum

from dematfin.domain.paper.sheet import Mark, Sheet


class Verdict(StrEnum):
    """What a page is; each page is one of these, and only one."""

    SEPARATOR = "separator"
    BACK = "separator_back"
    CONTENT = "content"
    BLANK_BACK = "blank_back"  # left out of the documents, because the configuration asks for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the readers saw on one page.

    Attributes:
        page: its place in the batch, from 1.
        digest: SHA-256 of its content and images, as they are stored.
        sheet: the separator sheet that it shows.
        rung: which reader told it, at how many dots per inch; `agent` for a person.
        turn: degrees clockwise by which the page must be turned for its sheet to be upright.
        suspicion: what makes believe in a sheet that nobody could read, in French; empty when nothing does.
        ghost: a sheet shows through it, mirrored: it is the back of one.
        blank: nothing is written on it; None where nobody asked.
    """

    page: int
    digest: str
    sheet: Sheet | None = None
    rung: str = ""
    turn: int = 0
    suspicion: str = ""
    ghost: bool = False
    blank: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The pages of one document.

    Attributes:
        pages: from 1, in their order.
        sheet: the sheet that announced it; None for pages that none announced.
        turn: degrees clockwise by which to show its pages, as its sheet lay.
    """

    pages: tuple[int, ...]
    sheet: Sheet | None = None
    turn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a batch, as it is remembered.

    Attributes:
        id: `<batch>:<page>`.
        document: the document that holds it; empty for a sheet, its back, or a blank back left out.
        piece: place of that document in its batch, from 1; 0 outside any.
        route, serial, mark: what its sheet says.
    """

    id: str
    batch: str
    page: int
    digest: str
    verdict: Verdict
    piece: int = 0
    document: str = ""
    mark: str = ""
    route: str = ""
    serial: int = 0
    rung: str = ""
    turn: int = 0
    suspicion: str = ""
    ghost: bool = False
    blank: bool | None = None

    @property
    def sight(self) -> Sight:
        """What was seen on it."""
        return Sight(
            page=self.page,
            digest=self.digest,
            sheet=Sheet(mark=Mark(self.mark), route=self.route, serial=self.serial) if self.mark else None,
            rung=self.rung,
            turn=self.turn,
            suspicion=self.suspicion,
            ghost=self.ghost,
            blank=self.blank,
        )


def page_id(batch: str, page: int) -> str:
    """Name a page so that pages of a batch come in their order."""
    return f"{batch}:{page:05d}"
