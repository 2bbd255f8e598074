"""Copying a file with some of its bytes left out, replaced, or put in, a chunk at a time."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

CHUNK: Final = 1024 * 1024


class Span(NamedTuple):
    """Bytes of a file, from `start` up to `end` not included."""

    start: int
    end: int


def replaced(source: Path, changes: Iterable[tuple[Span, bytes]]) -> Iterator[bytes]:
    """Yield a file with other bytes instead of some spans, given in order."""
    return spliced(source, ((span, (piece,)) for span, piece in changes))


def without(source: Path, spans: Iterable[Span]) -> Iterator[bytes]:
    """Yield a file but for some spans, given in order."""
    return replaced(source, ((span, b"") for span in spans))


def part(source: Path, span: Span) -> Iterator[bytes]:
    """Yield the bytes of a span; no chunk ends between the two characters of a line break."""
    with source.open("rb") as stream:
        stream.seek(span.start)
        for chunk in _up_to(stream, span.end):
            while chunk.endswith(b"\r") and stream.tell() < span.end:
                chunk += stream.read(1)  # noqa: PLW2901 - a chunk and what belongs to it
            yield chunk


def spliced(source: Path, edits: Iterable[tuple[Span, Iterable[bytes]]]) -> Iterator[bytes]:
    """Yield a file with streams of other bytes instead of some spans, given in order; an empty span is a place."""
    with source.open("rb") as stream:
        for span, pieces in edits:
            yield from _up_to(stream, span.start)
            yield from pieces
            stream.seek(span.end)
        yield from _up_to(stream, source.stat().st_size)


def insert(source: Path, target: Path, pieces: Iterable[tuple[int, bytes]]) -> None:
    """Write a copy with pieces put in at some positions, given in order; whole or not at all."""
    write(target, replaced(source, ((Span(position, position), piece) for position, piece in pieces)))


def write(target: Path, chunks: Iterable[bytes]) -> None:
    """Write a file, whole or not at all."""
    temporary = target.with_name(f".{target.name}.part")
    try:
        with temporary.open("wb") as sink:
            sink.writelines(chunks)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _up_to(stream: BinaryIO, position: int) -> Iterator[bytes]:
    while chunk := stream.read(min(CHUNK, position - stream.tell())):
        yield chunk
