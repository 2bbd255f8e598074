"""Disks: what kind of volume holds the base, whether a snapshot holds all, and what room is left."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dematfin.cli.checks.examined import Examined
from dematfin.cli.checks.line import Line, bad, good, look
from dematfin.errors import ComeBackLater
from dematfin.support.refusals import reason

MOUNTS: Final = Path("/proc/mounts")
REMOTE: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "9p", "ncpfs", "lustre"})
MEGABYTE: Final = 1_000_000
ROOM: Final = 1_000 * MEGABYTE
FEWEST_FILES: Final = 10_000
KIND: Final = "volume de la base"
TOGETHER: Final = "base et documents"


def kind(examined: Examined) -> Iterator[Line]:
    """SQLite counts on locks that shares between machines do not keep."""
    if not examined.base.on_sqlite:
        return
    point, of_kind = mounted(examined.base.file.absolute(), MOUNTS.read_text(encoding="utf-8", errors="replace"))
    if of_kind in REMOTE or of_kind.startswith("fuse"):
        found = f"la base {examined.base.file} est sur un partage ({of_kind}, {point}) : SQLite s'y abîme"
        yield bad(KIND, found, "Mettez-la sur un disque de cette machine, ou passez à PostgreSQL (base copier).")
    else:
        yield good(KIND, f"{of_kind} ({point})")


def mounted(path: Path, mounts: str) -> tuple[str, str]:
    """Return the mount point that holds a path, and its kind, as /proc/mounts tells; the last one mounted wins."""
    found = ("/", "inconnu")
    for row in mounts.splitlines():
        fields = row.split()
        point = fields[1].encode().decode("unicode_escape")
        if path.is_relative_to(point) and len(point) >= len(found[0]):
            found = point, fields[2]
    return found


def together(examined: Examined) -> Iterator[Line]:
    """A snapshot of a machine is as good as a power cut, provided that it takes all at one instant."""
    if not examined.base.on_sqlite:
        return
    places = (examined.base.file.parent, examined.settings.stockage.documents)
    if not all(place.exists() for place in places):
        yield look(TOGETHER, "l'un des deux dossiers n'existe pas encore", "La première commande les crée.")
    elif len({place.stat().st_dev for place in places}) > 1:
        found = "ils sont sur deux volumes : un instantané de la machine peut ne pas les prendre au même instant"
        yield look(TOGETHER, found, "Mettez-les sur le même, ou sauvegardez la base d'abord, les documents ensuite.")
    else:
        yield good(TOGETHER, "sur le même volume : un instantané les prend ensemble")


def room(examined: Examined) -> Iterator[Line]:
    """Look at what is left where things are written."""
    floor = examined.settings.stockage.espace_minimum_mo * MEGABYTE
    places = {"documents": (examined.settings.stockage.documents, floor), "fichiers temporaires": (_temporary(), ROOM)}
    if examined.base.on_sqlite:
        places = {"base": (examined.base.file.parent, ROOM)} | places
    for name, (place, least) in places.items():
        yield _room(f"place, {name}", _above(place), least)


def _room(subject: str, place: Path, least: int) -> Line:
    try:
        told = os.statvfs(place)
    except OSError as error:
        return bad(subject, f"{place} ne se lit pas : {reason(error)}", "Vérifiez que ce volume est monté.")
    free = told.f_bavail * told.f_frsize
    said = f"{free // MEGABYTE} Mo libres ({place})"
    if free < least:
        remedy = f"Faites de la place : sous {least // MEGABYTE} Mo, plus rien n'est pris. Rien n'est perdu."
        return bad(subject, said, remedy, ComeBackLater.exit_code)
    if told.f_files and told.f_favail < FEWEST_FILES:
        return bad(subject, f"plus que {told.f_favail} fichiers possibles sur {place}", "Agrandissez ce volume.")
    if free < 2 * least:
        return look(subject, said, f"Prévoyez de la place : sous {least // MEGABYTE} Mo, plus rien n'est pris.")
    return good(subject, said)


def _temporary() -> Path:
    return Path(tempfile.gettempdir())


def _above(place: Path) -> Path:
    """Return the nearest folder that is there."""
    return next(one for one in (place, *place.absolute().parents) if one.exists())
