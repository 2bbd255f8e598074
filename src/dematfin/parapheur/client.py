"""Calls to the i-Parapheur, each on a connection of its own; its failures told apart: HTTP 200 proves nothing.

A KO comes in an answer like any other, a Fault under HTTP 500, a page for people under any status. A call that writes
and whose answer says nothing clear may have been carried out.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import httpx

from dematfin.errors import AccessDenied, BadAnswer, DocumentError, Refused, UnknownOutcome, Unreachable
from dematfin.parapheur import soap
from dematfin.parapheur.multipart import unwrapped
from dematfin.parapheur.soap import IP, SOAP, Answer
from dematfin.support import http, tls
from dematfin.support.http import Timeouts, later, read_limited, translated
from dematfin.support.xml import MEBIBYTE, Element, parse_bytes

NAME: Final = "i-Parapheur"
SMALL: Final = 8 * MEBIBYTE
"""Limit of an answer without documents."""
SHOWN: Final = 200
ABSENT: Final = "introuvable"
REMEDY: Final = "Vérifiez identifiant, mot_de_passe et certificat dans la section [parapheur]."
LASTING: Final = "Relancez plus tard ; si cela dure, voyez l'administrateur de l'i-Parapheur."


class Absent(Refused):
    """Ce dossier n'est pas dans l'i-Parapheur."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One operation to ask for.

    Attributes:
        about: what it bears on, as a person names it.
        writing: it changes something there: an answer that is lost leaves its outcome unknown.
        limit: bytes of the answer beyond which it is given up.
    """

    operation: str
    about: str = ""
    text: str = ""
    children: tuple[Element, ...] = ()
    writing: bool = False
    limit: int = SMALL

    @property
    def label(self) -> str:
        """Its name for a person."""
        return f"{self.operation} {self.about}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back of one call: its response element, and the bytes of the whole envelope."""

    answer: Answer
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The way to the i-Parapheur."""

    url: str
    path: str
    context: ssl.SSLContext
    login: tuple[str, str]
    timeouts: Timeouts

    def ask(self, call: Call) -> Reply:
        """Ask for something, and return an answer that says no KO.

        Raises:
            Unreachable, AccessDenied, BadAnswer.
            UnknownOutcome: a write that may have been carried out.
            Refused: it says no; Absent when what it bears on is not there.
        """
        body = soap.request(call.operation, *call.children, text=call.text)
        try:
            reply = self._read(call, self._post(call, body))
        except BadAnswer as error:
            if call.writing:
                message = f"i-Parapheur : on ne sait pas si « {call.label} » a été fait. {error}"
                raise UnknownOutcome(message) from error
            raise
        _check_accepted(call, reply.answer)
        return reply

    def _post(self, call: Call, body: bytes) -> tuple[httpx.Response, bytes]:
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        client = http.client(self.url, context=self.context, timeouts=self.timeouts, auth=self.login)
        with (
            _told_apart(writing=call.writing),
            client,
            client.stream("POST", self.path, content=body, headers=headers) as response,
        ):
            _check_status(call, response)
            return response, read_limited(response, call.limit, NAME)

    def _read(self, call: Call, posted: tuple[httpx.Response, bytes]) -> Reply:
        response, body = posted
        envelope, parts = unwrapped(response.headers.get("Content-Type", ""), body)
        inside = _body_of(call, envelope)
        fault = inside.find(f"{{{SOAP}}}Fault")
        if fault is not None:
            raise _fault(call, fault)
        answer = inside.find(f"{{{IP}}}{call.operation}Response")
        if answer is None or response.status_code != httpx.codes.OK:
            raise _unclear(call, envelope)
        return Reply(answer=Answer(answer, parts), raw=envelope)


def _check_status(call: Call, response: httpx.Response) -> None:
    """Raise what a status says by itself; a gateway that gave up may have passed a write on."""
    status = response.status_code
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        message = f"i-Parapheur refuse notre compte ou notre certificat (code {status}) : rien n'a été fait. {REMEDY}"
        raise AccessDenied(message)
    if call.writing and status in {httpx.codes.BAD_GATEWAY, httpx.codes.GATEWAY_TIMEOUT}:
        message = f"i-Parapheur : on ne sait pas si « {call.label} » a été fait (code {status})."
        raise UnknownOutcome(message)
    later(response, NAME)
    if status not in {httpx.codes.OK, httpx.codes.INTERNAL_SERVER_ERROR}:
        message = f"i-Parapheur répond mal à « {call.label} » (code {status}). {LASTING}"
        raise BadAnswer(message)


def _body_of(call: Call, envelope: bytes) -> Element:
    try:
        root = parse_bytes(envelope.strip(), call.label, call.limit)
    except DocumentError as error:
        raise _unclear(call, envelope) from error
    body = root.find(f"{{{SOAP}}}Body") if root.tag == f"{{{SOAP}}}Envelope" else None
    if body is None:
        raise _unclear(call, envelope)
    return body


def _fault(call: Call, fault: Element) -> Exception:
    """Return the error of a Fault; one of the server's own making may come after it has done what was asked."""
    said = " ".join((fault.findtext("faultstring") or "sans explication").split())[:SHOWN]
    if _says_absent(said):
        return Absent(f"i-Parapheur : {call.about} est introuvable ({said}).")
    message = f"i-Parapheur refuse « {call.label} » : {said}. {LASTING}"
    ours = "client" in (fault.findtext("faultcode") or "").lower()
    return Refused(message) if ours or not call.writing else UnknownOutcome(message)


def _check_accepted(call: Call, answer: Answer) -> None:
    for message in answer.all("MessageRetour"):
        if message.text("codeRetour").upper() == "KO":
            said = message.text("message")[:SHOWN] or "sans explication"
            kind = Absent if _says_absent(said) else Refused
            words = f"i-Parapheur refuse « {call.label} » : {said}"
            raise kind(words)


def _says_absent(said: str) -> bool:
    """Whether the folder itself is not there, and not a desk or a type."""
    return "dossier" in said.lower() and ABSENT in said.lower()


def _unclear(call: Call, body: bytes) -> BadAnswer:
    said = soap.plain(body[:SHOWN].decode("utf-8", errors="replace"))  # PostgreSQL keeps no zero byte
    shown = " ".join(said.split()) or "rien"
    return BadAnswer(f"i-Parapheur : la réponse à « {call.label} » est incompréhensible : {shown}. {LASTING}")


@contextmanager
def _told_apart(*, writing: bool) -> Iterator[None]:
    try:
        with translated(NAME, writing=writing):
            yield
    except Unreachable as error:
        if reason := tls.refuses_us(error):
            message = f"i-Parapheur refuse notre certificat ({reason}) : rien n'a été fait. {REMEDY}"
            raise AccessDenied(message) from error
        raise
