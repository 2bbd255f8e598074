"""Structured logs on stderr, without secrets and without full bank details."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

SECRET_KEYS: Final = re.compile(r"password|secret|token|authorization|cpro|pin|mot_de_passe", re.IGNORECASE)
IBAN: Final = re.compile(r"\b([A-Z]{2}\d{2})[A-Z0-9]{6,26}([A-Z0-9]{4})\b")
LONGEST: Final = 2000


def configure(*, verbose: bool = False) -> None:
    """Set logging up once for the process: JSON for machines.

    At a terminal a person is told everything in French by the command itself: only what is unforeseen is added.
    """
    person = sys.stderr.isatty()
    renderer: Any = structlog.dev.ConsoleRenderer() if person else structlog.processors.JSONRenderer()
    quiet = logging.ERROR if person else logging.WARNING
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            structlog.processors.format_exc_info,
            discreet,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else quiet),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def discreet(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop secrets, mask IBANs, cut what is too long."""
    for key, value in list(event.items()):
        if SECRET_KEYS.search(key):
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = IBAN.sub(r"\1…\2", value)[:LONGEST]
    return event
