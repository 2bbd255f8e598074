"""Which run of this machine this is: what was not on the disk, and who lived, ends with it."""

from pathlib import Path
from typing import Final

BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


def boot() -> str:
    """Return what names the time since this machine was started; empty when the system does not tell."""
    return BOOT.read_text("ascii").strip() if BOOT.exists() else ""
