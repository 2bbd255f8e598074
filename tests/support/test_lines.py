"""Lines to one neighbour: kept, one a thread, given back whatever happens, and never led elsewhere."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import httpx
import pytest

from dematfin.errors import ConfigError
from dematfin.support.http import Timeouts, tls
from dematfin.support.lines import Lines


class Neighbour(BaseHTTPRequestHandler):
    """Tells from which port it is called, and how."""

    protocol_version = "HTTP/1.1"
    meeting: ClassVar[threading.Barrier]

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/together":
            self.meeting.wait(20)
        self.say(200, f"{self.client_address[1]} {content.decode()}".encode())

    def do_GET(self) -> None:
        self.say(302, b"ailleurs")

    def say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def lines() -> Iterator[Lines]:
    Neighbour.meeting = threading.Barrier(4)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Neighbour)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    kept = Lines(f"http://127.0.0.1:{server.server_port}", context=tls(), timeouts=Timeouts())
    yield kept
    kept.close()
    server.shutdown()
    server.server_close()


def post(lines: Lines, path: str = "/one", content: bytes = b"bonjour") -> list[str]:
    with lines.sent(lines.request(path, content, {"Accept": "text/plain"})) as response:
        return response.read().decode().split(" ")


def test_a_line_is_kept_from_one_call_to_the_next(lines: Lines) -> None:
    (port, said), (again, _) = post(lines), post(lines)
    assert (port, said) == (again, "bonjour")


def test_threads_that_call_at_once_have_a_line_each_and_leave_them(lines: Lines) -> None:
    with ThreadPoolExecutor(4) as threads:
        ports = {told.result()[0] for told in [threads.submit(post, lines, "/together") for _ in range(4)]}
        later = {told.result()[0] for told in [threads.submit(post, lines, "/together") for _ in range(4)]}
    assert len(ports) == 4
    assert later == ports


def test_a_redirect_is_an_answer_like_another(lines: Lines) -> None:
    with lines.sent(lines.request("/", None, {})) as response:
        assert (response.status_code, response.read()) == (302, b"ailleurs")


def test_an_answer_left_unread_spoils_no_other(lines: Lines) -> None:
    with pytest.raises(KeyError), lines.sent(lines.request("/one", b"x" * 500_000, {})):
        raise KeyError
    assert post(lines)[1] == "bonjour"


def test_nobody_there_is_said_by_the_library_and_the_line_is_given_back() -> None:
    lines = Lines("http://127.0.0.1:1", context=tls(), timeouts=Timeouts())
    for _ in range(2):
        with pytest.raises(httpx.ConnectError):
            post(lines)
    lines.close()


def test_plain_http_stays_at_home() -> None:
    with pytest.raises(ConfigError, match="https://"):
        Lines("http://chorus.example", context=tls(), timeouts=Timeouts())
