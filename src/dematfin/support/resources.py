"""Files that come with the program: the schema of the flows, the example data, what an installation starts from."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def folder(name: str) -> Path:
    """Return a data folder: inside the installed package, or at the root of a source checkout."""
    return _place(name)


def file(name: str) -> Path:
    """Return a file of data, wherever folders are."""
    return _place(name)


def _place(name: str) -> Path:
    packaged = PACKAGE / "data" / name
    return packaged if packaged.exists() else PACKAGE.parents[1] / name
