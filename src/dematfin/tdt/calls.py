"""Calls to S²LOW, each on a connection of its own.

A connection that is kept may be cut and the request silently sent again; a cookie that is kept makes S²LOW answer
for the account of its session, whatever login comes with the request. So nothing outlives a call.
"""

import os
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

import httpx

from dematfin.errors import AccessDenied, BadAnswer, Unreachable
from dematfin.support import http, tls
from dematfin.support.http import Timeouts, later, read_limited, translated
from dematfin.tdt import envelopes
from dematfin.tdt.watch import within

S2LOW: Final = "S²LOW"
NUMBER: Final = re.compile("[0-9]{1,18}")
"""How transactions and retours are numbered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back; the status alone proves nothing."""

    status: int
    location: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The way to S²LOW for one account.

    Attributes:
        login: HTTP Basic login and password, when several accounts share the certificate.
    """

    url: str
    tls: ssl.SSLContext
    login: tuple[str, str] | None
    reading: Timeouts
    writing: Timeouts

    def get(self, path: str, largest: int = envelopes.LARGEST, /, **query: str | int) -> Reply:
        """Ask for something; raises Unreachable, AccessDenied, or BadAnswer beyond `largest` bytes."""
        with self.download(path, largest, **query) as response:
            return _reply(response, largest)

    @contextmanager
    def download(self, path: str, largest: int = envelopes.LARGEST, /, **query: str | int) -> Iterator[httpx.Response]:
        """Lend an answer whose body has not been read yet, for the time that `largest` bytes take; same errors as
        `get`."""
        with (
            _told_apart(),
            within(self.reading.read, largest) as extensions,
            self._client(self.reading) as client,
            client.stream("GET", path, params=query, extensions=extensions) as response,
        ):
            later(response, S2LOW)
            _check_coding(response)
            yield response

    def post(self, path: str, name: str, flow: BinaryIO) -> Reply:
        """Deposit a flow, read from its file as it leaves.

        Raises:
            Unreachable, AccessDenied: nothing was deposited.
            UnknownOutcome: the connection was open, so it may have been.
        """
        part = {"enveloppe": (name, flow, "application/octet-stream")}
        size = os.fstat(flow.fileno()).st_size + envelopes.LARGEST
        with (
            _told_apart(writing=True),
            within(self.writing.read, size) as extensions,
            self._client(self.writing) as client,
            client.stream("POST", path, files=part, extensions=extensions) as response,
        ):
            _check_coding(response)
            return _reply(response, envelopes.LARGEST)

    def _client(self, timeouts: Timeouts) -> httpx.Client:
        return http.client(self.url, context=self.tls, timeouts=timeouts, auth=self.login)


def _check_coding(response: httpx.Response) -> None:
    """Refuse what was compressed twice: a few kilobytes would fill the memory before they are counted."""
    if "," in response.headers.get("Content-Encoding", ""):
        message = f"{S2LOW} : la réponse est compressée plusieurs fois, elle est abandonnée. {envelopes.LASTING}"
        raise BadAnswer(message)


def _reply(response: httpx.Response, limit: int) -> Reply:
    return Reply(
        status=response.status_code,
        location=response.headers.get("Location", ""),
        body=read_limited(response, limit, S2LOW),
    )


@contextmanager
def _told_apart(*, writing: bool = False) -> Iterator[None]:
    """Translate what fails on the way, and find the failures of TLS behind it."""
    try:
        with translated(S2LOW, writing=writing):
            yield
    except Unreachable as error:
        failure = tls.failure(error)
        if isinstance(failure, ssl.SSLCertVerificationError):
            message = (
                f"Le certificat du serveur S²LOW n'est pas reconnu ({failure.verify_message}) : rien n'a été envoyé. "
                "Vérifiez url et autorites dans la section [s2low]."
            )
            raise Unreachable(message) from error
        if reason := tls.refuses_us(error):
            message = (
                f"S²LOW refuse notre certificat ({reason}) : rien n'a été déposé. Vérifiez sa date de fin et "
                "qu'il est bien celui du compte, dans la section [s2low]."
            )
            raise AccessDenied(message) from error
        raise
