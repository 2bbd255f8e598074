"""Taking the documents out of a flow: into a new folder, under names that are ours once made safe."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from dematfin.errors import DocumentError
from dematfin.pes.aller import carried, light_of
from dematfin.pes.contents import inflated
from dematfin.pes.read import value
from dematfin.support.refusals import reason

STRANGE: Final = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST: Final = 80
RESERVED: Final = frozenset({"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(10))})


def take_out(flow: Path, folder: Path) -> tuple[str, ...]:
    """Write each document of a flow, and return the names given.

    Raises:
        DocumentError: the folder holds something already, cannot be written, or a document is damaged (those before
            it are there).
    """
    light = light_of(flow)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            message = f"Le dossier {folder} n'est pas vide. Donnez un dossier neuf : rien n'y est écrit."
            raise DocumentError(message)
        names: list[str] = []
        for holder, _, span in carried(light):
            told = value(holder, "NomPJ")
            names.append(_free(safe_name(told), names))
            with (folder / names[-1]).open("xb") as sink:
                sink.writelines(inflated(flow, span, f"Le contenu de la pièce « {told} »"))
    except OSError as error:
        message = f"Rien ne peut être écrit dans {folder} ({reason(error)})."
        raise DocumentError(message) from error
    return tuple(names)


def safe_name(told: str) -> str:
    r"""Return a file name that stays in its folder on any system, whatever a flow calls it.

    >>> safe_name("../../etc/Facture n° 12 été.pdf"), safe_name("CON.pdf"), safe_name("..")
    ('Facture-n-12-ete.pdf', '_CON.pdf', 'piece')
    """
    bare = unicodedata.normalize("NFKD", told.replace("\\", "/")).encode("ascii", "ignore").decode("ascii")
    path = PurePosixPath(STRANGE.sub("-", PurePosixPath(bare).name).strip(".-"))
    stem, ending = path.stem[:LONGEST] or "piece", path.suffix[:10]
    return f"_{stem}{ending}" if stem.lower() in RESERVED else f"{stem}{ending}"


def _free(name: str, taken: list[str]) -> str:
    """Number a name that is taken; some systems do not tell capitals."""
    used = {one.lower() for one in taken}
    return next(one for one in _numbered(name) if one.lower() not in used)


def _numbered(name: str) -> Iterator[str]:
    yield name
    path, number = PurePosixPath(name), 1
    while True:
        number += 1
        yield f"{path.stem}-{number}{path.suffix}"
