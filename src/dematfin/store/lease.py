"""Leases: one run of a step at a time in a collectivité; a dead holder's lease is taken over."""

import os
from datetime import datetime, timedelta
from socket import gethostname
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, delete, insert, select

from dematfin.errors import ComeBackLater
from dematfin.store.tables import LEASE

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
            f"L'étape « {step} » est déjà en cours ({row['holder']}, depuis {since:%H:%M} le {since:%d/%m/%Y}). "
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
    """Name this process, `host:pid`."""
    return f"{gethostname()}:{os.getpid()}"


def _holds(row: RowMapping, now: datetime) -> bool:
    host, _, pid = str(row["holder"]).rpartition(":")
    if host == gethostname() and pid.isdigit() and not _alive(int(pid)):
        return False
    return bool(now < row["until"])


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
