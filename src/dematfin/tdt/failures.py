"""The shapes that a failure takes at S²LOW, told apart: HTTP 200 proves nothing.

Plain text `KO` and a message; a redirect to the login page, or to another one; a page of HTML; an XML envelope that
says KO; a real HTTP error. Messages are for display: only their ASCII fragments decide.
"""

import re
from typing import Final
from urllib.parse import urlsplit

import httpx

from dematfin.errors import AccessDenied, BadAnswer, Refused
from dematfin.tdt.calls import Reply
from dematfin.tdt.envelopes import LASTING, Envelope, decoded, plain, shown

LOGIN_PAGE: Final = re.compile("login|connexion|connection", re.IGNORECASE)
PLAIN_KO: Final = re.compile(rb"\s*KO\s*(\r?\n|$)")
ACCESS: Final = re.compile("(?i:authentification|acc.{0,10}refus)|RGS")
REMEDY: Final = (
    "Vérifiez dans la section [s2low] le certificat et l'identifiant, et leurs droits auprès de l'administrateur "
    "de S²LOW."
)


def check_access(reply: Reply) -> None:
    """Raise AccessDenied when an answer says that our account or our certificate is at fault."""
    reason = _denial(reply)
    if reason:
        message = f"S²LOW refuse notre compte ou notre certificat ({reason}) : rien n'a été fait. {REMEDY}"
        raise AccessDenied(message)


def check_admitted(reply: Reply, call: str) -> None:
    """Raise AccessDenied for any plain KO: the scripts that open with this check say it to those they do not let in."""
    check_access(reply)
    if said := plain_ko(reply):
        message = f"S²LOW refuse « {call} » à notre compte ou à notre certificat ({said}) : rien n'a été fait. {REMEDY}"
        raise AccessDenied(message)


def body(reply: Reply, call: str) -> bytes:
    """Return the body of an answer that is none of the failures which show before the body is read.

    Raises:
        AccessDenied, Refused, BadAnswer.
    """
    check_access(reply)
    if reply.status != httpx.codes.OK:
        message = f"S²LOW répond mal à « {call} » (code {reply.status}) : {shown(reply.body)}. {LASTING}"
        raise BadAnswer(message)
    if said := plain_ko(reply):
        message = f"S²LOW refuse « {call} » : {said}. {LASTING}"
        raise Refused(message)
    return reply.body


def accepted(envelope: Envelope, call: str) -> Envelope:
    """Return an envelope that does not say KO, or raise Refused with what it says."""
    if envelope.refused:
        raise refusal(envelope.message, call)
    return envelope


def refusal(message: str, call: str) -> Refused:
    """Return the error of a KO: the account's, or that of the thing asked for."""
    if ACCESS.search(message):
        return AccessDenied(f"S²LOW refuse « {call} » à notre compte ou à notre certificat ({message}). {REMEDY}")
    return Refused(f"S²LOW refuse « {call} » : {message or 'sans explication'}. {LASTING}")


def plain_ko(reply: Reply) -> str:
    """Return the message of a plain text KO; empty when the answer is not one."""
    found = PLAIN_KO.match(reply.body)
    if found is None:
        return ""
    rest = reply.body[found.end() :]
    return plain(decoded(rest)) or "sans explication"


def _denial(reply: Reply) -> str:
    if reply.status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return f"code {reply.status}"
    if httpx.codes.is_redirect(reply.status) and LOGIN_PAGE.search(_page(reply.location)):
        return "il renvoie vers sa page de connexion"
    said = plain_ko(reply)
    return said if ACCESS.search(said) else ""


def _page(location: str) -> str:
    """Return the path that a redirect leads to; empty when it leads nowhere, which says nothing of our account."""
    try:
        return urlsplit(location).path
    except ValueError:
        return ""
