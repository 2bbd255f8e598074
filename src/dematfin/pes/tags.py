"""One tag of a flow, as its bytes stand in the file."""

import re
from pathlib import Path
from typing import Final, NoReturn

from dematfin.errors import InvalidPes
from dematfin.pes.survey import LONGEST_TAG
from dematfin.support.splice import Span

NAME: Final = rb"""<[^\s<>/"'=!?]+"""
OPENED: Final = re.compile(rb"(" + NAME + rb""")(?:[^<>"']|"[^"<]*"|'[^'<]*')*>""")
ATTRIBUTE: Final = re.compile(rb"""\s([^\s=<>/"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def after_name(flow: Path, at: int) -> int:
    """Return where a first attribute may be put in the tag that begins there."""
    return at + _opened(flow, at).end(1)


def value_span(flow: Path, at: int) -> Span:
    """Return where the `V` of a tag stands, between its quotes."""
    values = (found for found in ATTRIBUTE.finditer(_opened(flow, at)[0]) if found[1] == b"V")
    if (found := next(values, None)) is None:
        _refuse(flow, at)
    group = 2 if found[2] is not None else 3
    return Span(at + found.start(group), at + found.end(group))


def closes_itself(flow: Path, at: int) -> bool:
    """Say whether a tag is a whole element: the parser tells its end, which is not that of another tag."""
    return _opened(flow, at)[0].endswith(b"/>")


def unclosed(flow: Path, at: int) -> tuple[Span, bytes, bytes]:
    """Return where a tag that closes itself stands, and the two tags to write instead."""
    found = _opened(flow, at)
    return Span(at, at + found.end()), found[0][:-2] + b">", b"</" + found[1][1:] + b">"


def _opened(flow: Path, at: int) -> re.Match[bytes]:
    with flow.open("rb") as source:
        source.seek(at)
        found = OPENED.match(source.read(LONGEST_TAG))
    if found is None:
        _refuse(flow, at)
    return found


def _refuse(flow: Path, at: int) -> NoReturn:
    message = f"Flux {flow.name} : la balise à l'octet {at} n'est pas écrite comme il faut. Exportez-le de nouveau."
    raise InvalidPes(message)
