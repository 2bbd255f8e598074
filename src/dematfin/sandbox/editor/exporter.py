"""Putting a flow where others look for it: beside its place, then renamed; or a bit at a time, as some still do."""

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Final

PART: Final = 512
Wait = Callable[[], object]


def deliver(folder: Path, name: str, data: bytes) -> Path:
    """Write a file whole, then give it its name."""
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f"{name}.tmp"
    beside.write_bytes(data)
    return beside.rename(folder / name)


def trickle(folder: Path, name: str, data: bytes, wait: Wait) -> Path:
    """Write a file under its name, waiting between its parts."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    with path.open("wb") as sink:
        for start in range(0, len(data), PART):
            sink.write(data[start : start + PART])
            sink.flush()
            wait()
    return path


def pause(seconds: float) -> Wait:
    """Return a wait of some seconds."""
    never = Event()
    return lambda: never.wait(seconds)
