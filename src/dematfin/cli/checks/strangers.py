"""What strangers with an account here could read or write: base, documents, copies, exchange folders, locks."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dematfin.cli.checks.examined import Examined
from dematfin.cli.checks.line import Line, bad, good, look

SUBJECT: Final = "droits des autres comptes"
READ: Final = 0o004
WRITE: Final = 0o002
PASS: Final = 0o001
BESIDE_A_BASE: Final = ("", "-wal", "-shm", "-journal")
LOCKS: Final = "service-*.verrou"


def places(examined: Examined) -> Iterator[Line]:
    """Say what anybody with an account on this machine could change, then what anybody could read."""
    kept, shared = _kept(examined), _shared(examined)
    changed = [one for one in (*kept, *shared) if _open_to_anybody(one, WRITE)]
    read = [one for one in kept if one not in changed and _open_to_anybody(one, READ)]
    for one in changed:
        yield bad(SUBJECT, f"tout compte de la machine peut écrire {one}", f"chmod o-rwx {one}")
    for one in read:
        yield look(SUBJECT, f"tout compte de la machine peut lire {one}", f"chmod o-rwx {one}")
    if not (changed or read):
        yield good(SUBJECT, "ni lecture, ni écriture")


def _kept(examined: Examined) -> list[Path]:
    """Return what is ours alone: accounts, names and addresses are in it."""
    settings = examined.settings
    found = [settings.stockage.documents, settings.signature.cache_crl]
    found += sorted(settings.stockage.documents.glob(LOCKS))
    if examined.base.on_sqlite:
        found += [examined.base.file.with_name(f"{examined.base.file.name}{end}") for end in BESIDE_A_BASE]
    for copies in (settings.sauvegarde.dossier, settings.sauvegarde.ailleurs):
        found += [copies, *sorted(copies.iterdir())] if copies is not None and copies.is_dir() else []
    return [one for one in found if one.exists()]


def _shared(examined: Examined) -> list[Path]:
    """Return the folders that another software shares: its account reads them, a stranger must not write there."""
    settings = examined.settings
    paper, exchange, tdt = settings.numerisation, settings.echange, settings.tdt_dossier
    named = [paper.depot, paper.factures]
    named += [exchange.depot_pes, exchange.factures, exchange.journal, exchange.retours] if exchange else []
    named += [tdt.depot, tdt.retour, tdt.traites, tdt.erreurs] if tdt else []
    return [one for one in dict.fromkeys(named) if one is not None and one.exists()]


def _open_to_anybody(path: Path, right: int) -> bool:
    """Say whether an account of neither the owner nor the group has a right: a closed folder above keeps it out."""
    whole = Path(os.path.realpath(path))
    return bool(_mode(whole) & right) and all(_mode(above) & PASS == PASS for above in whole.parents)


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:  # not even we look there
        return 0
