"""A download is written while it comes, whatever its JSON looks like, and weighs little in memory."""

import base64
import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus.pivots import PDF, archive, encoded, piece, pivot, unit, wrapped
from chorus.platform import DOWNLOAD, HISTORY, Platform, good, history
from dematfin.chorus import download
from dematfin.chorus.download import FileInAnswer
from dematfin.chorus.source import ChorusPro
from dematfin.errors import AccessDenied, BadAnswer, DocumentError, NotAPdf, Refused, UnsafeArchive
from dematfin.sandbox.server import LoopbackServer, Reply, json_reply

pytestmark = pytest.mark.usefixtures("no_wait")

BESIDE = {"codeRetour": 0, "libelle": 'dit "fichierResultat": "ici" \\'}


class Chunks(httpx.SyncByteStream):
    """An answer that comes in pieces of a chosen size."""

    def __init__(self, body: bytes, size: int) -> None:
        self._body = body
        self._size = size

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._body), self._size):
            yield self._body[start : start + self._size]


def taken(body: bytes, size: int, target: Path) -> tuple[bytes, bytes]:
    """Return the file of an answer, and the rest."""
    rest = FileInAnswer(target).take(httpx.Response(200, stream=Chunks(body, size)))
    return target.read_bytes(), rest


@given(
    data=st.binary(max_size=400),
    size=st.integers(1, 90),
    first=st.booleans(),
    writing=st.sampled_from(["plain", "slashes", "codes", "lines"]),
)
def test_any_writing_cut_anywhere_gives_the_same_file(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, size: int, *, first: bool, writing: str
) -> None:
    digits = json.dumps(_written(base64.b64encode(data).decode(), writing))
    for plain, escaped in {"slashes": {"/": "\\/"}, "codes": {"=": "\\u003d", "+": "\\u002B"}}.get(writing, {}).items():
        digits = digits.replace(plain, escaped)
    beside = json.dumps(BESIDE)
    file = f'"fichierResultat" : {digits}'
    body = f"{{{file}, {beside[1:]}" if first else f"{beside[:-1]}, {file}}}"
    found, rest = taken(body.encode(), size, tmp_path_factory.getbasetemp() / "fichier")
    assert found == data
    assert json.loads(rest) == {**BESIDE, "fichierResultat": ""}


def _written(digits: str, writing: str) -> str:
    return (
        "\r\n".join(digits[start : start + 76] for start in range(0, len(digits), 76)) if writing == "lines" else digits
    )


def test_a_file_of_another_size_than_announced_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "LARGEST_FILE", 1000)
    body = json.dumps({"fichierResultat": "A" * 1004}).encode()
    with pytest.raises(BadAnswer, match="il est abandonné"):
        taken(body, 64, tmp_path / "fichier")


def test_an_endless_answer_without_a_file_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match="trop longue"):
        taken(b'{"libelle": "' + b"a" * 1_100_000, 65_536, tmp_path / "fichier")


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (json_reply({"codeRetour": 20001, "libelle": "La demande est inconnue."}), Refused, "La demande est inconnue"),
        (json_reply({"codeRetour": 12, "libelle": "Non", "fichierResultat": "QUJD"}), Refused, "Non"),
        (json_reply({"codeRetour": 0, "libelle": "", "fichierResultat": "QUJ"}), BadAnswer, "abîmé"),
        (json_reply({"codeRetour": 0, "libelle": "", "fichierResultat": "QUJ\\"}), BadAnswer, "abîmé"),
        (Reply(body=b'{"codeRetour": 0, "fichierResultat": "QUJD'), BadAnswer, "donner la facture"),
        (Reply(status=403), AccessDenied, "403"),
    ],
    ids=["refusal", "refusal with a file", "cut digits", "backslash", "cut answer", "forbidden"],
)
def test_what_is_not_a_file_is_understood_as_elsewhere(
    platform: Platform, chorus: ChorusPro, tmp_path: Path, answer: Reply, kind: type[Exception], words: str
) -> None:
    platform.say(HISTORY, history("MISE_A_DISPOSITION"))
    platform.say(DOWNLOAD, answer)
    with pytest.raises(kind, match=words):
        chorus.fetch("7", tmp_path / "pivot")


def test_a_download_that_was_cut_begins_again_from_nothing(
    platform: Platform, chorus: ChorusPro, tmp_path: Path
) -> None:
    whole = good(fichierResultat=encoded(pivot()))
    platform.say(HISTORY, history("MISE_A_DISPOSITION"))
    platform.say(DOWNLOAD, Reply(body=whole.body, cut=len(whole.body) // 2), Reply(body=b"<html>maintenance"), whole)
    chorus.fetch("9100123", tmp_path / "pivot")
    assert (tmp_path / "pivot").read_bytes() == pivot()
    assert len(platform.asked[DOWNLOAD]) == 3


def offered(platform: Platform, content: bytes) -> None:
    platform.say(DOWNLOAD, good(fichierResultat=encoded(content)))


ANNEX = b"%PDF-1.4\n% une annexe\n%%EOF\n"


@pytest.mark.parametrize(
    "content",
    [PDF, archive({"PJ1.pdf": ANNEX, "FAC910F1.pdf": PDF}), archive({"7/plan.dwg": b"x", "7/facture.PDF": PDF})],
    ids=["pdf", "zip that names the invoice", "zip with one pdf"],
)
def test_the_readable_pdf_is_told_by_its_first_bytes(
    platform: Platform, chorus: ChorusPro, tmp_path: Path, content: bytes
) -> None:
    offered(platform, content)
    chorus.readable("7", tmp_path / "facture.pdf")
    assert (tmp_path / "facture.pdf").read_bytes() == PDF
    assert [path.name for path in tmp_path.iterdir()] == ["facture.pdf"]
    asked = {"format": "PDF", "listeFacture": [{"idFacture": 7}], "avecPiecesJointesComplementaires": "NON"}
    assert platform.asked[DOWNLOAD] == [asked]


def _locked() -> bytes:
    """Say of a member that it is encrypted."""
    whole = bytearray(archive({"FAC1.pdf": PDF}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        whole[whole.index(mark) + offset] |= 1
    return bytes(whole)


def _torn() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("FAC1.pdf", PDF * 50)
    whole = bytearray(packed.getvalue())
    whole[45:60] = b"\xff" * 15
    return bytes(whole)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (pivot(), NotAPdf),
        (archive({"facture.pdf": b"MZ"}), NotAPdf),
        (archive({"facture.xml": b"<a/>"}), UnsafeArchive),
        (archive({"facture.pdf": PDF})[:50], UnsafeArchive),
        (_locked(), UnsafeArchive),
        (_torn(), UnsafeArchive),
    ],
    ids=["pivot", "program", "no pdf", "cut", "encrypted", "torn"],
)
def test_what_is_no_pdf_is_said_of_its_invoice(
    platform: Platform, chorus: ChorusPro, tmp_path: Path, content: bytes, kind: type[DocumentError]
) -> None:
    offered(platform, content)
    with pytest.raises(kind, match="n° 7"):
        chorus.readable("7", tmp_path / "facture.pdf")


MEASURE = """
import sys
from pathlib import Path
from dematfin.chorus.settings import ChorusSettings
from dematfin.chorus.source import ChorusPro

def kilobytes(name):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name))

url, folder = sys.argv[1], Path(sys.argv[2])
settings = ChorusSettings(url_jeton=url + "/api/oauth/token", url_api=url, client_id="app", client_secret="s",
                          compte="c", mot_de_passe="m", appels_par_seconde=0)
chorus = ChorusPro(settings, lambda reference: reference)
before = kilobytes("VmRSS")
chorus.fetch("9100123", folder / "pivot")
reading = chorus.read("9100123", folder / "pivot", folder)
print(kilobytes("VmHWM") - before, *(file.path for file in reading.files))
"""
ATTACHMENTS = 10
ATTACHMENT = 8_000_000


def test_ten_attachments_of_eight_megabytes_weigh_little(platform: Platform, tmp_path: Path) -> None:
    """Measured in a process of its own, that never held the files; the bar is 400 MB, a fourth of it is enough."""
    noise = _noise(ATTACHMENT)
    content = wrapped(noise)
    assert len(content) > 10_000_000  # the text node that libxml2 refuses by default
    names = [f"piece-{order}.pdf" for order in range(ATTACHMENTS)]
    whole = pivot(unit(*(piece(content, name, "01" if name == names[0] else "02") for name in names)))
    platform.say(HISTORY, history("MISE_A_DISPOSITION"))
    offered(platform, whole)
    peak, *files = _measured(platform, tmp_path)
    assert len(files) == ATTACHMENTS
    assert all(Path(file).read_bytes() == noise for file in files)
    assert int(peak) < 100_000


def _noise(size: int) -> bytes:
    """Return a PDF that no compression makes smaller."""
    return b"%PDF-1.4\n" + random.Random(7).randbytes(size)


def _measured(platform: Platform, folder: Path) -> list[str]:
    server = LoopbackServer(platform)
    server.start()
    try:
        command: list[Any] = [sys.executable, "-c", MEASURE, f"http://127.0.0.1:{server.port}", folder]
        told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    finally:
        server.stop()
    return told.stdout.split()
