"""The exchange folders: a file appears in one whole, by one rename; what is prepared for it waits on the same volume.

A prepared file that is no longer there was given: whoever reads the folder may have taken it away since.
"""

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from dematfin.domain.exchange.hand_over import HandOverKind
from dematfin.errors import Refused, Unreachable
from dematfin.finance.exchange_settings import ExchangeSettings
from dematfin.finance.exports import Exports
from dematfin.finance.shared import check_usable, is_there, known_place, made_place, reaching
from dematfin.ports.exchange import Export
from dematfin.support.files import sync_folder

STAGED: Final = "remises"
SAID: Final = {HandOverKind.INVOICE: "factures", HandOverKind.JOURNAL: "journal", HandOverKind.RETOUR: "retours"}
NAME: Final = re.compile(r"[^./\\\0][^/\\\0]{0,239}")


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
                check_usable(folder)
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
            _check_free(folder / _checked(name))
            part = place / f"{name}.part"
            with source.open("rb") as read, part.open("wb") as sink:
                shutil.copyfileobj(read, sink)
                sink.flush()
                os.fsync(sink.fileno())
            part.replace(place / name)
            sync_folder(place)

    def put(self, kind: HandOverKind, names: Sequence[str]) -> None:
        """Give staged files their places, in this order."""
        folder = self._folder(kind)
        with reaching(folder):
            place = known_place(folder, STAGED)
            for name in names:
                staged = place / _checked(name)
                if is_there(staged):
                    _check_free(folder / name)
                    staged.rename(folder / name)
                    sync_folder(folder)
                    sync_folder(place)

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


def _check_free(target: Path) -> None:
    """A rename would put ours in the place of somebody else's."""
    if is_there(target):
        message = (
            f"Un autre fichier porte déjà le nom {target.name} dans {target.parent} : rien n'y est remis. Voyez à qui "
            "il est, ôtez-le, puis relancez (dematfin echange faire)."
        )
        raise Refused(message)
