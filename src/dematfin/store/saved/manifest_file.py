"""`manifeste.json`: what a backup says of itself, sealed by its own fingerprint."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from dematfin.domain.backup.manifest import Kept, Manifest
from dematfin.domain.end import End
from dematfin.domain.head import parse_head
from dematfin.errors import ConfigError, DocumentError
from dematfin.store.codec import CANONICAL, instant
from dematfin.support.refusals import reason

NAME: Final = "manifeste.json"
SEAL: Final = "empreinte"


def written(manifest: Manifest) -> bytes:
    """Return the bytes of a manifest."""
    said: dict[str, Any] = {
        "prise_le": instant(manifest.taken_at),
        "base": manifest.base,
        "moteur": "sqlite" if manifest.on_sqlite else "postgresql",
        "serveur": manifest.server,
        "tables": manifest.tables,
        "programme": manifest.program,
        "journaux": {siret: [one.genesis, one.sequence, one.hash] for siret, one in manifest.ends.items()},
        "empreintes": {siret: str(one) for siret, one in manifest.heads.items()},
        "lignes": dict(manifest.rows),
        "fichiers": {name: [one.sha256, one.size] for name, one in manifest.files.items()},
        "documents": manifest.documents,
        "octets": manifest.size,
        "manquants": list(manifest.missing),
        "configuration": manifest.configuration,
    }
    sealed = said | {SEAL: _seal(said)}
    return (json.dumps(sealed, ensure_ascii=False, indent=1) + "\n").encode()


def read(folder: Path) -> Manifest:
    """Read the manifest of a backup; raises DocumentError, which names it, when it is not what was written."""
    path = folder / NAME
    try:
        said = json.loads(path.read_bytes())
        if said.pop(SEAL) != _seal(said):
            raise DocumentError(_spoilt(path))
        return _manifest(said)
    except OSError as error:
        message = f"Le manifeste {path} ne se lit pas : {reason(error)}."
        raise DocumentError(message) from error
    except (ConfigError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DocumentError(_spoilt(path)) from error


def _manifest(said: dict[str, Any]) -> Manifest:
    return Manifest(
        taken_at=datetime.fromisoformat(said["prise_le"]),
        base=said["base"],
        on_sqlite=said["moteur"] == "sqlite",
        tables=said["tables"],
        program=said["programme"],
        ends={siret: _end(*one) for siret, one in said["journaux"].items()},
        heads={siret: parse_head(one) for siret, one in said["empreintes"].items()},
        rows=dict(said["lignes"]),
        files={name: Kept(sha256=sha256, size=size) for name, (sha256, size) in said["fichiers"].items()},
        documents=said["documents"],
        size=said["octets"],
        missing=tuple(said["manquants"]),
        configuration=said["configuration"],
        server=said.get("serveur", ""),
    )


def _end(genesis: str, sequence: int, last: str) -> End:
    return End(genesis=genesis, sequence=sequence, hash=last)


def _seal(said: dict[str, Any]) -> str:
    return hashlib.sha256(CANONICAL.encode(said).encode("utf-8", "surrogatepass")).hexdigest()


def _spoilt(path: Path) -> str:
    return f"Le manifeste {path} n'est pas celui qui a été écrit : cette sauvegarde est abîmée. Prenez-en une autre."
