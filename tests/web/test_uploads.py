"""Documents that people add: whatever is sent, it is joined as it is or refused in French, never half."""

from collections.abc import Iterator

import pytest

from dematfin.domain.visa.supporting import Supporting
from examples import VISEUR
from web.served import Served
from web.town import LATE, Town, pdf
from web.visitor import Visitor, problem

ATTACH = f"/dossier/{LATE}/joindre"
GOOD = pdf("Bon de livraison")
ZIP = b"PK\x03\x04" + bytes(100)


@pytest.fixture
def visitor(pages: Served) -> Iterator[Visitor]:
    with Visitor(pages) as one:
        one.sign_in(VISEUR)
        one.get(f"/dossier/{LATE}")
        yield one


def joined(town: Town) -> list[Supporting]:
    return list(town.all(Supporting))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("bon.pdf", "bon.pdf"),
        ("../../../etc/bon.pdf", "bon.pdf"),
        ("C:\\Users\\x\\bon.pdf", "bon.pdf"),
        ("bon de\u202e livraison.pdf", "bon de livraison.pdf"),
        ("a" * 300 + ".pdf", "a" * 96 + ".pdf"),
        ("'><img src=x onerror=alert(1)>.pdf", "'><img src=x onerror=alert(1)>.pdf"),
        ("bon.exe", "bon.exe"),
    ],
)
def test_a_name_is_words_and_never_a_path(name: str, shown: str, town: Town, visitor: Visitor) -> None:
    answer = visitor.post(ATTACH, files={"document": (name, GOOD)})
    assert answer.status_code == 303, problem(answer)
    (one,) = joined(town)
    assert (one.name, one.media_type) == (shown, "application/pdf")
    with town.app.documents.open(one.document) as kept:
        assert kept.read() == GOOD
    assert "<img" not in visitor.get(f"/dossier/{LATE}").text


@pytest.mark.parametrize(
    ("name", "data", "status", "words"),
    [
        ("vide.pdf", b"", 422, "n'est ni un PDF"),
        ("texte.pdf", b"Bonjour", 422, "n'est ni un PDF"),
        ("archive.pdf", ZIP, 422, "n'est ni un PDF"),
        ("page.pdf", b"<html><script>alert(1)</script>", 422, "n'est ni un PDF"),
        ("lourd.pdf", b"%PDF-1.7" + bytes(20_000_000), 413, "pèse plus de 20 Mo"),
        ("énorme.pdf", b"%PDF-1.7" + bytes(21_000_000), 413, "20 Mo au plus"),
    ],
)
def test_what_cannot_be_joined_is_refused_and_told(
    name: str, data: bytes, status: int, words: str, town: Town, visitor: Visitor
) -> None:
    before = town.everything()
    answer = visitor.post(ATTACH, files={"document": (name, data)})
    assert (answer.status_code, words in problem(answer)) == (status, True), problem(answer)
    assert town.everything() == before


def test_a_document_of_exactly_the_limit_is_joined(town: Town, visitor: Visitor) -> None:
    data = GOOD + bytes(20_000_000 - len(GOOD))
    assert visitor.post(ATTACH, files={"document": ("plein.pdf", data)}).status_code == 303
    assert [one.document.size for one in joined(town)] == [20_000_000]


def test_the_same_document_twice_is_joined_once(town: Town, visitor: Visitor) -> None:
    for name in ("bon.pdf", "copie.pdf"):
        assert visitor.post(ATTACH, files={"document": (name, GOOD)}).status_code == 303
    assert [one.name for one in joined(town)] == ["bon.pdf"]


def test_no_file_is_told(town: Town, visitor: Visitor) -> None:
    for files in ({"document": ("", b"")}, {"autre": ("bon.pdf", GOOD)}, None):
        answer = visitor.post(ATTACH, files=files)
        assert (answer.status_code, problem(answer)) == (422, "Choisissez le document à joindre.")
    assert joined(town) == []


BOUNDARY = "frontiere"
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def part(name: str, value: str, more: str = "") -> str:
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'


def bodies(seal: str) -> dict[str, tuple[dict[str, str], bytes, int]]:
    """Return requests that no browser sends, each with the status that answers it."""
    sealed = part("seal", seal)
    file = part("document", "%PDF-1.7", '; filename="a.pdf"')
    end = f"--{BOUNDARY}--\r\n"
    fields = "&".join(f"f{number}=x" for number in range(5000))
    return {
        "two files": (MULTIPART, (sealed + file + file + end).encode(), 400),
        "too many parts": (MULTIPART, (sealed + "".join(part(f"f{n}", "x") for n in range(2000)) + end).encode(), 400),
        "a huge field": (MULTIPART, (sealed + part("document", "x" * 100_000) + end).encode(), 400),
        "cut short": (MULTIPART, (sealed + file).encode()[:-20], 422),
        "no boundary": ({"Content-Type": "multipart/form-data"}, b"x", 400),
        "another boundary": ({"Content-Type": "multipart/form-data; boundary=y"}, (sealed + file + end).encode(), 400),
        "no name": (MULTIPART, f"--{BOUNDARY}\r\nContent-Disposition: form-data\r\n\r\nx\r\n{end}".encode(), 400),
        "bad charset": (
            {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}; charset=nimporte"},
            (sealed + part("x", "é") + end).encode(),
            422,
        ),
        "many fields": (
            {"Content-Type": "application/x-www-form-urlencoded"}, f"seal={seal}&{fields}".encode(), 400,
        ),
        "json": ({"Content-Type": "application/json"}, b'{"seal": "x"}', 403),
        "nothing": ({}, b"", 403),
        "no type": ({}, f"seal={seal}".encode(), 403),
    }  # fmt: skip


@pytest.mark.parametrize("kind", bodies(""))
def test_a_broken_form_is_refused_in_french_and_changes_nothing(kind: str, town: Town, visitor: Visitor) -> None:
    headers, body, status = bodies(visitor.hidden["seal"])[kind]
    before = town.everything()
    answer = visitor.http.post(ATTACH, content=body, headers=headers)
    assert answer.status_code == status, problem(answer)
    assert problem(answer)
    assert town.everything() == before
    assert joined(town) == []


def test_a_form_without_end_is_cut_at_the_limit(town: Town, visitor: Visitor) -> None:
    """It announces no length: only what comes can be counted."""

    def endless() -> Iterator[bytes]:
        yield part("document", "", '; filename="a.pdf"').encode().rstrip(b"\r\n") + b"\r\n\r\n%PDF-1.7"
        for _ in range(60):
            yield bytes(1_000_000)

    before = town.everything()
    answer = visitor.http.post(ATTACH, content=endless(), headers=MULTIPART)
    assert (answer.status_code, "20 Mo au plus" in problem(answer)) == (413, True)
    assert town.everything() == before
    assert visitor.get("/visas").status_code == 200
