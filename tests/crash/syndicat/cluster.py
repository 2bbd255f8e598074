"""A PostgreSQL of its own, that can be stopped at once, as a power cut does, and started again."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import official

CONNECTIONS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Its folder and its programs; initdb refuses root, so the system's postgres account runs it."""

    folder: Path
    programs: Path

    @property
    def url(self) -> str:
        """Where its base is."""
        return f"postgresql+psycopg://dematfin@/postgres?host={self.folder}"

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[Self]:
        """Lend one that runs, and whose base is empty."""
        programs = official.postgres_bin()
        assert programs is not None
        folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        cluster = cls(folder=folder, programs=programs)
        cluster._run("initdb", "-U", "dematfin", "-A", "trust", "-E", "UTF8", "--no-sync")
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop_at_once()
            shutil.rmtree(folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, and wait until it answers: it recovers first from how it was stopped."""
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c max_connections={CONNECTIONS}"
        self._run("pg_ctl", "-o", options, "-w", "-l", str(self.folder / "log"), "start")

    def stop_at_once(self) -> None:
        """Stop it without a word to anybody: what was not committed is gone."""
        self._run("pg_ctl", "-m", "immediate", "stop")

    def spent(self) -> float:
        """Return the seconds of the processor that it has spent, all its processes together."""
        postmaster = (self.folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0]
        return sum(_ticks(path, postmaster) for path in Path("/proc").glob("[0-9]*/stat")) / os.sysconf("SC_CLK_TCK")

    def _run(self, program: str, *options: str) -> None:
        as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        command = [*as_postgres, str(self.programs / program), "-D", str(self.folder / "data"), *options]
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _ticks(path: Path, postmaster: str) -> int:
    """Return the time of one process, and of its children that have ended, if it is of this cluster (proc(5))."""
    try:
        pid, _, rest = path.read_text(encoding="ascii", errors="replace").partition(" ")
    except OSError:
        return 0
    fields = rest.rpartition(")")[2].split()
    return sum(int(one) for one in fields[11:15]) if postmaster in {pid, fields[1]} else 0
