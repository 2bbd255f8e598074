"""Claims: a taken file lies in a folder of its own until its bytes are kept elsewhere, also if the run is killed."""

import json
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from dematfin.domain.paper.batch import Door
from dematfin.ports.paper_folders import Companion, Parcel
from dematfin.support.files import sync_folder, write_atomically

LABEL: Final = "etiquette.json"
CONTENT: Final = "contenu"
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
    """Return the claims that hold something, oldest first; empty ones are cleared."""
    found = []
    for entry in os.scandir(ours):
        if entry.is_dir(follow_symlinks=False):
            folder = Path(entry.path)
            if files(folder):
                found.append(folder)
            else:
                shutil.rmtree(folder, ignore_errors=True)
    return sorted(found, key=lambda folder: ((folder / LABEL).stat().st_mtime_ns, folder.name))


def files(folder: Path) -> list[Path]:
    """Return the files of a claim."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and path.name != LABEL and not path.name.startswith(".")
    )


def parcel(folder: Path, door: Door) -> Parcel | None:
    """Return what a claim holds; None when its label was lost before anything was moved there."""
    try:
        label = json.loads((folder / LABEL).read_bytes())
    except (OSError, ValueError):
        return None
    found = files(folder)
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


def release(parcel: Parcel) -> None:
    """Clear a claim whose bytes are kept elsewhere."""
    folder = next((place for place in parcel.path.parents if place.name == parcel.claim), None)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
