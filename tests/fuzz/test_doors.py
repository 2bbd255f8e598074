"""Every door of the program is played by the campaign: the list is held to the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import dematfin
from fuzz.campagne import CORPUS, READERS

SOURCE: Final = Path(dematfin.__file__).parent
NAMES: Final = """
BytesParser ParserCreate PdfDocument XMLPullParser ZipFile a2b_base64 b64decode decompressobj form fromstring
iter_bytes iterdecode iterparse json_object load_der_x509_certificate load_der_x509_crl load_key_and_certificates
load_pem_private_key load_pem_x509_certificates load_pem_x509_crl load_pkcs12 message_from_bytes noted parse_bytes
parse_file parse_head private_bytes read_barcodes read_limited stream_bytes stream_file unwrapped
"""
OPENING: Final = frozenset(NAMES.split())
"""Functions, ours or of libraries, that make something of bytes, whatever they are."""
QUALIFIED: Final = frozenset(
    {
        "json.loads",
        "json.load",
        "etree.parse",
        "csv.reader",
        "tomllib.loads",
        "tomllib.load",
        "Image.open",
        "pikepdf.open",
    }
)
ANY: Final = re.compile("|".join(sorted(re.escape(one.rpartition(".")[2]) for one in OPENING | QUALIFIED)))
OUR_OWN: Final = {
    "sandbox/": "the neighbours that tests play",
    "demo/": "plays the invented commune",
    "store/": "the base and the documents, which nobody else writes: who changes them is found out by the journal",
    "domain/retention/written.py": "a manifest of ours, kept under its fingerprint",
    "domain/tally/visas.py": "what our own journal says",
    "domain/mandat/": "what our own records say",
    "scanning/child.py": "a task that its parent gives it",
    "scanning/warden.py": "what its own child says; played by the whole way of a PDF",
    "scanning/ocr.py": "a page drawn by us, given to Tesseract; what it says is played by `mots-lus`",
    "web/figures.py": "writes an archive, opens none",
    "web/proof.py": "writes an archive, opens none",
    "reports/": "writes, opens nothing from outside",
    "pes/schema_words.py": "our schemas",
    "cli/checks/": "looks at the machine",
    "signature/token.py": "a key on a token, that its person has in hand",
    "signature/value.py": "a certificate read by `signature/certificate.py`",
    "support/resources.py": "files that come with the program",
    "tdt/calls.py": "bounded by `read_limited`; what it brings is played by the doors of S²LOW",
    "tdt/archive.py": "compares bytes, makes nothing of them",
    "chorus/client.py": "bounded by `read_limited`; what it brings is played by the doors of Chorus Pro",
}
"""What opens only what the program itself has written, or nothing, and why."""
PLAYED: Final = frozenset(module for reader in READERS for module in reader.modules)


def opens(source: str) -> Iterator[str]:
    """Yield what a file calls that makes something of bytes."""
    for node in ast.walk(ast.parse(source)) if ANY.search(source) else ():
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in QUALIFIED or called.rpartition(".")[2] in OPENING:
                yield called


def test_no_door_is_forgotten() -> None:
    forgotten = {}
    for path in SOURCE.rglob("*.py"):
        name = path.relative_to(SOURCE).as_posix()
        if name not in PLAYED and not name.startswith(tuple(OUR_OWN)):
            forgotten[name] = sorted(set(opens(path.read_text(encoding="utf-8"))))
    assert {name: calls for name, calls in forgotten.items() if calls} == {}


def test_each_door_leads_to_a_file_that_is_there() -> None:
    assert {module for module in PLAYED if not (SOURCE / module).is_file()} == set()
    assert {start for start in OUR_OWN if not (SOURCE / start).exists()} == set()
    assert len({reader.name for reader in READERS}) == len(READERS)


def test_a_call_that_opens_something_is_seen() -> None:
    assert list(opens("import json\ndef f(a): return json.loads(a)")) == ["json.loads"]
    assert list(opens("from lxml import etree\nx = etree.fromstring(b'')")) == ["etree.fromstring"]
    assert list(opens("x = 'json.loads'\ndumps(x)")) == []


def test_what_is_kept_is_of_a_reader_that_is_still_there() -> None:
    assert {place.name for place in CORPUS.iterdir()} <= {reader.name for reader in READERS}
