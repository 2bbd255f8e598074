"""The schemas that judge flows: the project's own, and the official set where it is installed.

lxml judges every document, a flow without its documents; its codes are said in French.
"""

import threading
from pathlib import Path
from typing import Any, Final

from lxml import etree

from dematfin.domain.finding import Finding
from dematfin.errors import ConfigError
from dematfin.pes.expected import ANY, Expected
from dematfin.pes.schema_words import in_words, told
from dematfin.support.resources import folder

OWN: Final = {"aller": "pes_aller_depense.xsd", "acquit": "pes_acquit.xsd"}
OFFICIAL: Final = {
    "aller": "PES_V2/Rev0/PES_Aller.xsd",
    "acquit": "PES_V2/Rev0/PES_V2_Acquit_Autonome_V2.xsd",
    "retour": "PES_V2/RETOUR/Rev0/PES_Retour.xsd",
}


class Schemas:
    """Judges documents of a kind: `aller`, `acquit` or `retour` (official set only)."""

    def __init__(self, official: Path | None = None, expected: Expected = ANY) -> None:
        """Prepare to judge.

        Args:
            official: the folder of the DGFiP's set, that which holds `PES_V2`; looked into at the first judgment.
            expected: what this collectivité writes in its flows, for the rules that no schema says.
        """
        self._official = official
        self.expected = expected

    def check(self) -> None:
        """Compile every schema; raises ConfigError when the official set is not where it should be."""
        for kind in OFFICIAL:
            for path in self._paths(kind):
                _compiled(path)

    def findings(self, tree: Any) -> tuple[Finding, ...]:
        """Return what is refused of a flow without its documents: by our schema, or else by the official one."""
        for path in self._paths("aller"):
            schema = _compiled(path)
            if not schema.validate(tree):
                judge = "schéma de dematfin" if path.name == OWN["aller"] else "schéma officiel"
                return told(tree, schema.error_log, judge)
        return ()

    def refusals(self, kind: str, tree: Any) -> tuple[str, ...]:
        """Return the first thing that a schema refuses of an answer; empty when all accept."""
        for path in self._paths(kind):
            schema = _compiled(path)
            if not schema.validate(tree):
                return (in_words(tree, schema.error_log[0]),)
        return ()

    def _paths(self, kind: str) -> list[Path]:
        paths = [folder("xsd") / OWN[kind]] if kind in OWN else []
        if self._official is None:
            return paths
        if not (self._official / OFFICIAL["aller"]).is_file():
            message = (
                f"Le dossier {self._official} ne contient pas les schémas officiels (PES_V2/Rev0/PES_Aller.xsd). "
                "Installez-les (xsd installer ARCHIVE), ou retirez schemas_officiels de la section [pes]."
            )
            raise ConfigError(message)
        return [*paths, self._official / OFFICIAL[kind]]


class _Compiled(threading.local):
    """Schemas of one thread: each keeps what it last refused, which another thread has no business to tell."""

    def __init__(self) -> None:
        self.schemas: dict[Path, Any] = {}


COMPILED: Final = _Compiled()


def _compiled(path: Path) -> Any:
    if path not in COMPILED.schemas:
        COMPILED.schemas[path] = etree.XMLSchema(file=str(path))
    return COMPILED.schemas[path]
