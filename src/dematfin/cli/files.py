"""Files that a person names on the command line, read without trusting their size."""

from pathlib import Path

from dematfin.domain.visa.supporting import LARGEST
from dematfin.errors import DocumentError
from dematfin.support.refusals import reason


def content(file: Path) -> bytes:
    """Return the bytes of a document, one more than is taken at most: its size is judged with the rest."""
    try:
        with file.open("rb") as source:
            return source.read(LARGEST + 1)
    except OSError as error:
        message = f"Le fichier {file} est illisible : {reason(error)}."
        raise DocumentError(message) from error
