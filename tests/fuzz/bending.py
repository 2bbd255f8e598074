"""Real samples bent so that each still looks like what it was: hypothesis chooses how, and shrinks what breaks."""

import base64
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

import pikepdf
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from fuzz.law import ELSEWHERE

NASTY: Final = (
    "",
    " ",
    "0",
    "-1",
    "-0",
    "1",
    "1,5",
    "1.2.3",
    "1 000",
    "9" * 40,
    "9" * 5000,
    "1e999999999",
    "-1E-400",
    "NaN",
    "Infinity",
    "٣",
    "²",
    "½",
    "2026-02-30",
    "99999-01-01",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00+23:59",
    "2026-03-29T02:30:00",
    "9999-12-31T23:59:59-23:59",
    "20261399",
    "true",
    "null",
    "None",
    "../../../etc/passwd",
    "/etc/passwd",
    "C:\\x",
    "CON",
    ".",
    "..",
    "a/b",
    "x" * 300,
    "x" * 70_000,
    "é" * 300,
    "\u202e",
    "\x1b[31m",
    "\u0301",
    "\U0001f4a9",
    "=cmd|'/c calc'!A1",
    "<script>",
    "&amp;",
    "&x;",
    '"',
    "'",
    ";",
    "%s%n",
    "{}",
    "{0.__class__}",
    "\r\nBcc: x@y.z",
    "\n",
    "cid:",
    "FR76",
    "FR7619999000170009876543276",
    "21990042000015",
    "00000000000000",
    "http://127.0.0.1:1/",
    "http://[",
    "file:///etc/passwd",
    "//",
)
ENCODINGS: Final = (
    "utf-8",
    "utf-16",
    "utf-16-be",
    "utf-32",
    "iso-8859-1",
    "cp1252",
    "utf-7",
    "x-klingon",
    "ebcdic-cp-fr",
)
DOCTYPES: Final = (
    "<!DOCTYPE x>",
    '<!DOCTYPE x [<!ENTITY x SYSTEM "file://{elsewhere}">]>',
    '<!DOCTYPE x [<!ENTITY % y SYSTEM "http://127.0.0.1:1/y">%y;]>',
    '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x "&b;&b;&b;&b;&b;&b;">]>',
)
Bend = Callable[[DrawFn, bytes], bytes]


def raw(draw: DrawFn, data: bytes) -> bytes:
    """Spoil bytes, whatever they are."""
    start = draw(st.integers(0, len(data)))
    end = min(len(data), start + draw(st.integers(0, 400)))
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: data[:start],
        lambda: data[:start] + data[end:],
        lambda: data[:end] + data[start:],
        lambda: data[:start] + draw(st.binary(max_size=8)) + data[end:],
        lambda: (
            data[:start]
            + bytes(one ^ 1 << draw(st.integers(0, 7)) for one in data[start : start + 1])
            + data[start + 1 :]
        ),
        lambda: data[:start] + b"\0" + data[start:],
        lambda: data[end:] + data[:end],
    )
    return draw(st.sampled_from(ways))()


def parts(draw: DrawFn, pieces: Sequence[str], worth: Callable[[str], str]) -> list[str]:
    """Leave out, double, exchange or spoil some of what a text is made of; `worth` says a piece anew."""
    kept = list(pieces) or [""]
    start = draw(st.integers(0, len(kept) - 1))
    end = min(len(kept), start + draw(st.integers(1, 12)))
    match draw(st.integers(0, 4)):
        case 0:
            return kept[:start] + kept[end:]
        case 1:
            return kept[:end] + kept[start:]
        case 2:
            other = draw(st.integers(0, len(kept) - 1))
            kept[start], kept[other] = kept[other], kept[start]
        case 3:
            return kept[:start] + kept[start:end] * draw(st.sampled_from([2, 40, 300])) + kept[end:]
        case _:
            kept[start] = worth(kept[start])
    return kept


def nasty(draw: DrawFn) -> str:
    """Return a word that some reader has not thought of."""
    return draw(st.sampled_from(NASTY) | st.text(max_size=12))


ODD: Final = ("<!-- x -->", "<![CDATA[<x>]]>", "<?x y?>", "<x:y/>", "<a b='1' b='2'/>", "&#0;", "&#xD800;", "]]>")
TOKENS: Final = re.compile(r"<[^>]*>|[^<]+")
VALUES: Final = re.compile(r"""(?<==)("[^"]*"|'[^']*')""")


def xml(draw: DrawFn, data: bytes) -> bytes:
    """Bend an XML: its elements, values, nesting, entities, comments, encoding."""
    text = data.decode("iso-8859-1")
    match draw(st.integers(0, 9)):
        case 0:
            return raw(draw, data)
        case 1:
            return _encoded(draw, text)
        case 2:
            text = _declared(draw, text)
        case 3:
            depth = draw(st.sampled_from([3, 300, 5000]))
            text = _put(draw, text, "<a>" * depth + "</a>" * draw(st.sampled_from([0, depth])))
        case 4:
            text = _put(draw, text, draw(st.sampled_from(ODD)))
        case 5 | 6:
            text = "".join(parts(draw, TOKENS.findall(text), lambda one: _said(draw, one)))
        case _:
            tokens = TOKENS.findall(text) or [""]
            at = draw(st.integers(0, len(tokens) - 1))
            tokens[at] = _said(draw, tokens[at])
            text = "".join(tokens)
    return text.encode("iso-8859-1", "xmlcharrefreplace")


def _declared(draw: DrawFn, text: str) -> str:
    """Declare entities at the head of a text, and use one."""
    doctype = draw(st.sampled_from(DOCTYPES)).format(elsewhere=ELSEWHERE)
    head, end, rest = text.partition("?>") if text.startswith("<?xml") else ("", "", text)
    return _put(draw, f"{head}{end}{doctype}{rest}", "&x;")


def _said(draw: DrawFn, token: str) -> str:
    value = nasty(draw).replace("&", "&amp;").replace("<", "&lt;")
    if not token.startswith("<"):
        return value
    quoted = '"' + value.replace('"', "&quot;") + '"'
    if VALUES.search(token):
        return VALUES.sub(lambda _: quoted, token, count=1)
    return token.replace(token[1:-1], token[1:-1] + " xmlns:z='urn:z' z:V='1'") if token[1:2].isalpha() else token


def _put(draw: DrawFn, text: str, what: str) -> str:
    places = [found.start() for found in re.finditer("<", text)] or [0]
    at = draw(st.sampled_from(places))
    return text[:at] + what + text[at:]


def _encoded(draw: DrawFn, text: str) -> bytes:
    told, real = draw(st.sampled_from(ENCODINGS)), draw(st.sampled_from(ENCODINGS[:6]))
    body = re.sub(r"encoding=[\"'][^\"']*[\"']", f'encoding="{told}"', text, count=1)
    return body.encode(real, "xmlcharrefreplace")


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(NASTY) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def json_text(draw: DrawFn, data: bytes) -> bytes:
    """Bend a JSON: another kind of value somewhere, keys that are absent, endless numbers, endless nesting."""
    match draw(st.integers(0, 7)):
        case 0:
            return raw(draw, data)
        case 1:
            depth = draw(st.sampled_from([10, 2000, 100_000]))
            return _value(draw, data, b"[" * depth + b"]" * depth)
        case 2:
            odd = (
                b"1e400",
                b"-1e400",
                b"NaN",
                b"Infinity",
                b"9" * 5000,
                b"9" * 400,
                b'"\\ud800"',
                b'"\\u0000"',
                b"0.1e-999",
            )
            return _value(draw, data, draw(st.sampled_from(odd)))
        case _:
            try:
                told = json.loads(data)
            except (ValueError, RecursionError):
                return raw(draw, data)
            return json.dumps(_changed(draw, told)).encode()


def _value(draw: DrawFn, data: bytes, value: bytes) -> bytes:
    """Put a value in the place of another."""
    found = list(re.finditer(rb':\s*("[^"]*"|-?[\d.]+|true|false|null)', data))
    if not found:
        return value
    one = draw(st.sampled_from(found))
    return data[: one.start(1)] + value + data[one.end(1) :]


def _changed(draw: DrawFn, told: Any) -> Any:
    """Change one thing somewhere."""
    if isinstance(told, dict) and told and draw(st.integers(0, 9)):
        key = draw(st.sampled_from(sorted(told)))
        rest = {name: value for name, value in told.items() if name != key}
        return rest if not draw(st.integers(0, 5)) else {**told, key: _changed(draw, told[key])}
    if isinstance(told, list) and told and draw(st.integers(0, 9)):
        at = draw(st.integers(0, len(told) - 1))
        return [*told[:at], _changed(draw, told[at]), *told[at + 1 :]]
    return draw(JSON)


def lines(separator: str) -> Bend:
    """Bend a text made of lines and cells: a CSV, a configuration, the heads of an answer."""

    def bend(draw: DrawFn, data: bytes) -> bytes:
        kind = draw(st.integers(0, 6))
        if kind == 0:
            return raw(draw, data)
        text = data.decode("utf-8", "replace")
        if kind == 1:
            return text.encode(draw(st.sampled_from(ENCODINGS[:6])), "replace")
        if kind == 2:
            return text.replace(
                separator, draw(st.sampled_from(["\t", "|", ",", "\r", "=", "\0", separator * 2]))
            ).encode()
        rows = text.split("\n")

        def cell(row: str) -> str:
            return separator.join(parts(draw, row.split(separator), lambda _: nasty(draw)))

        if kind == 3:
            return "\n".join(parts(draw, rows, cell)).encode("utf-8", "replace")
        at = draw(st.integers(0, len(rows) - 1))
        rows[at] = cell(rows[at])
        return "\n".join(rows).encode("utf-8", "replace")

    return bend


NAMES: Final = (
    "../x.pdf",
    "/etc/x.pdf",
    "C:\\x.pdf",
    "a\\..\\b.pdf",
    "a.pdf",
    "A.PDF",
    "PES_V2/Rev0/PES_Aller.xsd",
    "a/",
    "x" * 300,
    "é.pdf",
    "con.pdf",
    "a\0b.pdf",
    "",
)


def archive(draw: DrawFn, data: bytes) -> bytes:
    """Bend an archive, or make one whose names, sizes and number of files mean harm."""
    match draw(st.integers(0, 4)):
        case 0 | 1:
            return raw(draw, data)
        case 2:  # what is told of a file in the list of an archive
            return re.sub(
                rb"PK\x01\x02.{12}",
                lambda one: one[0][:-4] + draw(st.binary(min_size=4, max_size=4)),
                data,
                count=1,
                flags=re.DOTALL,
            )
        case 3:
            return swollen(draw(st.sampled_from([10, 30_000_000, 130_000_000])))
        case _:
            names = draw(st.lists(st.sampled_from(NAMES), max_size=5))
            return packed(
                {**dict.fromkeys(names, b"%PDF-1.4\n%%EOF"), **({"x.zip": data} if draw(st.booleans()) else {})}
            )


@cache
def bomb() -> bytes:
    """Return some kilobytes that would become sixty megabytes."""
    return zlib.compress(bytes(60_000_000), 9, 31)


@cache
def swollen(size: int) -> bytes:
    """Return an archive of one file of nothing but zeros."""
    return packed({"a.pdf": bytes(size)})


def packed(files: dict[str, bytes]) -> bytes:
    """Return an archive."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(zipfile.ZipInfo(name or "?", (2026, 3, 2, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def pdf(draw: DrawFn, data: bytes) -> bytes:
    """Bend a PDF: one value of one object is another, so that the file itself stays whole; or its bytes."""
    if not draw(st.integers(0, 3)):
        return raw(draw, data)
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as document:
            held = [
                one for one in document.objects if isinstance(one, pikepdf.Dictionary | pikepdf.Stream) and one.keys()
            ]
            one = held[draw(st.integers(0, len(held) - 1))]
            key = sorted(one.keys())[draw(st.integers(0, len(one.keys()) - 1))]
            if key != "/Length":
                one[key] = _odd(draw, document)
            sink = io.BytesIO()
            document.save(sink, compress_streams=False)
            return sink.getvalue()
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, IndexError, RuntimeError):
        return raw(draw, data)


def _odd(draw: DrawFn, document: pikepdf.Pdf) -> Any:
    odd: tuple[Any, ...] = (
        0,
        -1,
        2**31,
        2**62,
        True,
        pikepdf.Name("/X"),
        pikepdf.Name("/JavaScript"),
        pikepdf.String("x"),
        pikepdf.Array([]),
        pikepdf.Array([0, 0, 1e9, 1e9]),
        pikepdf.Array([1, pikepdf.Name("/X")]),
        pikepdf.Dictionary(),
        document.Root,
        pikepdf.Dictionary(S=pikepdf.Name("/Launch"), F=pikepdf.String("/bin/sh")),
        pikepdf.Name("/FlateDecode"),
        pikepdf.Name("/LZWDecode"),
        pikepdf.Array([document.Root]),
        document.pages[0].obj if len(document.pages) else 0,
    )
    return draw(st.sampled_from(odd))


def mime(draw: DrawFn, data: bytes) -> bytes:
    """Bend an answer in parts: its heads, its boundaries, parts in parts."""
    if draw(st.integers(0, 7)) == 0:
        depth = draw(st.sampled_from([3, 400]))
        heads = b"".join(
            b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (at, at + 1) for at in range(depth)
        )
        return b"multipart/related; boundary=b0\n" + heads
    return xml(draw, data) if draw(st.booleans()) else lines(":")(draw, data)


def der(draw: DrawFn, data: bytes) -> bytes:
    """Bend what is inside a PEM, its base64 kept right."""
    found = re.search(rb"(?<=-----\n)[A-Za-z0-9+/=\n]+(?=\n-----END)", data)
    if found is None or not draw(st.integers(0, 3)):
        return raw(draw, data)
    try:
        inside = base64.b64decode(found[0])
    except ValueError:
        return raw(draw, data)
    return data[: found.start()] + base64.encodebytes(raw(draw, inside)).strip() + data[found.end() :]


def answer(draw: DrawFn, data: bytes) -> bytes:
    """Bend an answer of HTTP as it travels: its status, its heads, its body, or what it is compressed with."""
    if draw(st.integers(0, 4)):
        return lines(":")(draw, data) if draw(st.booleans()) else raw(draw, data)
    coding, body = draw(
        st.sampled_from(
            [
                ("gzip", bomb()),
                ("gzip, gzip", b"x"),
                ("deflate", b"x"),
                ("br", b"x"),
                ("gzip", b"\x1f\x8b\x08"),
            ]
        )
    )
    return f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def json_answer(draw: DrawFn, data: bytes) -> bytes:
    """Bend the JSON in an answer of HTTP, its length kept right, or the answer itself."""
    if not draw(st.integers(0, 4)):
        return answer(draw, data)
    body = json_text(draw, data.partition(b"\r\n\r\n")[2])
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def words(draw: DrawFn, data: bytes) -> bytes:
    """Bend a text, sign by sign and word by word."""
    if draw(st.booleans()):
        return draw(st.text(max_size=60)).encode("utf-8", "replace")
    return " ".join(parts(draw, data.decode("utf-8", "replace").split(" "), lambda _: nasty(draw))).encode(
        "utf-8", "replace"
    )


def bent(bend: Bend, samples: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Return samples bent from one to four times."""

    @st.composite
    def made(draw: DrawFn) -> bytes:
        data = samples[draw(st.integers(0, len(samples) - 1))]
        for _ in range(draw(st.integers(1, 4))):
            data = bend(draw, data)
        return data

    return made()
