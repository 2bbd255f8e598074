"""Lines: connections that are kept to one neighbour, each used by one thread at a time.

A pool that eight threads share makes them wait for its lock, and a client does much for each call that one neighbour,
one address and no redirect do not need: on a day of a thousand invoices it is a third of what calls cost.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx

from dematfin.support.http import Timeouts, check_url

ONE: Final = httpx.Limits(max_connections=1, max_keepalive_connections=1)


class Lines:
    """Calls to one address: strict TLS, no redirect, as many connections as threads that call at once."""

    def __init__(self, base_url: str, *, context: ssl.SSLContext, timeouts: Timeouts) -> None:
        self._base = check_url(base_url)
        self._context = context
        self._timeouts = timeouts
        self._urls: dict[str, httpx.URL] = {}
        self._free: list[httpx.HTTPTransport] = []

    def request(
        self, path: str, content: bytes | None, headers: dict[str, str], timeouts: Timeouts | None = None
    ) -> httpx.Request:
        """Return a call that posts some bytes, or only asks when there are none."""
        if path not in self._urls:
            self._urls[path] = httpx.URL(self._base + path)
        granted = (timeouts or self._timeouts).httpx().as_dict()
        kept = {"Accept-Encoding": "gzip, deflate", "Connection": "keep-alive", "User-Agent": "dematfin", **headers}
        method = "GET" if content is None else "POST"
        return httpx.Request(method, self._urls[path], content=content, headers=kept, extensions={"timeout": granted})

    @contextmanager
    def sent(self, request: httpx.Request) -> Iterator[httpx.Response]:
        """Send a call and lend its answer, to be read as it comes."""
        line = self._taken()
        try:
            response = line.handle_request(request)
            response.request = request
            try:
                yield response
            finally:
                response.close()
        finally:
            self._free.append(line)

    def close(self) -> None:
        """Hang up the connections that nobody uses."""
        while self._free:
            self._free.pop().close()

    def _taken(self) -> httpx.HTTPTransport:
        try:
            return self._free.pop()
        except IndexError:
            return httpx.HTTPTransport(verify=self._context, trust_env=False, limits=ONE)
