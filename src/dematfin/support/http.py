"""HTTP(S) calls to neighbours: strict TLS, size limits, no redirect, and errors told apart.

A read that failed may be tried again; a write that timed out may have arrived: its outcome is unknown, and only
the caller can ask.
"""

import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx
import stamina
import structlog

from dematfin.errors import BadAnswer, ConfigError, UnknownOutcome, Unreachable
from dematfin.support import trust
from dematfin.support.calls import counted
from dematfin.support.refusals import of_number

LATER: Final = frozenset({429, 502, 503, 504})
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
THREADS: Final = 8
LONGEST_REST: Final = 30.0
ERRNO: Final = re.compile(r"\[Errno (-?\d+)\]")
REST: Final = re.compile("[0-9]{1,6}")

Heard = tuple[str, str, float]
"""The host of an answer, the date that it gave, and when it came, on the clock that nobody sets."""
HEARD: Final[ContextVar[list[Heard] | None]] = ContextVar("HEARD", default=None)

log = structlog.get_logger()
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds granted to a call."""

    connect: float = 10.0
    read: float = 60.0

    def httpx(self) -> httpx.Timeout:
        """Return them in the form of httpx; a thread may wait for a connection as long as for an answer."""
        return httpx.Timeout(self.read, connect=self.connect)


def check_url(url: str) -> str:
    """Return a base URL without its final slash; plain HTTP is for the loopback only, or ConfigError."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return url.rstrip("/")
    message = f"L'adresse « {url} » n'est pas permise : il faut une adresse https://."
    raise ConfigError(message)


def tls(ca: Path | None = None) -> ssl.SSLContext:
    """Return the strict TLS context that trusts the system, and one more CA file when given; it is shared."""
    with readable(ca):
        return trust.trusting("https", ca)


@contextmanager
def readable(ca: Path | None) -> Iterator[None]:
    """Turn what is wrong with a file of authorities into a ConfigError."""
    try:
        yield
    except (OSError, ssl.SSLError) as error:
        message = f"Le fichier d'autorités {ca} est illisible : {error}."
        raise ConfigError(message) from error


def client(base_url: str, *, context: ssl.SSLContext, timeouts: Timeouts, **options: Any) -> httpx.Client:
    """Return the one client that an adapter keeps: redirects are never followed."""
    return httpx.Client(
        base_url=check_url(base_url),
        verify=context,
        timeout=timeouts.httpx(),
        follow_redirects=False,
        trust_env=False,
        limits=httpx.Limits(max_connections=THREADS, max_keepalive_connections=THREADS),
        event_hooks={"response": [_hear]},
        **options,
    )


@contextmanager
def hearing() -> Iterator[list[Heard]]:
    """Gather what the answers that come meanwhile say of the time, for whoever compares it with ours."""
    heard: list[Heard] = []
    token = HEARD.set(heard)
    try:
        yield heard
    finally:
        HEARD.reset(token)


def _hear(response: httpx.Response) -> None:
    heard = HEARD.get()
    if heard is not None and "Date" in response.headers:
        heard.append((response.request.url.host, response.headers["Date"], monotonic()))


def read_limited(response: httpx.Response, limit: int, neighbour: str) -> bytes:
    """Read a streamed answer, or raise BadAnswer as soon as it passes `limit` bytes."""
    chunks = []
    size = 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > limit:
            message = f"{neighbour} : la réponse dépasse {limit // 1_000_000} Mo, elle est abandonnée."
            raise BadAnswer(message)
        chunks.append(chunk)
    return b"".join(chunks)


def fetched(url: str, limit: int, neighbour: str) -> bytes:
    """Return a public file that its author has signed: plain HTTP will do, what it says is checked by its signature.

    Raises:
        Unreachable: no answer; BadAnswer: not this file, or more than `limit` bytes.
    """
    timeouts = Timeouts(connect=5, read=20)
    try:
        with (
            translated(neighbour, service="fichiers publics"),
            httpx.Client(verify=tls(), timeout=timeouts.httpx(), follow_redirects=False, trust_env=False) as caller,
            caller.stream("GET", url) as response,
        ):
            later(response, neighbour)
            if response.status_code != httpx.codes.OK:
                message = f"{neighbour} : l'adresse répond {response.status_code} au lieu du fichier attendu."
                raise BadAnswer(message)
            return read_limited(response, limit, neighbour)
    except httpx.InvalidURL as error:
        message = f"{neighbour} : cette adresse n'en est pas une."
        raise BadAnswer(message) from error


@contextmanager
def translated(neighbour: str, *, writing: bool = False, service: str = "") -> Iterator[None]:
    """Turn the transport errors of httpx into ours, in words that name the neighbour; the call is counted.

    With `writing`, whatever fails once the connection is open leaves the outcome unknown. `service` is what counts call
    a neighbour that has no name of its own.
    """
    with counted(service or neighbour), _in_our_words(neighbour, writing=writing):
        yield


@contextmanager
def _in_our_words(neighbour: str, *, writing: bool) -> Iterator[None]:
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            message = (
                f"{neighbour} : le certificat du serveur n'est pas reconnu, rien n'a été envoyé. Ajoutez son autorité "
                "(clé « autorites ») si vous en êtes sûr."
            )
            raise Unreachable(message) from error
        message = f"{neighbour} ne répond pas ({_reason(error)}). Relancez plus tard : rien n'est perdu."
        raise Unreachable(message) from error
    except httpx.RequestError as error:
        if writing:
            message = f"{neighbour} : la réponse s'est perdue ({_reason(error)}). L'envoi sera vérifié."
            raise UnknownOutcome(message) from error
        if isinstance(error, httpx.DecodingError):
            message = f"{neighbour} : la réponse est abîmée, on ne peut pas la décompresser ({_reason(error)})."
            raise BadAnswer(message) from error
        message = f"{neighbour} a coupé la réponse ({_reason(error)}). Relancez plus tard : rien n'est perdu."
        raise Unreachable(message) from error


def later(response: httpx.Response, neighbour: str) -> None:
    """Raise Unreachable, with the rest that is asked for, when a status says "later" (429, 502, 503, 504)."""
    if response.status_code in LATER:
        asked = response.headers.get("Retry-After", "")
        message = f"{neighbour} est indisponible (code {response.status_code}). Relancez plus tard : rien n'est perdu."
        raise Unreachable(message, rest=min(float(asked), LONGEST_REST) if REST.fullmatch(asked) else 0)


def patiently(read: Callable[[], T], attempts: int = 4, first_wait: float = 0.5) -> T:
    """Call a read again, as long as the neighbour is unreachable: after the rest that it asks for, or after growing
    and jittered waits."""
    for attempt in stamina.retry_context(on=_worth_trying, attempts=attempts, wait_initial=first_wait, timeout=120):
        with attempt:
            return read()
    raise AssertionError  # the last attempt returns or raises


def _worth_trying(error: Exception) -> bool | float:
    """Say whether to try again, or after how many seconds."""
    if isinstance(error, Unreachable) and not isinstance(error, UnknownOutcome):
        return error.rest or True
    return False


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "délai dépassé"
    if isinstance(error, httpx.RemoteProtocolError):
        return "liaison interrompue"
    if number := ERRNO.match(str(error)):
        return of_number(int(number[1]))
    return str(error)[:120] or type(error).__name__
