"""The schemas that judge flows: the project's own, and the official set where it is installed.

lxml judges every document. xmlschema only explains a failure, on a copy without its documents: it would need a
hundred times the time, and gigabytes of memory for one large document.
"""

from functools import cache
from pathlib import Path
from typing import Any, Final

import xmlschema
from lxml import etree

from dematfin.domain.finding import Finding, Severity
from dematfin.errors import ConfigError
from dematfin.support.resources import folder

OWN: Final = {"aller": "pes_aller_depense.xsd", "acquit": "pes_acquit.xsd"}
OFFICIAL: Final = {
    "aller": "PES_V2/Rev0/PES_Aller.xsd",
    "acquit": "PES_V2/Rev0/PES_V2_Acquit_Autonome_V2.xsd",
    "retour": "PES_V2/RETOUR/Rev0/PES_Retour.xsd",
}
MOST_EXPLAINED: Final = 5


class Schemas:
    """Judges documents of a kind: `aller`, `acquit` or `retour` (official set only)."""

    def __init__(self, official: Path | None = None) -> None:
        """Prepare to judge; `official` is the folder of the DGFiP's set, that which holds `PES_V2`."""
        self._official = official
        if official is not None and not (official / OFFICIAL["aller"]).is_file():
            message = f"Le dossier {official} ne contient pas les schémas officiels (PES_V2/Rev0/PES_Aller.xsd)."
            raise ConfigError(message)

    def refusals(self, kind: str, tree: Any) -> tuple[str, ...]:
        """Return, in French, what a schema refuses; empty when all accept."""
        for path in self._paths(kind):
            if not _compiled(path).validate(tree):
                return _explained(path, tree)
        return ()

    def _paths(self, kind: str) -> list[Path]:
        paths = [folder("xsd") / OWN[kind]] if kind in OWN else []
        return [*paths, self._official / OFFICIAL[kind]] if self._official else paths


def schema_findings(refusals: tuple[str, ...]) -> tuple[Finding, ...]:
    """Turn refusals into findings that stop a flow."""
    return tuple(
        Finding(code="PES-XSD", severity=Severity.BLOCKING, sentence=f"Le schéma PES refuse le flux : {refusal}")
        for refusal in refusals
    )


@cache
def _compiled(path: Path) -> Any:
    return etree.XMLSchema(file=str(path))


@cache
def _explainer(path: Path) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(path), allow="local", defuse="never")  # schema files of our own disk


def _explained(path: Path, tree: Any) -> tuple[str, ...]:
    """Say where and why; the documents are emptied first, since they are not what xmlschema is asked about."""
    errors = _compiled(path).error_log
    first = tuple(f"ligne {error.line}, {error.message}" for error in list(errors)[:MOST_EXPLAINED])
    for document in tree.iter("Fichier"):
        document.text = "AAAA" if (document.text or "").strip() else None
    found = []
    for error in _explainer(path).iter_errors(tree):
        found.append(f"{error.path} : {error.reason}")
        if len(found) == MOST_EXPLAINED:
            break
    return tuple(found) or first
