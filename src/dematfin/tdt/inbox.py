"""The return folder: answers of Hélios, known by what they hold, never by their names.

The folder may be shared with other software: whatever is no answer to us stays where it is.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import structlog

from dematfin.errors import BadAnswer, ConfigError, DocumentError, InvalidPes, TooLarge, Unreachable
from dematfin.ports.transmitter import ReturnItem
from dematfin.support.refusals import reason
from dematfin.support.shares import check_writable, reaching
from dematfin.support.xml import check_bytes, local_name, parse_head
from dematfin.tdt import heads
from dematfin.tdt.acquits import ROOTS
from dematfin.tdt.envelopes import LARGEST_ANSWER
from dematfin.tdt.folder_settings import FolderSettings

RETOUR: Final = "pes_retour"
HEAD: Final = 65_536
BEFORE: Final = b"\xef\xbb\xbf\xff\xfe \t\r\n"
ANSWER: Final = re.compile(rb"<(?:[\w.-]+:)?PES_(?:Acquit|NonAcquit|Retour)\b", re.IGNORECASE)
PUT_ASIDE: Final = re.compile(r"[0-9a-f]{8}_(.*)", re.DOTALL)
ASIDE: Final = "erreurs/"
REMEDY: Final = "Elle est dans {} : redemandez-la au TdT, puis ôtez ce fichier."
CLOCK: Final = ".horloge"
LONGEST_NAME: Final = 150
"""Bytes kept of a name; a file system takes 255, fingerprint included."""
BILLION: Final = 1_000_000_000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file of the return folder, and for how many seconds nobody has touched it; negative: it is from the future."""

    path: Path
    age: float


class Inbox:
    """One return folder."""

    def __init__(self, settings: FolderSettings) -> None:
        self._settings = settings
        self._where: dict[str, Path] = {}
        self._told: set[Path] = set()

    def prepare(self) -> None:
        """Make the folders of what was read; raises Unreachable, ConfigError."""
        settings = self._settings
        with reaching(settings.retour):
            check_writable(settings.retour)
        for folder in (settings.done, settings.failed):
            with reaching(folder):
                check_writable(self._there(folder))
                if folder.stat().st_dev != settings.retour.stat().st_dev:
                    message = (
                        f"{folder} n'est pas sur le même disque que {settings.retour}. Choisissez-en un qui l'est."
                    )
                    raise ConfigError(message)

    def items(self, ours: frozenset[str]) -> Iterator[ReturnItem]:
        """Yield each answer to one of our flows, and each retour, once.

        Raises:
            BadAnswer: in the end, once: some answers could not be read, and were put aside.
        """
        troubles: list[str] = []
        seen: set[str] = set()
        with reaching(self._settings.retour):
            yield from self._aside()
            for found in self._settled():
                item = self._item(found, ours, troubles)
                if item is not None and item.remote_id not in seen:
                    seen.add(item.remote_id)
                    yield item
        if troubles:
            raise BadAnswer(" ".join(troubles))

    def fetch(self, item: ReturnItem) -> bytes:
        """Return the bytes of an answer, also when it was put away."""
        if item.remote_id.startswith(ASIDE):
            message = f"La réponse « {item.name} » est illisible. {REMEDY.format(self._settings.failed)}"
            raise BadAnswer(message)
        with reaching(self._settings.retour):
            for path in chain(self._candidates(item.remote_id), self._put_away(item.remote_id)):
                if (data := _bytes_of(item, path)) is not None:
                    return data
        message = f"{item.name} n'est plus dans {self._settings.retour}. Si quelqu'un l'a déplacé, qu'il le remette."
        raise Unreachable(message)

    def acknowledge(self, item: ReturnItem) -> None:
        """Put an answer away; one that has gone meanwhile is no trouble."""
        with reaching(self._settings.retour):
            for path in self._candidates(item.remote_id):
                if _bytes_of(item, path) is not None:
                    with suppress(FileNotFoundError):
                        path.rename(self._there(self._settings.done) / f"{item.remote_id}_{_short(path)}")
                    return

    def _aside(self) -> Iterator[ReturnItem]:
        """Yield what was put aside, until somebody takes it away: said once only, it would be forgotten."""
        for path in sorted(self._there(self._settings.failed).iterdir()):
            if ours := PUT_ASIDE.fullmatch(shown(path)):
                yield ReturnItem(remote_id=f"{ASIDE}{ours[0]}", name=ours[1])

    def _item(self, found: Found, ours: frozenset[str], troubles: list[str]) -> ReturnItem | None:
        try:
            data = _content(found.path)
            answer = _read(data, f"La réponse « {shown(found.path)} »", ours) if data else None
        except DocumentError as error:
            if found.age >= self._settings.stable:
                troubles.append(f"{error} {self._put_aside(found.path)}")
            return None
        except FileNotFoundError:
            return None
        except OSError as error:
            troubles.append(f"La réponse « {shown(found.path)} » ne peut pas être lue : {reason(error)}.")
            return None
        if answer is None or (answer and answer not in ours):
            self._left(found.path, answer)
            return None
        remote_id = hashlib.sha256(data).hexdigest()
        self._where[remote_id] = found.path
        return ReturnItem(remote_id=remote_id, name=shown(found.path), acquit_of=answer)

    def _left(self, path: Path, nomfic: str | None) -> None:
        """Say once that the acquit of somebody else's flow is left to them."""
        if nomfic and path not in self._told:
            self._told.add(path)
            log.info("acquit_of_others_left", file=shown(path), nomfic=printable(nomfic))

    def _settled(self) -> Iterator[Found]:
        """Yield what nobody is writing, by the clock of whoever serves the folder; what comes from the future may be
        read as soon as it is whole."""
        clock = self._there(self._settings.done) / CLOCK
        clock.write_bytes(b"")
        there = clock.stat().st_ctime_ns
        for path in self._files():
            with suppress(FileNotFoundError):
                age = (there - path.lstat().st_ctime_ns) / BILLION
                if age < 0 or age >= self._settings.stable:
                    yield Found(path=path, age=age)

    def _files(self) -> Iterator[Path]:
        settings = self._settings
        for folder, inner, names in os.walk(settings.retour, onerror=_fail):
            here = Path(folder)
            passed = {settings.done, settings.failed, settings.depot}
            inner[:] = sorted(
                one for one in inner if settings.sous_dossiers and one[0] != "." and here / one not in passed
            )
            for name in sorted(names):
                if name[0] not in ".~" and not (here / name).is_symlink() and (here / name).is_file():
                    yield here / name

    def _candidates(self, remote_id: str) -> Iterator[Path]:
        """Yield where an answer may be: where it was seen, then anywhere."""
        known = self._where.get(remote_id)
        if known is not None and known.exists():
            yield known
        yield from self._files()

    def _put_away(self, remote_id: str) -> Iterable[Path]:
        folder = self._there(self._settings.done)
        return (path for path in folder.iterdir() if path.name.startswith(remote_id))

    def _put_aside(self, path: Path) -> str:
        """Take out of the way what cannot be read, and say so; one that cannot be moved keeps no other waiting."""
        folder = self._settings.failed
        try:
            with suppress(FileNotFoundError):
                path.rename(self._there(folder) / f"{secrets.token_hex(4)}_{_short(path)}")
        except OSError as error:
            return f"Elle ne peut pas être mise dans {folder} ({reason(error)}) : enlevez-la, et redemandez-la."
        return f"Elle est mise dans {folder} : redemandez-la."

    def _there(self, folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        return folder


def _content(path: Path) -> bytes:
    """Return what an answer holds; nothing, when it is none. A link is not followed, a pipe not waited for."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as source:
        head = source.read(HEAD)
        bare = head.replace(b"\0", b"")
        if not (bare.lstrip(BEFORE).startswith(b"<") and ANSWER.search(bare)):
            return b""
        data = head + source.read(LARGEST_ANSWER + 1 - len(head))
    if len(data) > LARGEST_ANSWER:
        message = f"La réponse « {shown(path)} » dépasse {LARGEST_ANSWER >> 20} Mo."
        raise TooLarge(message)
    return data


def _bytes_of(item: ReturnItem, path: Path) -> bytes | None:
    """Return what a file holds when it is that answer: names are taken again by other files."""
    with suppress(OSError, TooLarge):
        data = _content(path)
        return data if hashlib.sha256(data).hexdigest() == item.remote_id else None
    return None


def _read(data: bytes, what: str, ours: frozenset[str]) -> str | None:
    """Return the NomFic that an acquit answers, an empty text for a retour, None for anything else. The head tells;
    what is ours is read to its end, and nothing of it is kept."""
    root = parse_head(data, what)
    name = local_name(root).lower()
    if name not in ROOTS | {RETOUR}:
        return None
    nomfic = "" if name == RETOUR else heads.nomfic(root)
    if not nomfic or nomfic in ours:
        check_bytes(data, what, LARGEST_ANSWER)
    if not nomfic and name in ROOTS:
        message = f"{what} : cet acquit ne dit pas à quel flux il répond (NomFic absent)."
        raise InvalidPes(message)
    return nomfic


def shown(path: Path) -> str:
    """Return the name of a file as it can be shown and kept: it may hold anything."""
    return printable(path.name)


def printable(text: str) -> str:
    """Replace what cannot be shown."""
    return "".join(char if char.isprintable() else "?" for char in text)


def _short(path: Path) -> str:
    return os.fsdecode(os.fsencode(path.name)[-LONGEST_NAME:])


def _fail(error: OSError) -> None:
    raise error
