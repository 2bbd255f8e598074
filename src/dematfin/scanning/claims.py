"""Claims: a taken file lies in a folder of its own until its bytes are kept elsewhere, also if the run is killed."""

import json
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from dematfin.domain.paper.batch import Door
from dematfin.ports.paper_folders import Companion, Parcel
from dematfin.scanning.sightings import CLOCK
from dematfin.support.files import sync_folder, write_atomically
from dematfin.support.json_object import noted

LABEL: Final = "etiquette.json"
CONTENT: Final = "contenu"
LEFT_BEHIND: Final = 3600
"""Seconds after which an empty claim is nobody's."""
INVOICE: Final = "fac"
"""How the name of the invoice itself begins, in a folder that holds its annexes too."""


def claim(path: Path, place: str, ours: Path, *, whole: bool) -> None:
    """Take a file, or a folder of files, by renaming it; whoever comes second finds nothing."""
    folder = ours / secrets.token_hex(8)
    folder.mkdir()
    label = {"nom": path.name, "place": place, "entier": whole}
    write_atomically(folder / LABEL, json.dumps(label).encode())
    with suppress(FileNotFoundError):
        path.rename(folder / (CONTENT + path.suffix.lower()))
        sync_folder(folder)
    sync_folder(ours)


def waiting(ours: Path) -> list[Path]:
    """Return the claims that hold something, oldest first; old empty ones are cleared."""
    found = []
    for entry in os.scandir(ours):
        if entry.is_dir(follow_symlinks=False):
            folder = Path(entry.path)
            if files(folder):
                found.append(folder)
            else:
                _clear(folder, (ours / CLOCK).stat().st_mtime)
    return sorted(found, key=lambda folder: (folder.stat().st_mtime_ns, folder.name))


def _clear(folder: Path, there: float) -> None:
    """Remove an empty claim that a killed run left; one that is being made by another program is younger, and stays."""
    with suppress(OSError):
        if there - folder.stat().st_mtime > LEFT_BEHIND:
            (folder / LABEL).unlink(missing_ok=True)
            folder.rmdir()


def files(folder: Path) -> list[Path]:
    """Return the files of a claim."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and path.name != LABEL and not path.name.startswith(".")
    )


def parcel(folder: Path, door: Door) -> Parcel:
    """Return what a claim holds."""
    found = files(folder)
    label = {"nom": found[0].name, "place": "", "entier": True} | _label(folder)
    main = next((path for path in found if path.name.lower().startswith(INVOICE)), found[0])
    alone = main.parent == folder
    return Parcel(
        claim=folder.name,
        door=door,
        name=str(label["nom"]) if alone else f"{label['nom']}/{main.name}",
        place=str(label["place"]),
        path=main,
        companions=tuple(Companion(name=path.name, path=path) for path in found if path != main),
        whole=bool(label["entier"]),
    )


def _label(folder: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        return noted(folder / LABEL)
    return {}


def release(parcel: Parcel) -> None:
    """Clear a claim whose bytes are kept elsewhere."""
    folder = next((place for place in parcel.path.parents if place.name == parcel.claim), None)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
