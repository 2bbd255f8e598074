"""`make campagne`: each part of the chain with its base and its documents on a small disk that has no room left.

The campaign of the chain refuses room where it is asked for, point by point; here the system itself does, on a real
tmpfs: SQLite's journal and shared memory as well. It is mounted in a namespace of this process and goes with it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from crash.chain.parts import PARTS
from crash.chain.place import Place
from crash.chain.plan import DISK, Blow, Plan
from crash.chain.quick import somewhere
from crash.chain.run import met, run
from crash.chain.stages import lived

LEFT: Final = (0, 8, 40, 120, 400)
"""Kibibytes that are left: nothing, a page or two, less than a document, less than a day."""
ALONE: Final = ("unshare", "--user", "--map-root-user", "--mount")
HERE: Final = "--ici"
ROOMY: Final = "1g"
PAGE: Final = 8_192
"""Bytes under which neither a page of the base nor a file goes in."""
NOBODY: Final = Blow()


def main() -> int:
    """Play every part at every fullness; 1 when something was lost, doubled, hidden or broken."""
    if HERE not in sys.argv:
        os.execvp(ALONE[0], [*ALONE, sys.executable, "-m", "crash.small_disk", HERE])
    wrong, filled = 0, list[str]()
    with somewhere() as name:
        folder = Path(name)
        models = lived(folder)
        for part in PARTS:
            expected = met(models, folder / "calme", part).census
            for left in LEFT:
                plan = Plan(number=left, seed=0, part=part, fault=DISK, blows=(NOBODY,))
                done = run(models, folder / f"tirage-{left}", plan, expected, partial(small, left=left, filled=filled))
                wrong += bool(done.faults)
                _say(f"{'✗' if done.faults else '✓'} {part}, {left} Ko libres", *(one.sentence for one in done.faults))
    _say(f"{len(PARTS) * len(LEFT)} tirages sur un petit disque, {len(filled)} l'ont rempli : fautifs = {wrong}")
    return int(wrong > 0 or len(filled) < len(PARTS))


@contextmanager
def small(place: Place, left: int, filled: list[str]) -> Iterator[None]:
    """Put what we own on a disk of its own that is full but for so many kibibytes, and take it off again.

    `filled`: where what was left did not suffice is noted there.
    """
    ours, aside = place.base.parent, place.root / "campagne-var"
    text = place.folder.config.read_text(encoding="utf-8")
    place.folder.config.write_text(text.replace("espace_minimum_mo = 200", "espace_minimum_mo = 0"), encoding="utf-8")
    ours.rename(aside)
    ours.mkdir()
    _mount(ours, ROOMY)
    shutil.copytree(aside, ours, dirs_exist_ok=True)
    shutil.rmtree(aside)
    _mount(ours, f"remount,{shutil.disk_usage(ours).used // 1024 + left}k")
    try:
        yield
    finally:
        if left and shutil.disk_usage(ours).free < PAGE:
            filled.append(str(place.root))
        shutil.copytree(ours, aside)
        subprocess.run(["umount", str(ours)], check=True)
        ours.rmdir()
        aside.rename(ours)


def _mount(folder: Path, size: str) -> None:
    how, _, much = size.rpartition(",")
    options = ",".join(filter(None, (how, f"size={much}")))
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "petit", str(folder)], check=True)


def _say(*lines: str) -> None:
    sys.stdout.write("\n    ".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
