"""The exchange folders: a file appears in one whole, by one rename; what is prepared for it waits on the same volume.

Once the receipt of a delivery is there, a prepared file that is no longer there was given: whoever reads the folder may
have taken it away since. Without its receipt, it was lost with the rest of our place. Receipts stay, for a ledger that
is restored from an older copy.
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from dematfin.domain.exchange.hand_over import HandOverKind
from dematfin.errors import Refused, Unreachable
from dematfin.finance.exchange_settings import ExchangeSettings
from dematfin.finance.exports import Exports
from dematfin.finance.shared import (
    OURS,
    holds,
    known_place,
    made_place,
    read,
    try_out,
    written,
)
from dematfin.ports.exchange import Export
from dematfin.support.files import sync_folder
from dematfin.support.shares import is_there, reaching

STAGED: Final = "remises"
SAID: Final = {HandOverKind.INVOICE: "factures", HandOverKind.JOURNAL: "journal", HandOverKind.RETOUR: "retours"}
NAME: Final = re.compile(r"[^./\\\0][^/\\\0]{0,239}")
RECEIPT: Final = re.compile(r"\.(\d{6,12})\.recu")


class ExchangeFolders:
    """Implements ports.exchange.Exchange."""

    def __init__(self, settings: ExchangeSettings) -> None:
        self._depot = settings.depot_pes
        self._exports = Exports(settings.depot_pes, settings.stable) if settings.depot_pes else None
        self._folders = {
            HandOverKind.INVOICE: settings.factures,
            HandOverKind.JOURNAL: settings.journal,
            HandOverKind.ACQUIT: settings.retours,
            HandOverKind.RETOUR: settings.retours,
        }

    def check(self) -> str:
        """Look whether each folder is there and may be written in, and name them; raises Unreachable, ConfigError."""
        known = {"export": self._depot, **{words: self._folders[kind] for kind, words in SAID.items()}}
        for folder in filter(None, known.values()):
            with reaching(folder):
                try_out(folder)
        return ", ".join(name for name, folder in known.items() if folder) or "aucun"

    def exports(self) -> Iterator[Export]:
        """Claim each flow that is complete, and yield it."""
        return self._exports.claim() if self._exports else iter(())

    def taken(self, export: Export) -> None:
        """Let a claimed file go."""
        if self._exports:
            self._exports.taken(export)

    def refuse(self, export: Export, why: str) -> None:
        """Put a claimed file in the folder of refusals."""
        if self._exports:
            self._exports.refuse(export, why)

    def ignored(self) -> tuple[str, ...]:
        """Return sentences on what lies among the exports and will not be taken."""
        return self._exports.ignored() if self._exports else ()

    def receives(self, kind: HandOverKind) -> bool:
        """Say whether a folder is configured for a kind."""
        return self._folders[kind] is not None

    def prepare(self, kind: HandOverKind) -> None:
        """Make our place in a folder that serves for the first time."""
        folder = self._folder(kind)
        with reaching(folder):
            made_place(folder, STAGED)

    def stage(self, kind: HandOverKind, name: str, source: Path) -> None:
        """Write a file beside its place, whole or not at all."""
        folder = self._folder(kind)
        with reaching(folder):
            place = known_place(folder, STAGED)
            if _is_free(folder / _checked(name), source):
                with source.open("rb") as content, written(place / name) as sink:
                    shutil.copyfileobj(content, sink)

    def put(self, kind: HandOverKind, delivery: str, names: Sequence[str], receipt: bytes) -> None:
        """Keep the receipt, then give staged files their places, in this order."""
        folder = self._folder(kind)
        with reaching(folder):
            place = known_place(folder, STAGED)
            if not self.begun(kind, delivery, receipt):
                sync_folder(place)  # what is staged is there for good before the receipt says so
                with written(_receipt(place, delivery)) as sink:
                    sink.write(receipt)
                sync_folder(place)
            for name in (one for one in names if is_there(place / _checked(one))):
                if name == names[-1]:  # it says that all the others are there
                    _sync(folder, place)
                _give(place / name, folder / name)
            _sync(folder, place)

    def begun(self, kind: HandOverKind, delivery: str, receipt: bytes) -> bool:
        """Say whether the receipt of a delivery is there."""
        folder = self._folder(kind)
        with reaching(folder):
            path = _receipt(known_place(folder, STAGED), delivery)
            return is_there(path) and read(path) == receipt

    def receipts(self, kind: HandOverKind, beyond: str) -> tuple[bytes, ...]:
        """Return the receipts of the deliveries that come after one."""
        folder = self._folder(kind)
        with reaching(folder):
            folder.stat()
            if not is_there(folder / OURS / STAGED):
                return ()
            place = known_place(folder, STAGED)
            known = filter(None, (RECEIPT.fullmatch(path.name) for path in place.iterdir()))
            after = sorted((int(one[1]), one[0]) for one in known if int(one[1]) > int(beyond))
            return tuple(read(place / name) for _, name in after)

    def _folder(self, kind: HandOverKind) -> Path:
        folder = self._folders[kind]
        if folder is None:
            message = (
                f"La section [echange] n'a pas de dossier où remettre ceci ({kind}) : configurez-le, puis relancez."
            )
            raise Unreachable(message)
        return folder


def _checked(name: str) -> str:
    """Refuse a name that could be a path: those that we make never are."""
    if NAME.fullmatch(name) is None:
        message = f"« {name} » ne peut pas être un nom de fichier : rien n'est remis."
        raise Refused(message)
    return name


def _receipt(place: Path, delivery: str) -> Path:
    return place / f".{delivery}.recu"


def _give(staged: Path, target: Path) -> None:
    """Give a staged file its place; what is there already, byte for byte, was given."""
    if _is_free(target, staged):
        staged.rename(target)
    else:
        staged.unlink()


def _sync(*folders: Path) -> None:
    for folder in folders:
        sync_folder(folder)


def _is_free(target: Path, source: Path) -> bool:
    """Say whether a name is to be given; a rename would put ours in the place of somebody else's."""
    if not is_there(target):
        return True
    if not holds(target, source):
        message = (
            f"Un autre fichier porte déjà le nom {target.name} dans {target.parent} : rien n'y est remis. Voyez à qui "
            "il est, ôtez-le, puis relancez (dematfin echange faire)."
        )
        raise Refused(message)
    return False
