"""The folder of a hand-over to an archive service: whole under its name, or not there at all.

contenu/ab/ab12….pdf    each document once, under its SHA-256
manifeste.jsonl         one line of JSON for each document of each dossier
LISEZMOI.txt            what these are
empreintes.sha256       for `sha256sum -c`: every file above
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.retention.classes import RetentionRules
from dematfin.domain.retention.dossier import Dossier
from dematfin.domain.retention.written import manifest_line
from dematfin.domain.visa.supporting import kind_of
from dematfin.errors import DocumentError
from dematfin.support.files import sync_file, sync_folder

CHUNK: Final = 1024 * 1024
EXTENSIONS: Final = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", "image/tiff": ".tif"}
SUMS: Final = "empreintes.sha256"
MANIFEST: Final = "manifeste.jsonl"
README: Final = """Versement d'archives numériques.

contenu/            chaque document, une seule fois, sous son empreinte SHA-256.
manifeste.jsonl     une ligne de JSON par document de chaque dossier : fichier, sha256, octets, dossier, intitule,
                    classe, dua_ans (durée d'utilité administrative), dua_depuis, sort_final (D destruction,
                    C conservation, T tri), date_debut, date_fin ; pour une facture, numero, fournisseur,
                    montant_ttc, dates, marche, mandats et bordereaux.
empreintes.sha256   pour tout vérifier, dans ce dossier : sha256sum -c empreintes.sha256
"""
Files = Iterable[tuple[Dossier, DocumentRef, BinaryIO]]


def make(target: Path, files: Files, rules: RetentionRules, record: Callable[[Path], None]) -> bool:
    """Write the folder, let it be recorded, then give it its name; return False when it was there, the same.

    Raises:
        DocumentError: something else is there, or a document is not what its name says.
    """
    making = target.with_name(f".{target.name}.en-cours")
    shutil.rmtree(making, ignore_errors=True)
    (making / "contenu").mkdir(parents=True)
    try:
        _fill(making, files, rules)
        record(making / MANIFEST)
        if target.exists():
            _check_same(making, target)
            return False
        making.rename(target)
        sync_folder(target.parent)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return True


def _fill(folder: Path, files: Files, rules: RetentionRules) -> None:
    names: dict[str, str] = {}
    with _synced(folder / MANIFEST) as manifest, _synced(folder / SUMS) as sums:
        for dossier, ref, source in files:
            if ref.sha256 not in names:
                names[ref.sha256] = _copy(folder, ref, source)
                sums.write(f"{ref.sha256}  {names[ref.sha256]}\n".encode())
            manifest.write(manifest_line(dossier, ref, names[ref.sha256], rules).encode())
        manifest.flush()
        (folder / "LISEZMOI.txt").write_text(README, encoding="utf-8")
        sync_file(folder / "LISEZMOI.txt")
        for name in (MANIFEST, "LISEZMOI.txt"):
            sums.write(f"{_sum(folder / name)}  {name}\n".encode())
    for one in (folder / "contenu").iterdir():
        sync_folder(one)
    sync_folder(folder / "contenu")
    sync_folder(folder)


def _copy(folder: Path, ref: DocumentRef, source: BinaryIO) -> str:
    """Copy one document; return its name in the folder."""
    first = source.read(CHUNK)
    extension = EXTENSIONS.get(kind_of(first), ".xml" if first.lstrip(b"\xef\xbb\xbf").startswith(b"<?xml") else ".bin")
    name = f"contenu/{ref.sha256[:2]}/{ref.sha256}{extension}"
    (folder / name).parent.mkdir(exist_ok=True)
    digest = hashlib.sha256()
    with _synced(folder / name) as sink:
        while first:
            digest.update(first)
            sink.write(first)
            first = source.read(CHUNK)
    if digest.hexdigest() != ref.sha256:
        message = (
            f"Le document {ref.sha256[:12]}… n'est pas ce que son nom dit : remettez-le depuis la dernière sauvegarde, "
            "puis relancez. Rien n'est versé."
        )
        raise DocumentError(message)
    return name


def _check_same(made: Path, there: Path) -> None:
    """Raise DocumentError unless what is there is what would be put there."""
    try:
        same = (made / SUMS).read_bytes() == (there / SUMS).read_bytes()
        lines = (made / SUMS).read_text(encoding="utf-8").splitlines() if same else ()
        same = same and all(_sum(there / line[66:]) == line[:64] for line in lines)
    except OSError:
        same = False
    if not same:
        message = f"{there} existe déjà et n'est pas ce versement : donnez un autre dossier, ou déplacez celui-là."
        raise DocumentError(message)


def _sum(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


@contextmanager
def _synced(path: Path) -> Iterator[IO[bytes]]:
    with path.open("wb") as sink:
        yield sink
        sink.flush()
        os.fsync(sink.fileno())
