"""What a completed flow changes of the editor's: compared byte for byte, whoever wrote it.

The two files are walked together, tag by tag as they are written. What the second one has more has to be one of the
additions of its completion, in its place; all the rest has to be equal.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dematfin.domain.editor.completion import Completion
from dematfin.errors import DocumentError
from dematfin.pes.expected_additions import Expected
from dematfin.pes.standing import Standing
from dematfin.pes.tokens import Token, tokens
from dematfin.support.splice import spliced

MARK: Final = b"\xef\xbb\xbf"
GOOD: Final = re.compile(rb"""<\?xml\s+version=["']1\.0["']\s+encoding=["']ISO-8859-1["']""", re.IGNORECASE)
DECLARED_WITHIN: Final = 50
ALONE: Final = re.compile(rb"""\sstandalone\s*=\s*["'](yes|no)["']""")
LATIN: Final = b'<?xml version="1.0" encoding="ISO-8859-1"'
HEAD: Final = 1024
TOLD: Final = re.compile(rb"""<\?xml\s[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
MOST: Final = 20
LONGEST: Final = 120


def changes(before: Path, after: Path, completion: Completion) -> tuple[str, ...]:
    """Return, in French, all that a completed flow changes and that its completion does not allow."""
    comparison = _Comparison(after, completion)
    try:
        told = list(comparison.differences(before))
    except DocumentError as error:
        return (str(error),)
    except (UnicodeError, LookupError):
        return (f"{before.name} ne peut pas être écrit en ISO-8859-1 sans perdre de signes.",)
    return tuple(told)


def _as_latin(flow: Path) -> Iterator[bytes]:
    """Yield the editor's bytes as they are, or in ISO-8859-1 when he told another encoding."""
    with flow.open("rb") as source:
        head = source.read(HEAD)
    if GOOD.match(head[:DECLARED_WITHIN]):
        yield from spliced(flow, ())
        return
    told = TOLD.match(head)
    codec = "utf-8-sig" if head.startswith(MARK) or told is None else told[1].decode("ascii")
    for text in codecs.iterdecode(spliced(flow, ()), codec):
        yield text.encode("iso-8859-1")


class _Comparison:
    """Walks two files together."""

    def __init__(self, after: Path, completion: Completion) -> None:
        self._after = after
        self._standing = Standing()
        self._expected = Expected(after, completion, self._standing)
        self._theirs: Iterator[Token] = iter(())
        self._next: Token | None = None

    def differences(self, before: Path) -> Iterator[str]:
        self._theirs = tokens(_as_latin(before), before.name)
        self._next = next(self._theirs, None)
        ours = tokens(spliced(self._after, ()), self._after.name)
        told = 0
        for token in ours:
            if self._is_same(token):
                continue
            if self._next is not None and token.start == 0 and self._is_declaration(token, self._next):
                continue
            problem = "" if self._is_another_value(token) else self._expected.added(token, ours)
            if problem is None:
                continue
            yield problem or self._differs(token)
            told += 1
            if told == MOST or not (problem or self._goes_on(token)):
                yield "La suite du flux n'a pas été comparée."
                return
        if self._next is not None:
            yield f"La fin du flux de l'éditeur manque, à partir de « {_shown(self._next)} »."
        yield from self._expected.missing()

    def _is_same(self, token: Token) -> bool:
        """Go on in the editor's file by what is equal, or is changed as it may be."""
        theirs = self._next
        if theirs is None:
            return False
        closing = None
        if theirs.data != token.data:
            closing = self._expected.opened_holder(theirs, token)
            if closing is None and not self._expected.changed(theirs, token):
                return False
        if token.is_tag:
            self._expected.keep(token)
            self._standing.follow(token)
        self._next = closing or next(self._theirs, None)
        return True

    def _is_declaration(self, token: Token, theirs: Token) -> bool:
        """Whether a flow begins as a TdT wants it, where the editor's does not."""
        if not token.data.startswith(LATIN) or GOOD.match(theirs.data[:DECLARED_WITHIN]):
            return False
        has_one = theirs.data.startswith(b"<?xml")
        alone = ALONE.search(theirs.data) if has_one else None
        if token.data != LATIN + (b' standalone="' + alone[1] + b'"' if alone else b"") + b"?>":
            return False
        if has_one:
            self._next = next(self._theirs, None)
        return True

    def _is_another_value(self, token: Token) -> bool:
        """Whether a value is told in the place of another one, and not beside it."""
        theirs = self._next
        if theirs is None or not (theirs.closes_itself and token.closes_itself):
            return False
        return theirs.names == token.names

    def _differs(self, token: Token) -> str:
        was = f"« {_shown(self._next)} » est devenu" if self._next else "après la fin il y a"
        return f"{self._standing.label} : {was} « {_shown(token)} »."

    def _goes_on(self, token: Token) -> bool:
        """Go on past a value that differs; past anything else, nothing could be compared any more."""
        theirs = self._next
        if theirs is None or theirs.is_tag != token.is_tag or theirs.names != token.names:
            return False
        if theirs.closes_itself != token.closes_itself or theirs.opens != token.opens:
            return False
        if token.is_tag:
            self._standing.follow(token)
        self._next = next(self._theirs, None)
        return True


def _shown(token: Token | None) -> str:
    if token is None:
        return ""
    text = token.data.decode("latin-1") if not token.data.startswith(b"sha256 ") else "un long texte"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
