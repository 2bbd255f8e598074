"""SOAP 1.1 envelopes as JAX-WS writes them: the prefix `S`, then the i-Parapheur's namespace as the default one."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4
from xml.sax.saxutils import escape

from lxml import etree

from dematfin.sandbox.server import Reply

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
IP: Final = "http://www.adullact.org/spring-ws/iparapheur/1.0"
XML: Final = "text/xml;charset=utf-8"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its operation, and its element."""

    operation: str
    element: Any

    def text(self, name: str) -> str:
        """Return the text of a child, empty when there is none."""
        return str(self.element.findtext(f"{{{IP}}}{name}") or "").strip()

    def all(self, name: str) -> list[Any]:
        """Return the children of one name."""
        return list(self.element.findall(f"{{{IP}}}{name}"))

    @property
    def word(self) -> str:
        """The text of the request itself, where it is nothing else."""
        return str(self.element.text or "").strip()


def read(body: bytes) -> Asked | None:
    """Return what is asked, or None when it is no SOAP of ours."""
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError:
        return None
    inside = root.find(f"{{{SOAP}}}Body")
    first = next(iter(inside), None) if inside is not None else None
    if first is None or not str(first.tag).startswith(f"{{{IP}}}"):
        return None
    return Asked(etree.QName(first).localname.removesuffix("Request"), first)


def tag(name: str, text: str = "", inside: str = "") -> str:
    """Return one element."""
    return f"<{name}>{escape(text)}{inside}</{name}>"


def binary(name: str, media_type: str, data: bytes) -> str:
    """Return an element that holds a file."""
    kind = f'xmlns:xm="http://www.w3.org/2005/05/xmlmime" xm:contentType="{escape(media_type)}"'
    return f"<{name} {kind}>{base64.b64encode(data).decode()}</{name}>"


def said(code: str, message: str = "") -> str:
    """Return a `MessageRetour`."""
    severity = "ERROR" if code == "KO" else "INFO"
    return tag("MessageRetour", inside=tag("codeRetour", code) + tag("message", message) + tag("severite", severity))


def envelope(operation: str, inside: str) -> bytes:
    """Return the envelope of an answer."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<S:Envelope xmlns:S="{SOAP}"><S:Body>'
        f'<{operation}Response xmlns="{IP}">{inside}</{operation}Response></S:Body></S:Envelope>'
    ).encode()


def answer(operation: str, inside: str) -> Reply:
    """Return a plain answer; a KO comes under HTTP 200 too."""
    return Reply(body=envelope(operation, inside), media_type=XML)


def fault(words: str, code: str = "Server") -> Reply:
    """Return a Fault."""
    inside = f"<faultcode>S:{code}</faultcode><faultstring>{escape(words)}</faultstring>"
    body = f'<S:Envelope xmlns:S="{SOAP}"><S:Body><S:Fault>{inside}</S:Fault></S:Body></S:Envelope>'
    return Reply(status=500, body=body.encode(), media_type=XML)


def in_parts(reply: Reply) -> Reply:
    """Return the same answer by MTOM: each file in a part of its own, referred to from the envelope."""
    root = etree.fromstring(reply.body, etree.XMLParser(huge_tree=True))
    files = [_taken_out(one) for one in root.iter() if one.get("{http://www.w3.org/2005/05/xmlmime}contentType")]
    boundary = f"uuid:{uuid4()}"
    head = 'Content-Type: application/xop+xml; charset=utf-8; type="text/xml"\r\nContent-Transfer-Encoding: binary'
    start = f"rootpart*{boundary}@example.jaxws.sun.com"
    parts = [_part(boundary, f"{head}\r\nContent-ID: <{start}>", etree.tostring(root))]
    parts += [_part(boundary, _head_of_a_file(cid), data) for cid, data in files]
    kind = f'multipart/related;start="<{start}>";type="application/xop+xml"'
    body = b"".join(parts) + f"\r\n--{boundary}--".encode()
    return Reply(body=body, media_type=f'{kind};boundary="{boundary}";start-info="text/xml"')


def _head_of_a_file(cid: str) -> str:
    return f"Content-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <{cid}>"


def _taken_out(element: Any) -> tuple[str, bytes]:
    data = base64.b64decode(element.text or "")
    cid = f"{uuid4()}@example.jaxws.sun.com"
    element.text = None
    include = etree.SubElement(element, "{http://www.w3.org/2004/08/xop/include}Include")
    include.set("href", f"cid:{cid}")
    return cid, data


def _part(boundary: str, head: str, data: bytes) -> bytes:
    return f"\r\n--{boundary}\r\n{head}\r\n\r\n".encode() + data


def listed(name: str, texts: Iterable[str]) -> str:
    """Return one element for each text."""
    return "".join(tag(name, text) for text in texts)
