"""What a document says: its structured data, else the text that it carries, else what is recognised."""

from pathlib import Path

from dematfin.ports.paper_reader import Words


def read(path: Path, *, ocr: bool) -> Words | None:
    """Return the words of a document; None when it is only an image and nobody asked for its recognition."""
    return None
