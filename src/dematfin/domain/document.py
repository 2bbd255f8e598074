"""A file that we keep: its fingerprint is its name, its first name is only data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRef:
    """Where the bytes are: SHA-256 in hexadecimal, and size in bytes."""

    sha256: str
    size: int
