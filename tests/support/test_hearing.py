"""What answers say of the time is gathered while somebody asks for it, and then only."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from dematfin.support.http import Timeouts, client, hearing, tls


class Dated(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response_only(204)
        self.send_header("Date", "Mon, 02 Mar 2026 09:00:00 GMT")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Dated) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_dates_are_heard_while_they_are_asked_for(url: str) -> None:
    with client(url, context=tls(), timeouts=Timeouts()) as caller:
        caller.get("/avant")
        with hearing() as heard:
            caller.get("/pendant")
        caller.get("/après")
    ((host, told, _),) = heard
    assert (host, told) == ("127.0.0.1", "Mon, 02 Mar 2026 09:00:00 GMT")
