"""Logs on stderr: JSON for machines, words for a person; everything that leaves goes through one processor.

What our code says, and what the libraries say in their own way (`logging`, warnings, threads that die), is masked and
written alike: see `redaction`.
"""

import logging
import sys
import threading
import traceback
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any, Final

import structlog

from dematfin.support.redaction import EDGE, HIDDEN, discreet_text, discreet_value, is_secret

OURS: Final = frozenset({"ts", "level"})
"""Written by ourselves."""
TALKATIVE: Final = ("httpx", "httpcore", "apscheduler", "procrastinate", "alembic", "sqlalchemy", "uvicorn")
"""Libraries that tell each call: they are heard from a warning on."""
LAST_WORDS: Final = 8000
"""Signs kept of where an error came from: its end says what it is."""
LOOKED_AT: Final = 8 * LAST_WORDS

log = structlog.get_logger()


_VERBOSE: Final = ContextVar("_VERBOSE", default=False)


def speak_up() -> None:
    """Let this process tell what it does, as a service must: nobody sits at a keyboard to be told."""
    configure(verbose=_VERBOSE.get(), service=True)


def configure(*, verbose: bool = False, service: bool = False) -> None:
    """Set logging up once for the process; a `service` tells what it does, a command what goes wrong.

    At a terminal a person is told everything in French by the command itself: only what is unforeseen is added.
    """
    _VERBOSE.set(verbose)
    person = sys.stderr.isatty()
    quiet = logging.INFO if service else logging.ERROR if person else logging.WARNING
    level = logging.DEBUG if verbose else quiet
    renderer = _for_people() if person else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, *_ending(), renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    _hear_libraries(renderer, level)
    threading.excepthook = _thread_died


def _for_people() -> Any:
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)


def _ending() -> tuple[Any, ...]:
    """Return what every line goes through last, whoever wrote it."""
    return (
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
        structlog.processors.format_exc_info,
        discreet,
    )


def _hear_libraries(renderer: Any, level: int) -> None:
    """Take the place of whatever `logging` would have written."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_ending(), renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(capture=True)


def discreet(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask secrets and bank accounts in all that a line holds, its keys too; cut what is too long."""
    for key, value in list(event.items()):
        if key in OURS:
            continue
        if is_secret(key):
            event[key] = HIDDEN
        elif key == "exception":
            event[key] = _end_of(str(value))
        else:
            event[key] = discreet_value(value)
    return event


def trace_of(error: BaseException) -> str:
    """Return where an error came from, as it may be shown."""
    return _end_of("".join(traceback.format_exception(error)))


def _end_of(trace: str) -> str:
    """Return the end of a trace; what is cut before it is looked at is far from what is kept."""
    safe = discreet_text(trace[-LOOKED_AT:])
    return safe[EDGE if len(trace) > LOOKED_AT else 0 :][-LAST_WORDS:]


def _thread_died(told: threading.ExceptHookArgs) -> None:
    """Say in a log what would have been written bare."""
    if told.exc_value is not None:
        name = told.thread.name if told.thread else ""
        log.error("thread_died", thread=name, exc_info=told.exc_value)
