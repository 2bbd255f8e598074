"""The drop folder: a flow appears in it whole, by one rename, and what was put there is remembered.

Whoever takes files to the TdT takes them away at any moment: one that is no longer there proves nothing, its mark does.
Copies on their way and marks lie in `.dematfin`, on the same volume. A copy that is still there was never put down; a
mark without its copy was. Hence the order: copy, mark, rename; and to give up: the mark, then the copy. But a power cut
may undo a rename that others have seen: a copy whose mark is older than the start of the machine proves nothing, it is
kept, and a person asks.
"""

import errno
import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from dematfin.errors import AlreadyThere, ConfigError, ConnectorError, Refused, UnknownOutcome, Unreachable
from dematfin.support.boot import boot
from dematfin.support.files import sync_folder
from dematfin.support.refusals import reason
from dematfin.support.shares import REMEDY, check_writable, digest, is_there, reaching
from dematfin.tdt.marks import Mark, Marks

OURS: Final = ".dematfin"
LOCK: Final = "verrou"
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


class Drop:
    """One drop folder."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self.folder = folder
        self._place = folder / OURS
        self._marks = Marks(self._place, now)

    def prepare(self) -> bool:
        """Make our place in the folder, and say whether it is new there; raises Unreachable, ConfigError."""
        with reaching(self.folder):
            check_writable(self.folder)
            new = not is_there(self._place)
            self._place.mkdir(exist_ok=True)
            sync_folder(self.folder)
        with self._alone():  # a share that knows no lock is found out now
            if self._place.stat().st_dev != self.folder.stat().st_dev:
                message = f"{self._place} n'est pas sur le même disque que {self.folder} : supprimez ce montage."
                raise ConfigError(message)
        return new

    def put(self, flow: Path, nomfic: str) -> None:
        """Put a flow down, once.

        Raises:
            Unreachable: nothing was put down.
            UnknownOutcome: `holds` will tell.
            AlreadyThere, Refused: something was, under this name.
        """
        with self._alone():
            if self._holds(flow, nomfic):
                message = f"Le flux {nomfic} a déjà été déposé, exactement le même, dans {self.folder}."
                raise AlreadyThere(message)
            try:
                self._put(flow, nomfic)
            except OSError as error:
                raise self._what_became(nomfic, error) from error

    def holds(self, flow: Path, nomfic: str) -> bool:
        """Say whether this very flow was put down; raises Refused when another one was, under its name."""
        with self._alone():
            return self._holds(flow, nomfic)

    def mark(self, nomfic: str) -> Mark | None:
        """Return what is remembered of a deposit; None when there was none."""
        with reaching(self.folder):
            self._check_place()
            if NAME.fullmatch(nomfic) is None or self._never_put_down(nomfic):
                return None
            return self._marks.read(nomfic)

    def doubtful(self, nomfic: str) -> bool:
        """Say whether the power was cut while a flow was being put down: it may have been taken, or not be there."""
        with reaching(self.folder):
            return is_there(self._copy(nomfic)) and not self._never_put_down(nomfic)

    def names(self) -> frozenset[str]:
        """Return the NomFic of each deposit ever begun."""
        with reaching(self.folder):
            self._check_place()
            return self._marks.names()

    def still_has(self, nomfic: str) -> bool:
        """Say whether nobody has taken a flow away yet."""
        with reaching(self.folder):
            return is_there(self._target(nomfic))

    def copy_of(self, nomfic: str, target: Path) -> bool:
        """Copy a flow that nobody has taken away yet into `target`; False when it is not there."""
        with reaching(self.folder):
            if NAME.fullmatch(nomfic) is None or not is_there(self._target(nomfic)):
                return False
            shutil.copyfile(self._target(nomfic), target)
            return True

    def _put(self, flow: Path, nomfic: str) -> None:
        copy, target = self._copy(nomfic), self._target(nomfic)
        with flow.open("rb") as source, copy.open("xb") as sink:
            shutil.copyfileobj(source, sink)
            sink.flush()
            os.fsync(sink.fileno())
        sync_folder(self._place)
        self._marks.write(nomfic, copy)
        if is_there(target):  # a rename would put ours in its place
            raise FileExistsError(errno.EEXIST, "", str(target))
        copy.rename(target)
        sync_folder(self.folder)
        sync_folder(self._place)

    def _what_became(self, nomfic: str, error: OSError) -> ConnectorError:
        """Give up a deposit that failed; once its copy is gone only its mark knows, and a dead share says nothing."""
        try:
            self._give_up(nomfic)
            doubt = self._marks.has(nomfic)
        except OSError:
            doubt = True
        if doubt:
            message = f"Flux {nomfic} : on ne sait pas s'il est dans {self.folder} ({reason(error)}). Il sera vérifié."
            return UnknownOutcome(message)
        message = f"Le flux {nomfic} n'a pas pu être déposé dans {self.folder} : {reason(error)}. {REMEDY}"
        return Unreachable(message)

    def _give_up(self, nomfic: str) -> None:
        """Remove a copy that was never put down; its mark alone would say that it was."""
        if self._never_put_down(nomfic):
            self._marks.forget(nomfic)
            self._copy(nomfic).unlink()

    def _never_put_down(self, nomfic: str) -> bool:
        """Say whether a copy is surely the only one; a mark that was spoilt is BadAnswer."""
        if not is_there(self._copy(nomfic)):
            return False
        mark = self._marks.read(nomfic)
        return mark is None or mark.boot == boot()

    def _holds(self, flow: Path, nomfic: str) -> bool:
        if NAME.fullmatch(nomfic) is None:
            message = f"Le nom de flux « {nomfic} » ne peut pas être un nom de fichier : il n'est pas déposé."
            raise Refused(message)
        self._give_up(nomfic)
        mark, target = self._marks.read(nomfic), self._target(nomfic)
        if mark is None and not is_there(target):
            return False
        if (mark.sha256 if mark else digest(target)) != digest(flow):
            day = f" le {mark.put_at:%d/%m/%Y}" if mark else ""
            message = (
                f"Un autre flux du même nom {nomfic} a été déposé dans {self.folder}{day}. "
                "Demandez au comptable ce qu'il a reçu sous ce nom avant de renvoyer ses mandats."
            )
            raise Refused(message)
        if mark is None:  # put there by hand, or the marks were lost
            self._marks.write(nomfic, target)
        return True

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other runs away: what one is copying, another would take for the remains of a dead one."""
        with reaching(self.folder):
            self._check_place()
            with (self._place / LOCK).open("ab") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    message = f"Un autre traitement dépose en ce moment dans {self.folder}. Relancez plus tard."
                    raise Unreachable(message) from error
                yield

    def _check_place(self) -> None:
        """A share that is not mounted looks like an empty folder: flows would fall into the void."""
        self.folder.stat()
        if not is_there(self._place):
            message = (
                f"Le dossier {self.folder} n'a pas son sous-dossier {OURS}, qui se souvient des dépôts. S'il a déjà "
                "servi, ce n'est pas le bon, ou son partage n'est pas monté. Si c'est la première fois, lancez "
                "« dematfin config verifier »."
            )
            raise ConfigError(message)

    def _copy(self, nomfic: str) -> Path:
        return self._place / f"{nomfic}.xml"

    def _target(self, nomfic: str) -> Path:
        return self.folder / f"{nomfic}.xml"
