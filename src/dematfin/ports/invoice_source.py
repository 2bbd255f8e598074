"""Where invoices come from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from dematfin.domain.invoice.chorus import Passage
from dematfin.domain.invoice.content import Content
from dematfin.domain.registers import StructureRules


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteRef:
    """One line of a neighbour's list; `status` and `status_at` are its own words, compared as they are.

    `status_on`: the day that `status_at` means, None when it cannot be told.
    """

    remote_id: str
    number: str
    status: str
    status_at: str
    status_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file found inside an invoice, unpacked, at a path lent by whoever asked for it."""

    name: str
    media_type: str
    main: bool
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read: the content, its attachments left empty, and the files to keep."""

    content: Content
    files: tuple[File, ...]


class InvoiceSource(Protocol):
    """A neighbour that holds our suppliers' invoices; may be called from several threads.

    It may have several doors: technical accounts, each of which shows the invoices of some of our structures.
    """

    def doors(self) -> tuple[str, ...]:
        """Return the names of the accounts."""
        ...

    def check(self, door: str) -> None:
        """Try the link and an account, or raise what is wrong with them."""
        ...

    def structures(self, door: str) -> tuple[StructureRules, ...]:
        """Return what our structures demand of suppliers."""
        ...

    def changed(self, door: str, since: date, until: date) -> Iterable[RemoteRef]:
        """List every invoice whose status changed between two days, both included."""
        ...

    def to_process(self, door: str) -> Iterable[RemoteRef]:
        """List every invoice that the neighbour shows as ours to process, however old."""
        ...

    def fetch(self, remote_id: str, target: Path) -> tuple[Passage, ...]:
        """Download one invoice into the file `target`, and return the statuses that it went through, oldest first."""
        ...

    def read(self, remote_id: str, raw: Path, folder: Path) -> Reading:
        """Read a downloaded file, its own files written in `folder` beside those of others read there before.

        Raises:
            DocumentError: saying what is wrong.
        """
        ...

    def readable(self, remote_id: str, target: Path) -> None:
        """Write into `target` the PDF that the neighbour makes of an invoice, for people to read."""
        ...
