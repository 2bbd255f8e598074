"""The server: one process, its requests in threads."""

from typing import Final

import uvicorn

from dematfin.config.web import WebSettings
from dematfin.ports.app import App
from dematfin.web.application import application

AT_ONCE: Final = 200
"""Connections served together; more are told to come back."""
STOP_WITHIN: Final = 10


def serve(app: App, settings: WebSettings) -> None:
    """Serve the pages until told to stop; who speaks for others is decided by us, not by the server."""
    uvicorn.run(
        application(app, settings),
        host=settings.ecoute,
        port=settings.port,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        lifespan="off",
        limit_concurrency=AT_ONCE,
        timeout_graceful_shutdown=STOP_WITHIN,
    )
