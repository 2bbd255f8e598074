"""The DGFiP's own schemas, installed from its archive: judged before anything is switched, then switched at once.

They are kept in a folder of their own beside a small file that names the set in use. Writing that file is the switch:
a run that is under way goes on with the set before, which is kept until the next one.
"""

import hashlib
import json
import re
import shutil
import stat
import tempfile
import zipfile
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any, Final

from lxml import etree

from dematfin.domain.schemas import SchemaVersion
from dematfin.errors import DocumentError, TooLarge, UnsafeArchive
from dematfin.pes.validate import OFFICIAL
from dematfin.support.files import extract_member, opened, sync_file, write_atomically
from dematfin.support.json_object import noted
from dematfin.support.refusals import reason
from dematfin.support.xml import parse_file

CURRENT: Final = "installe.json"
KEPT: Final = frozenset({".xsd", ".txt"})
MOST_FILES: Final = 2_000
LARGEST_ARCHIVE: Final = 50 * 1024 * 1024
LARGEST_FILE: Final = 8 * 1024 * 1024
LARGEST_SET: Final = 64 * 1024 * 1024
SCHEMA: Final = "{http://www.w3.org/2001/XMLSchema}"
REFERENCES: Final = tuple(SCHEMA + name for name in ("include", "import", "redefine"))


def in_use(place: Path) -> Path | None:
    """Return the folder of the set in use, that which holds PES_V2; one copied there by hand counts too."""
    version = installed(place)
    if version is not None and (place / version.folder / OFFICIAL["aller"]).is_file():
        return place / version.folder
    return place if (place / OFFICIAL["aller"]).is_file() else None


def installed(place: Path) -> SchemaVersion | None:
    """Return what is known of the set in use; None when there is none, or one copied by hand."""
    try:
        told = noted(place / CURRENT)
        return SchemaVersion(
            name=str(told["version"]),
            sha256=str(told["sha256"]),
            installed_on=date.fromisoformat(told["installe_le"]),
            folder=PurePosixPath(told["dossier"]).name,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


class OfficialSchemas:
    """Implements ports.schemas.SchemaSet."""

    def __init__(self, place: Path) -> None:
        """Keep sets in a folder, made when the first one comes."""
        self._place = place

    def version(self) -> SchemaVersion | None:
        """Return what is installed."""
        return installed(self._place)

    def install(self, archive: Path, today: date) -> SchemaVersion:
        """Install a set from its archive; the one before stays in use when this one is not good."""
        try:
            fingerprint = _fingerprint(archive)
            self._place.mkdir(parents=True, exist_ok=True)
            self._sweep()
            before = installed(self._place)
            with tempfile.TemporaryDirectory(dir=self._place, prefix=".arrivee-") as scratch:
                folder = Path(scratch) / "jeu"
                name = _unpack(archive, folder) or archive.stem
                _judge(folder, archive.name)
                version = SchemaVersion(name=name, sha256=fingerprint, installed_on=today, folder=self._free_name())
                folder.rename(self._place / version.folder)
        except OSError as error:
            message = f"{archive.name} : les schémas n'ont pas pu être installés ({reason(error)}). Rien n'est changé."
            raise DocumentError(message) from error
        write_atomically(self._place / CURRENT, _written(version))
        self._forget_but(version.folder, before.folder if before else "")
        return version

    def _sweep(self) -> None:
        """Remove what an installation that was killed has left."""
        for left in self._place.glob(".arrivee-*"):
            shutil.rmtree(left, ignore_errors=True)

    def _free_name(self) -> str:
        taken = [int(one.name[4:]) for one in self._place.glob("jeu-*") if one.name[4:].isdecimal()]
        return f"jeu-{max(taken, default=0) + 1}"

    def _forget_but(self, *folders: str) -> None:
        for old in self._place.glob("jeu-*"):
            if old.name not in folders:
                shutil.rmtree(old, ignore_errors=True)


def _written(version: SchemaVersion) -> bytes:
    told = {
        "version": version.name,
        "sha256": version.sha256,
        "installe_le": version.installed_on.isoformat(),
        "dossier": version.folder,
    }
    return json.dumps(told, ensure_ascii=False, indent=2).encode()


def _fingerprint(archive: Path) -> str:
    if archive.stat().st_size > LARGEST_ARCHIVE:
        message = f"{archive.name} : cette archive est trop grande pour un jeu de schémas."
        raise TooLarge(message)
    with archive.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _unpack(archive: Path, folder: Path) -> str:
    """Write the schemas of an archive, and return the name of its version file without its extension."""
    with opened(archive, archive.name) as packed:
        members = _members(packed, archive.name)
        left, version = LARGEST_SET, ""
        for path, member in members.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            extract_member(packed, member, target, LARGEST_FILE // 200, archive.name)
            sync_file(target)
            left -= target.stat().st_size
            if left < 0:
                message = f"{archive.name} : une fois décompressé, le jeu dépasse {LARGEST_SET // 1024 // 1024} Mo."
                raise TooLarge(message)
            if len(path.parts) == 1 and path.suffix == ".txt" and re.fullmatch(r"v?\d+(\.\d+)*", path.stem):
                version = path.stem
        return version


def _members(packed: zipfile.ZipFile, what: str) -> dict[PurePosixPath, zipfile.ZipInfo]:
    """Return what is to be written, by its path under the folder that holds PES_V2; an odd name refuses the whole."""
    listed = [one for one in packed.infolist() if not one.is_dir()]
    if len(listed) > MOST_FILES:
        message = f"{what} : l'archive contient {len(listed)} fichiers, bien plus qu'un jeu de schémas."
        raise TooLarge(message)
    for one in listed:
        _check_name(one, what)
    tops = [one.filename.removesuffix(OFFICIAL["aller"]) for one in listed if one.filename.endswith(OFFICIAL["aller"])]
    tops = [top for top in tops if not top or top.endswith("/")]
    if not tops:
        message = f"{what} : ce n'est pas le jeu de schémas de la DGFiP, PES_V2/Rev0/PES_Aller.xsd n'y est pas."
        raise UnsafeArchive(message)
    top = min(tops, key=len)
    kept = [one for one in listed if one.filename.startswith(top) and PurePosixPath(one.filename).suffix in KEPT]
    return {PurePosixPath(one.filename.removeprefix(top)): one for one in kept}


def _check_name(member: zipfile.ZipInfo, what: str) -> None:
    path = PurePosixPath(member.filename)
    odd = path.is_absolute() or ".." in path.parts or "\\" in member.filename or ":" in member.filename
    if odd or stat.S_ISLNK(member.external_attr >> 16):
        message = f"{what} : l'archive contient un chemin dangereux. Rien n'est installé ; reprenez-la à la DGFiP."
        raise UnsafeArchive(message)


def _judge(folder: Path, what: str) -> None:
    """Refuse a set that looks outside of itself, or that one of two engines cannot use: lxml lets much through."""
    import xmlschema  # noqa: PLC0415 - heavy, and only here

    for path in sorted(folder.rglob("*.xsd")):
        for element in _referring(parse_file(path, f"{what}, {path.name}", LARGEST_FILE).getroot()):
            _check_reference(folder, path, element.get("schemaLocation"), what)
    for kind in OFFICIAL.values():
        if not (folder / kind).is_file():
            message = f"{what} : il manque le schéma {kind}. Le jeu en place reste utilisé."
            raise UnsafeArchive(message)
        try:
            etree.XMLSchema(file=str(folder / kind))
            xmlschema.XMLSchema(str(folder / kind), allow="local", defuse="always")
        except (etree.XMLSchemaParseError, xmlschema.XMLSchemaException) as error:
            message = f"{what} : le schéma {kind} est inutilisable. Le jeu en place reste utilisé."
            raise UnsafeArchive(message) from error


def _referring(root: Any) -> list[Any]:
    return [element for element in root.iter(*REFERENCES) if element.get("schemaLocation")]


def _check_reference(folder: Path, path: Path, location: str, what: str) -> None:
    inside = ":" not in location and (path.parent / location).resolve().is_relative_to(folder.resolve())
    if not inside:
        message = f"{what} : le schéma {path.name} en cherche un autre hors du jeu ({location[:60]})."
        raise UnsafeArchive(message)
