"""SOAP 1.1 as the i-Parapheur speaks it: envelopes written and read by namespace; nothing here is about a visa.

Its WSDL is stricter than its servers: traffic is never judged by it.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from lxml import etree

from dematfin.errors import BadAnswer
from dematfin.support.xml import Element

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
IP: Final = "http://www.adullact.org/spring-ws/iparapheur/1.0"
XMIME: Final = "http://www.w3.org/2005/05/xmlmime"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XOP: Final = "http://www.w3.org/2004/08/xop/include"
NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Signs that no XML may hold."""
BLANKS: Final = re.compile(r"\s+")


def request(operation: str, *children: Element, text: str = "") -> bytes:
    """Return the envelope of a request."""
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP, "ip": IP, "xm": XMIME, "xsi": XSI})
    etree.SubElement(envelope, f"{{{SOAP}}}Header")
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    asked = etree.SubElement(body, f"{{{IP}}}{operation}Request")
    asked.text = plain(text) or None
    asked.extend(children)
    return bytes(etree.tostring(envelope, xml_declaration=True, encoding="UTF-8"))


def element(name: str, text: str = "", children: Iterable[Element] = ()) -> Element:
    """Return an element with a text or with children."""
    made = etree.Element(f"{{{IP}}}{name}")
    made.text = plain(text) or None
    made.extend(children)
    return made


def nothing(name: str) -> Element:
    """Return an element that must be there, and says nothing."""
    made = etree.Element(f"{{{IP}}}{name}")
    made.set(f"{{{XSI}}}nil", "true")
    return made


def binary(name: str, media_type: str, data: bytes) -> Element:
    """Return an element that holds a file."""
    made = etree.Element(f"{{{IP}}}{name}")
    made.set(f"{{{XMIME}}}contentType", plain(media_type))
    made.text = base64.b64encode(data).decode("ascii")
    return made


def plain(text: str) -> str:
    """Return a text without the signs that no XML may hold."""
    return NO_XML.sub(" ", text)


@dataclass(frozen=True, slots=True)
class Answer:
    """One element of an answer; its children are known by their namespace, files may lie in parts beside it."""

    root: Element
    parts: Mapping[str, bytes] = field(default_factory=dict)

    def all(self, name: str) -> tuple["Answer", ...]:
        """Return the children of one name."""
        return tuple(Answer(child, self.parts) for child in self.root.findall(f"{{{IP}}}{name}"))

    def each(self, group: str, name: str) -> tuple["Answer", ...]:
        """Return the elements `name` of the list `group`."""
        return tuple(one for part in self.all(group) for one in part.all(name))

    def text(self, name: str) -> str:
        """Return the text of a child, on one line; empty when there is none."""
        return next((part.words for part in self.all(name)), "")

    @property
    def words(self) -> str:
        """Its own text, on one line."""
        return " ".join((self.root.text or "").split())

    def data(self, name: str) -> bytes:
        """Return the file that a child holds, in place or in a part; raises BadAnswer."""
        for part in self.all(name):
            include = part.root.find(f"{{{XOP}}}Include")
            return self._part(include.get("href", "")) if include is not None else _decoded(part.root.text or "")
        return b""

    def _part(self, href: str) -> bytes:
        try:
            return self.parts[unquote(href.removeprefix("cid:"))]
        except KeyError as error:
            message = "i-Parapheur : un document est annoncé dans la réponse et n'y est pas. Relancez plus tard."
            raise BadAnswer(message) from error


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(BLANKS.sub("", text), validate=True)
    except (binascii.Error, ValueError) as error:
        message = "i-Parapheur : un document de la réponse est mal codé. Relancez plus tard."
        raise BadAnswer(message) from error
