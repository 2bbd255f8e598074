"""A guard against what never ends: it counts the processor's seconds, so a busy machine turns no test red."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import pytest

FOREVER: Final = 60
"""A hundred times and more what the work takes: a pattern that explodes reaches it, a slow machine does not."""


@contextmanager
def must_end() -> Iterator[None]:
    """Fail what has used FOREVER seconds of the processor; in the main thread only, where tests run."""

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        pytest.fail(f"still running after {FOREVER} seconds of the processor")

    former = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, FOREVER)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, former)
