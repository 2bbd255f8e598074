"""The server: one process, its requests in threads."""

import socket
from typing import Final

import uvicorn

from dematfin.config.web import WebSettings
from dematfin.ports.app import App
from dematfin.web.application import application

AT_ONCE: Final = 200
"""Connections served together; more are told to come back."""
STOP_WITHIN: Final = 10


def listening_at(address: str, port: int) -> socket.socket:
    """Open an address; raises OSError. Answers leave at once: connections inherit it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.create_server((address, port), family=family)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def prepared(app: App, settings: WebSettings) -> uvicorn.Server:
    """Return the server; who speaks for others is decided by us, not by it."""
    config = uvicorn.Config(
        application(app, settings),
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,  # its words go where ours go
        log_level="warning",
        lifespan="off",
        limit_concurrency=AT_ONCE,
        timeout_graceful_shutdown=STOP_WITHIN,
    )
    return uvicorn.Server(config)
