"""Logs as the whole suite has them: days are run by thousands, what goes well is not told."""

import logging

import structlog


def quieten() -> None:
    """Tell warnings and errors only."""
    structlog.reset_defaults()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
