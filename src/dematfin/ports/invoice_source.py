"""Where invoices come from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from dematfin.domain.invoice.invoice import Content
from dematfin.domain.registers import StructureRules


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteRef:
    """One line of a neighbour's list.

    Attributes:
        status, status_at: in the neighbour's own words, compared as they are.
        ready: we may have to process it.
        elsewhere: somebody has already mandated it.
    """

    remote_id: str
    number: str
    status: str
    status_at: str
    ready: bool
    elsewhere: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """An invoice as downloaded.

    Attributes:
        notified_on: first day when it was at our disposal; None when the neighbour does not tell.
    """

    remote_id: str
    data: bytes
    notified_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file found inside an invoice, unpacked."""

    name: str
    media_type: str
    main: bool
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read: the content, its attachments left empty, and the files to keep."""

    content: Content
    files: tuple[File, ...]


class InvoiceSource(Protocol):
    """A neighbour that holds our suppliers' invoices; may be called from several threads."""

    def structures(self) -> tuple[StructureRules, ...]:
        """Return what our structures demand of suppliers."""
        ...

    def changed(self, since: date, until: date) -> Iterable[RemoteRef]:
        """List every invoice whose status changed between two days, both included."""
        ...

    def fetch(self, remote_id: str) -> Raw:
        """Download one invoice."""
        ...

    def read(self, remote_id: str, data: bytes) -> Reading:
        """Read downloaded bytes, or raise a DocumentError that says what is wrong with them."""
        ...
