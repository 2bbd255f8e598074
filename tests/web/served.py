"""The pages on a free port of the loopback, served by the server of production."""

from dataclasses import dataclass
from threading import Thread

import uvicorn

from dematfin.config.web import WebSettings
from dematfin.ports.app import App
from dematfin.web.server import listening_at, prepared


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    server: uvicorn.Server
    thread: Thread
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=20)
        assert not self.thread.is_alive()


def serve(app: App, settings: WebSettings) -> Served:
    """Begin to serve; requests are taken from now on, be they answered a little later."""
    listening = listening_at("127.0.0.1", 0)
    server = prepared(app, settings)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="pages")
    thread.start()
    return Served(server=server, thread=thread, port=listening.getsockname()[1])
