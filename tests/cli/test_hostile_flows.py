"""Flows made to hurt, at the keyboard: a sentence in French, never a trace, nothing obeyed, nothing written apart."""

import base64
import gzip
import os
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.office import Answer, Office, plain
from pes.plans import documents_of_small_plan, small_plan, write

HOSTILE = "&#x202e;2026&#x9b;31mROUGE [red]envers[/nulle]"
DEEP = "<a>" * 20_000 + "</a>" * 20_000


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    path = tmp_path / "flux.xml"
    write(small_plan(), documents_of_small_plan(), path)
    return path


def text(change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    return lambda data: change(data.decode("iso-8859-1")).encode("iso-8859-1")


def swapped(old: str, new: str) -> Callable[[bytes], bytes]:
    return text(lambda told: re.sub(old, lambda _: new, told, count=1, flags=re.DOTALL))


def bomb(data: bytes) -> bytes:
    packed = base64.b64encode(gzip.compress(bytes(210_000_000), 1)).decode()
    return swapped(r"(?<=application/pdf\">)[^<]*", packed)(data)


UNREADABLE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "le fichier est vide"),
    "blank": (lambda _: b"  \n", "le fichier est vide"),
    "cut": (lambda data: data[: len(data) // 2], "abîmé"),
    "noise": (lambda _: bytes(range(256)) * 40, "abîmé"),
    "utf-16": (lambda data: data.decode("iso-8859-1").encode("utf-16"), "l'encodage utf-16 n'est pas celui"),
    "utf-16 bare": (lambda data: data.decode("iso-8859-1").encode("utf-16-be"), "l'encodage utf-16 n'est pas celui"),
    "an encoding of nowhere": (swapped("ISO-8859-1", "X-KLINGON"), "l'encodage x-klingon n'est pas celui"),
    "utf-7": (swapped("ISO-8859-1", "UTF-7"), "l'encodage utf-7 n'est pas celui"),
    "doctype": (swapped(r"\?>\n", '?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), "DOCTYPE"),
    "deep": (lambda _: DEEP.encode(), "abîmé"),
    "deep inside": (swapped("<PES_PJ>", f"<PES_PJ>{DEEP}"), "abîmé"),
    "another root": (lambda _: b"<html><body/></html>", "PES_Aller"),
}
STRANGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "wide": (lambda _: b"<PES_Aller " + b" ".join(b'a%d="1"' % n for n in range(20_000)) + b"/>", "PES-XSD"),
    "no header": (swapped("<EnTetePES>.*?</EnTetePES>", ""), "EnTetePES"),
    "no envelope": (swapped("<Enveloppe>.*?</Enveloppe>", ""), "Enveloppe"),
    "no block": (swapped("<BlocBordereau>.*?</BlocBordereau>", ""), "BlocBordereau"),
    "no creditor": (swapped("<InfoTiers>.*?</InfoTiers>", ""), "InfoTiers"),
    "no information": (swapped("<InfoLignePce>.*?</InfoLignePce>", ""), "InfoLignePce"),
    "no contents": (swapped("<Contenu>.*?</Contenu>", ""), "Contenu"),
    "huge amount": (swapped(r'MtHT V="[^"]*"', f'MtHT V="{"9" * 5000}"'), "MtHT"),
    "no number": (swapped(r'MtHT V="[^"]*"', 'MtHT V="NaN"'), "MtHT"),
    "exponent": (swapped(r'MtHT V="[^"]*"', 'MtHT V="1e999999999"'), "MtHT"),
    "huge mandat": (swapped(r'IdPce V="[^"]*"', f'IdPce V="{"9" * 5000}"'), "IdPce"),
    "a year of nowhere": (swapped(r'Exer V="[^"]*"', 'Exer V="-99999999"'), "Exer"),
    "a day of nowhere": (swapped(r'DteDebDgp V="[^"]*"', 'DteDebDgp V="99999-02-31"'), "DteDebDgp"),
    "bomb": (bomb, "PES-PJ-TROP-GRANDE"),
    "a name that acts": (swapped(r'<Nom V="[^"]*"', f'<Nom V="{HOSTILE}"'), "[red]envers[/nulle]"),
    "a path": (swapped(r'NomPJ V="[^"]*"(?=/><TypePJ V="003"/><Desc)', 'NomPJ V="../../../x.pdf"'), "../../../x.pdf"),
}


def quiet(answer: Answer) -> None:
    """Nothing said acts on the terminal, and nothing is in the words of a machine."""
    assert {one for one in answer.said if unicodedata.category(one) in {"Cc", "Cf"} and one != "\n"} == set()
    assert "Traceback" not in answer.said


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_said_in_one_sentence(office: Office, flow: Path, name: str) -> None:
    damage, words = UNREADABLE[name]
    (flow.with_name("mauvais.xml")).write_bytes(damage(flow.read_bytes()))
    bad = str(flow.with_name("mauvais.xml"))
    for command, code in ((("pes", "voir"), 4), (("pes", "comparer", str(flow)), 4), (("xsd", "verifier"), 1)):
        answer = office(*command, bad)
        assert (answer.code, words in answer.said) == (code, True), answer.said
        quiet(answer)
        plain(answer.said.replace(words, "").replace("mauvais.xml", ""))


@pytest.mark.parametrize("name", STRANGE)
def test_what_is_strange_is_judged_and_shown_all_the_same(office: Office, flow: Path, name: str) -> None:
    damage, words = STRANGE[name]
    strange = flow.with_name("autre.xml")
    strange.write_bytes(damage(flow.read_bytes()))
    assert strange.read_bytes() != flow.read_bytes()
    judged = office("xsd", "verifier", str(strange))
    assert judged.code == int(name not in {"a name that acts", "a path"}), judged.said
    shown = office("pes", "voir", str(strange))
    assert shown.code == 0, shown.said
    assert words in judged.out + shown.out
    compared = office("pes", "comparer", str(flow), str(strange))
    assert compared.code == 1, compared.said
    for answer in (judged, shown, compared):
        quiet(answer)


def test_no_name_of_a_document_leaves_its_folder(office: Office, flow: Path, tmp_path: Path) -> None:
    flow.write_bytes(STRANGE["a path"][0](flow.read_bytes()))
    folder = tmp_path / "loin" / "pieces"
    assert office("pes", "voir", str(flow), "--extraire", str(folder)).code == 0
    assert "x.pdf" in {one.name for one in folder.iterdir()}
    assert set(tmp_path.rglob("x.pdf")) == {folder / "x.pdf"}


def test_a_file_that_may_not_be_read_is_told(office: Office, flow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) != str(flow) and allowed(path, mode))
    for command in (("pes", "voir"), ("xsd", "verifier")):
        answer = office(*command, str(flow))
        assert answer.code == 2
        plain(answer.said.replace(flow.name, ""))
