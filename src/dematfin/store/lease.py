"""Leases: one run of a step at a time in a collectivité; a dead holder's lease is taken over."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from socket import gethostname
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, delete, insert, select

from dematfin.errors import ComeBackLater
from dematfin.store.tables import LEASE

STARTTIME: Final = 19
"""Place of the birth of a process in its /proc/<pid>/stat, after the name in brackets (proc(5), field 22)."""
LONGEST: Final = timedelta(hours=2)
"""Longer than any step: past it, a holder on another machine is taken for dead."""
PARIS: Final = ZoneInfo("Europe/Paris")


def take(connection: Connection, collectivite: str, step: str, holder: str, now: datetime) -> None:
    """Write the lease down, or raise ComeBackLater."""
    mine = (LEASE.c.collectivite == collectivite) & (LEASE.c.step == step)
    row = connection.execute(select(LEASE).where(mine)).mappings().one_or_none()
    if row is not None and _holds(row, now):
        since = row["since"].astimezone(PARIS)
        message = (
            f"L'étape « {step} » est déjà en cours ({_shown(row)}, depuis {since:%H:%M} le {since:%d/%m/%Y}). "
            "Relancez quand elle sera finie."
        )
        raise ComeBackLater(message)
    connection.execute(delete(LEASE).where(mine))
    values = {"collectivite": collectivite, "step": step, "holder": holder, "since": now, "until": now + LONGEST}
    connection.execute(insert(LEASE), [values])


def give_back(connection: Connection, collectivite: str, step: str, holder: str) -> None:
    """Erase the lease, if it is still this holder's."""
    connection.execute(
        delete(LEASE).where(
            (LEASE.c.collectivite == collectivite) & (LEASE.c.step == step) & (LEASE.c.holder == holder)
        )
    )


def holder_here() -> str:
    """Name this process, `host:pid:birth`: a number is soon given to another process, above all in a container."""
    return f"{gethostname()}:{os.getpid()}:{_birth(os.getpid())}"


def left_behind(connection: Connection, collectivite: str, now: datetime) -> tuple[tuple[str, str, datetime], ...]:
    """Return the leases whose holder is dead, which the next run takes over: step, holder, since when."""
    rows = connection.execute(select(LEASE).where(LEASE.c.collectivite == collectivite)).mappings()
    return tuple((str(row["step"]), _shown(row), row["since"]) for row in rows if not _holds(row, now))


def _shown(row: RowMapping) -> str:
    return ":".join(str(row["holder"]).split(":")[:2])


def _holds(row: RowMapping, now: datetime) -> bool:
    host, _, process = str(row["holder"]).partition(":")
    pid, _, birth = process.partition(":")
    if host == gethostname() and birth:
        return _birth(pid) == birth
    return bool(now < row["until"])


def _birth(pid: int | str) -> str:
    """Return when a process began, in ticks since the start of this machine; empty when there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return fields.rpartition(")")[2].split()[STARTTIME]
