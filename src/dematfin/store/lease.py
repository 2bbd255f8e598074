"""Leases: one run of a step at a time in a collectivité; a dead holder's lease is taken over."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from socket import gethostname
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from dematfin.domain.unattended.run import AHEAD
from dematfin.errors import AlreadyRunning, ComeBackLater
from dematfin.store.keeper import KEEPER, LENGTH
from dematfin.store.machine_tables import LEASE
from dematfin.support.boot import boot

NAMESPACE: Final = Path("/proc/self/ns/pid")
STARTTIME: Final = 19
"""Place of the birth of a process in its /proc/<pid>/stat, after the name in brackets (proc(5), field 22)."""

Local = Callable[[datetime], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One holding of one step: the same process may hold it again later, and that is another turn."""

    collectivite: str
    step: str
    holder: str
    key: str = field(default_factory=lambda: token_hex(8))

    @property
    def row(self) -> Any:
        """The lease of this step, whoever has it."""
        return (LEASE.c.collectivite == self.collectivite) & (LEASE.c.step == self.step)

    @property
    def mine(self) -> Any:
        """The lease of this step, if it is still this turn's."""
        return self.row & (LEASE.c.holder == self.holder) & (LEASE.c.turn == self.key)


def take(connection: Connection, turn: Turn, now: datetime, local: Local) -> None:
    """Write the lease down, or raise AlreadyRunning."""
    row = connection.execute(select(LEASE).where(turn.row).with_for_update()).mappings().one_or_none()
    if row is not None and is_alive(row, now):
        message = f"L'étape « {turn.step} » est déjà en cours ({said(row, local)}). Relancez quand elle sera finie."
        raise AlreadyRunning(message)
    connection.execute(delete(LEASE).where(turn.row))
    values = {"collectivite": turn.collectivite, "step": turn.step, "holder": turn.holder, "turn": turn.key}
    connection.execute(insert(LEASE), [values | {"since": now, "until": now + LENGTH}])


def renew(connection: Connection, turn: Turn, now: datetime) -> None:
    """Make the lease last, if it is still this turn's."""
    connection.execute(update(LEASE).where(turn.mine).values(until=now + LENGTH))


def give_back(connection: Connection, turn: Turn) -> None:
    """Erase the lease, if it is still this turn's."""
    connection.execute(delete(LEASE).where(turn.mine))


def check(connection: Connection, collectivite: str, step: str, turn: str) -> None:
    """Raise ComeBackLater when a turn has lost its lease: it was taken for dead, and another run has the step."""
    mine = (LEASE.c.collectivite == collectivite) & (LEASE.c.step == step) & (LEASE.c.turn == turn)
    if connection.execute(select(LEASE.c.turn).where(mine)).first() is None:
        message = (
            f"L'étape « {step} » est restée trop longtemps sans nouvelles de la base de données : un autre traitement "
            "l'a reprise. Ce qui a été fait est enregistré ; il n'y a rien à relancer."
        )
        raise ComeBackLater(message)


def refuse_while_held(connection: Connection, now: datetime, local: Local, collectivite: str | None = None) -> None:
    """Raise ComeBackLater when somebody holds a step, of one collectivité or of any; an old base has no turns yet."""
    asked = select(LEASE.c.collectivite, LEASE.c.step, LEASE.c.holder, LEASE.c.since, LEASE.c.until)
    rows = connection.execute(asked.order_by(LEASE.c.collectivite, LEASE.c.step)).mappings()
    for row in rows:
        if collectivite in {None, row["collectivite"]} and is_alive(row, now):
            message = (
                f"L'étape « {row['step']} » de la collectivité {row['collectivite']} est en cours ({said(row, local)})."
                " Arrêtez les traitements, ou attendez qu'elle soit finie, puis relancez."
            )
            raise ComeBackLater(message)


def holder_here() -> str:
    """Name this process, `host:pid:birth@here`: a number is soon given to another process, above all in a container."""
    return f"{gethostname()}:{os.getpid()}:{_birth(os.getpid())}@{_here()}"


def left_behind(connection: Connection, collectivite: str, now: datetime) -> tuple[tuple[str, str, datetime], ...]:
    """Return the leases whose holder is dead, which the next run takes over: step, holder, since when."""
    rows = connection.execute(select(LEASE).where(LEASE.c.collectivite == collectivite)).mappings()
    return tuple((str(row["step"]), _shown(row), row["since"]) for row in rows if not is_alive(row, now))


def said(row: RowMapping, local: Local) -> str:
    """Say who holds a lease, and since when."""
    return f"{_shown(row)}, depuis {local(row['since']):%H:%M le %d/%m/%Y}"


def _shown(row: RowMapping) -> str:
    return ":".join(str(row["holder"]).split(":")[:2])


def is_alive(row: RowMapping, now: datetime) -> bool:
    """Say whether a lease is held: of a process that lives here one can see that it is dead, or has given it back.

    Elsewhere, and of one that is hidden from us (proc(5), hidepid), it is held for as long as it is renewed; one that
    lasts longer than any is of a holder whose clock was ahead, and who renews it no more.
    """
    host, _, process = str(row["holder"]).partition(":")
    pid, _, born = process.partition(":")
    birth, _, where = born.partition("@")
    if host == gethostname() and where == _here():
        if pid == str(os.getpid()) and "turn" in row and not KEEPER.holds(row["turn"]):
            return False
        if (seen := _birth(pid)) or not _is_hidden(int(pid)):
            return seen == birth
    return bool(now < row["until"] <= now + LENGTH + AHEAD)


def _here() -> str:
    """Name where numbers of processes mean something: this run of this machine, this container.

    Two machines that were made from one image have one name, and so may two containers.
    """
    return f"{boot()[:8]}-{NAMESPACE.readlink().name.strip('pid:[]')}"


def _is_hidden(pid: int) -> bool:
    """Say whether there is such a process all the same: /proc shows nobody else's where the system is told so."""
    try:
        with suppress(PermissionError):  # it is there, and another account's
            os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _birth(pid: int | str) -> str:
    """Return when a process began, in ticks since the start of this machine; empty when there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return fields.rpartition(")")[2].split()[STARTTIME]
