"""Files that come with the program: the schema of the flows, the example data."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def folder(name: str) -> Path:
    """Return a data folder: inside the installed package, or at the root of a source checkout."""
    packaged = PACKAGE / "data" / name
    return packaged if packaged.is_dir() else PACKAGE.parents[1] / name
