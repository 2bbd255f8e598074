"""Reading XML that comes from outside: no DOCTYPE, no entity, no network, a size limit before the parse."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from lxml import etree

from dematfin.errors import TooLarge, UnreadableXml

Element: TypeAlias = Any
Tree: TypeAlias = Any
"""lxml is published without types."""

MEBIBYTE: Final = 1024 * 1024
HEAD: Final = 64 * 1024
LARGEST: Final = 200 * MEBIBYTE
"""Default limit: Chorus Pro sends 160 MB at most, a TdT accepts 128 MiB and hands back 150 MiB."""


def parser() -> etree.XMLParser:
    """Return a parser that fetches nothing and resolves nothing.

    `huge_tree` is needed: one attachment may be a text node of more than 10 million characters.
    """
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


def parse_bytes(data: bytes, what: str, limit: int = LARGEST) -> Element:
    """Return the root of an XML text.

    Raises:
        UnreadableXml, TooLarge: naming `what` (a file or an invoice, in French).
    """
    if len(data) > limit:
        raise TooLarge(_too_large(what, len(data), limit))
    try:
        return _checked(etree.fromstring(data, parser()), what)
    except etree.XMLSyntaxError as error:
        raise UnreadableXml(_unreadable(what, error)) from error


def parse_head(data: bytes, what: str) -> Element:
    """Return the root of an XML text with what its first 64 KiB hold; nothing is known of the rest.

    Raises:
        UnreadableXml: already there, it is no XML.
    """
    pull = etree.XMLPullParser(events=("start",), resolve_entities=False, no_network=True, load_dtd=False)
    try:
        pull.feed(data[:HEAD])
    except etree.XMLSyntaxError as error:
        raise UnreadableXml(_unreadable(what, error)) from error
    _, root = next(pull.read_events(), (None, None))
    if root is None:
        message = f"{what} : ce n'est pas du XML."
        raise UnreadableXml(message)
    return _checked(root, what)


def parse_file(path: Path, what: str, limit: int = LARGEST) -> Tree:
    """Return the tree of an XML file; same rules and errors as `parse_bytes`."""
    size = path.stat().st_size
    if size > limit:
        raise TooLarge(_too_large(what, size, limit))
    try:
        tree = etree.parse(path, parser())
    except etree.XMLSyntaxError as error:
        raise UnreadableXml(_unreadable(what, error)) from error
    _checked(tree.getroot(), what)
    return tree


def stream_file(path: Path, what: str, tags: Sequence[str], limit: int = LARGEST) -> Iterator[Element]:
    """Yield elements as their end is read, then the root; the caller clears those that weigh. Same errors as
    `parse_file`."""
    size = path.stat().st_size
    if size > limit:
        raise TooLarge(_too_large(what, size, limit))
    with path.open("rb") as source:
        yield from _streamed(iter(lambda: source.read(MEBIBYTE), b""), what, tags)


def stream_bytes(data: bytes, what: str, tags: Sequence[str], limit: int = LARGEST) -> Iterator[Element]:
    """Yield the elements of an XML text as `stream_file` does; same errors as `parse_bytes`."""
    if len(data) > limit:
        raise TooLarge(_too_large(what, len(data), limit))
    chunks = (data[start : start + MEBIBYTE] for start in range(0, len(data), MEBIBYTE))
    return _streamed(chunks, what, tags)


def check_bytes(data: bytes, what: str, limit: int = LARGEST) -> None:
    """Read an XML text to its end and keep nothing of it, where `parse_bytes` takes fifteen times its size; same
    errors."""
    if len(data) > limit:
        raise TooLarge(_too_large(what, len(data), limit))
    reader = etree.XMLParser(
        target=_Nothing(what), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    try:
        for start in range(0, len(data), MEBIBYTE):
            reader.feed(data[start : start + MEBIBYTE])
        reader.close()
    except etree.XMLSyntaxError as error:
        raise UnreadableXml(_unreadable(what, error)) from error


class _Nothing:
    """What a text is made of, when only its being well-formed matters."""

    def __init__(self, what: str) -> None:
        self._what = what

    def doctype(self, *_: str | None) -> None:
        raise UnreadableXml(_doctype(self._what))

    def close(self) -> None:
        """Keep nothing."""


def _streamed(chunks: Iterable[bytes], what: str, tags: Sequence[str]) -> Iterator[Element]:
    pull = etree.XMLPullParser(
        events=("end",), tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    root = None
    try:
        for chunk in chunks:
            pull.feed(chunk)
            for _, element in pull.read_events():
                if root is None:
                    root = _checked(element.getroottree().getroot(), what)
                yield element
        yield _checked(pull.close(), what)
    except etree.XMLSyntaxError as error:
        raise UnreadableXml(_unreadable(what, error)) from error


def local_name(element: Element) -> str:
    """Return the tag without its namespace; empty for a comment or a processing instruction."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _checked(root: Element, what: str) -> Element:
    if root.getroottree().docinfo.doctype:
        raise UnreadableXml(_doctype(what))
    return root


def _doctype(what: str) -> str:
    return f"{what} : le fichier XML contient une déclaration DOCTYPE, interdite par sécurité."


def _too_large(what: str, size: int, limit: int) -> str:
    return f"{what} : le fichier pèse {size // MEBIBYTE} Mo, la limite est de {limit // MEBIBYTE} Mo."


def _unreadable(what: str, error: etree.XMLSyntaxError) -> str:
    line, column = error.position
    return f"{what} : le fichier XML est illisible (abîmé, ou ce n'est pas du XML : ligne {line}, colonne {column})."
