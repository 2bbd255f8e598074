"""The morning's review at the keyboard: one key a decision, nothing lost by a wrong one, nothing obeyed."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from cli.office import Answer, Office, plain, texts
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState

S = InvoiceState
CODES: Final = re.compile(r"\([A-Z]+(-[A-Z0-9]+)+\)")
HOSTILE: Final = "\x1b[31m\x07[red]X\u202e"


def states(office: Office) -> dict[str, InvoiceState]:
    with office.opened() as app, app.ledger.reading() as books:
        return {one.id[-2:]: one.state for one in books.find(Invoice)}


def review(office: Office, *typed: str, options: tuple[str, ...] = ()) -> Answer:
    """Type lines at the review; each begins with a key, or answers a question."""
    return office("facture", "a-traiter", *options, typed="".join(f"{line}\n" for line in typed))


def keys_shown(answer: Answer) -> list[str]:
    return [line for line in answer.out.splitlines() if "(Entrée : " in line]


def waiting(office: Office) -> list[str]:
    """Return the ends of the identifiers of what waits, in the order of the review."""
    return [row["facture"][-2:] for row in json.loads(review(office, options=("--json",)).out)]


def skip_to(office: Office, number: str) -> list[str]:
    return ["p"] * waiting(office).index(number)


def left(count: int) -> str:
    return f"Reste à traiter : {count} factures.\n"


def test_all_are_shown_the_most_pressing_first(office: Office) -> None:
    before = office.head()
    answer = review(office, options=("--liste",))
    assert (answer.code, answer.err) == (0, "")
    shown = re.findall(r"\[(\d+)/(\d+)\] F2026-0000(\d\d)", answer.out)
    count = len(shown)
    assert [(int(place), int(of)) for place, of, _ in shown] == [(place, count) for place in range(1, count + 1)]
    assert {key for _, _, key in shown} == {key for key, state in states(office).items() if state is S.TO_CORRECT}
    ends = [day.split("/")[::-1] for day in re.findall(r"Délai légal : (\S+)", answer.out)]
    assert ends == sorted(ends)
    assert len(ends) == count - answer.out.count(" · avoir ")
    assert keys_shown(answer) == []
    assert answer.out.endswith(left(count))
    assert office.head() == before
    plain(CODES.sub("", answer.said))


def test_json_holds_what_the_screen_shows(office: Office) -> None:
    rows = json.loads(review(office, options=("--json",)).out)
    assert len(rows) > 10
    shown = texts(rows)
    for sentence in re.findall(r"✗ (.+) \([A-Z]", review(office, options=("--liste",)).out):
        assert sentence in shown


def test_leaving_decides_nothing_and_the_end_of_the_input_leaves(office: Office) -> None:
    before, count = office.head(), len(waiting(office))
    for typed in (("q",), (), ("p", "p"), ("quitter",)):
        answer = review(office, *typed)
        assert (answer.code, answer.err) == (0, "")
        assert answer.out.endswith(left(count))
    assert len(keys_shown(review(office, "p", "p"))) == 3
    assert len(keys_shown(review(office, *["p"] * count))) == count
    assert office.head() == before


def test_enter_takes_what_is_proposed_with_its_motif(cut_off: Office) -> None:
    count = len(waiting(cut_off))
    answer = review(cut_off, "", "", "", "", "q")
    assert states(cut_off)["13"] is states(cut_off)["11"] is S.SENT_BACK
    assert answer.out.count(": renvoyée.") == 2
    assert (
        "Motif pour le fournisseur [Code service absent : il est obligatoire pour COMMUNE DE VALBRUME.]" in answer.out
    )
    assert "Indiquez" not in answer.err
    assert left(count - 2) in answer.out
    shown = cut_off("facture", "voir", "F2026-000011").out
    assert "renvoyée : Code service absent : il est obligatoire pour COMMUNE DE VALBRUME." in shown
    plain(CODES.sub("", answer.said))


def test_each_case_offers_the_keys_that_serve_and_proposes_one(office: Office) -> None:
    order = waiting(office)
    offered = dict(zip(order, keys_shown(review(office, *["p"] * len(order))), strict=True))
    proposed = {number: line[-2] for number, line in offered.items()}
    expected = {
        **dict.fromkeys(("13", "11", "12", "20", "21"), "r"),
        **dict.fromkeys(("25", "26", "33"), "x"),
        **dict.fromkeys(("23", "28"), "p"),
        "14": "d",
    }
    assert proposed.items() >= expected.items()
    for number, doublon, force in (("14", True, False), ("11", False, True), ("23", False, True), ("25", False, False)):
        assert ("d doublon" in offered[number]) is doublon
        assert ("f forcer" in offered[number]) is force


@pytest.mark.parametrize(
    ("number", "typed", "state", "said"),
    [
        ("11", ("r", "Mauvaise adresse."), S.SENT_BACK, "F2026-000011 : renvoyée."),
        ("11", ("R", "Mauvaise adresse."), S.SENT_BACK, "F2026-000011 : renvoyée."),
        (
            "11",
            ("s", "Pièce absente.", "RIB ; Devis"),
            S.INTERRUPTED,
            "Lettre : interruption-F2026-000011.pdf",
        ),
        ("11", ("x", "Facture fausse."), S.REFUSED, "F2026-000011 : refusée."),
        ("11", ("c", "VOIRIE", "", "Vu."), S.IN_VISA, "● visa : F2026-000011"),
        ("12", ("c", "", "BC26-00093", "Vu."), S.IN_VISA, "F2026-000012 : en visa."),
        ("14", ("d", "oui", "Vu."), S.REFUSED, "F2026-000014 : refusée."),
        ("14", ("d", "non", "Vu."), S.IN_VISA, "F2026-000014 : en visa."),
        ("20", ("f", "Vu."), S.IN_VISA, "F2026-000020 : en visa."),
        ("28", ("e", "Vu."), S.ELSEWHERE, "F2026-000028 : suivie ailleurs."),
    ],
)
def test_each_key_decides(
    cut_off: Office,
    monkeypatch: pytest.MonkeyPatch,
    number: str,
    typed: tuple[str, ...],
    state: InvoiceState,
    said: str,
) -> None:
    monkeypatch.chdir(cut_off.folder)
    before, count = states(cut_off), len(waiting(cut_off))
    answer = review(cut_off, *skip_to(cut_off, number), *typed, "q")
    assert answer.code == 0
    assert "Erreur : " not in answer.err
    assert said in answer.out
    assert states(cut_off) == {**before, number: state}
    assert left(count - 1) in answer.out
    plain(CODES.sub("", answer.said))


@pytest.mark.parametrize(
    ("number", "typed", "error"),
    [
        ("13", ("z",), "Cette touche ne décide rien."),
        ("13", ("\x1b[A",), "Cette touche ne décide rien."),
        ("13", ("é",), "Cette touche ne décide rien."),
        ("13", ("d",), "aucune autre facture ne lui ressemble"),
        ("25", ("f", "Vu."), "ne peut pas être forcé (DATE-FUTURE)"),
        ("11", ("f", ""), "donnez un motif"),
        ("11", ("r", " "), "donnez un motif"),
        ("11", ("x", "é" * 256), "255 au plus"),
        ("33", ("s", "x", ""), "c'est un avoir"),
        ("14", ("d", "peut-être"), "Répondez « oui » ou « non »"),
        ("14", ("d", "oui", ""), "donnez un motif"),
    ],
)
def test_a_key_that_fails_says_why_and_another_can_be_typed(
    cut_off: Office, number: str, typed: tuple[str, ...], error: str
) -> None:
    answer = review(cut_off, *skip_to(cut_off, number), *typed, "e", "Réglée ailleurs.", "q")
    assert error in answer.err
    assert answer.err.count("Erreur : ") == 1
    assert states(cut_off)[number] is S.ELSEWHERE
    plain(CODES.sub("", answer.said))


def test_an_input_that_ends_in_a_question_decides_nothing(cut_off: Office) -> None:
    answer = review(cut_off, "r")
    assert answer.code == 1
    assert "Interrompu. Ce qui a été fait est enregistré" in answer.err
    assert states(cut_off)["13"] is S.TO_CORRECT
    plain(CODES.sub("", answer.said))


def test_what_another_decision_has_let_go_is_not_asked_again(cut_off: Office) -> None:
    """The credit note of F2026-000033 is held because of F2026-000012; so might a twin be, by its twin."""
    with cut_off.opened() as app, app.ledger.transaction() as books:
        first, twin = books.get(Invoice, "F2026-000011"), books.get(Invoice, "F2026-000014")
        books.save(replace(twin, state=S.TO_CORRECT, notified_on=first.notified_on))
        finding = replace(twin.findings[0], code="DUP-D2", about="F2026-000014")
        books.save(replace(first, findings=(finding,)))
    answer = review(cut_off, "p", "d", "non", "Deux commandes.", "q")
    assert "F2026-000011 : " in answer.out
    assert len(keys_shown(answer)) == 3


def test_all_of_it_done(cut_off: Office) -> None:
    answer = review(cut_off, *["e", "Réglée ailleurs."] * len(waiting(cut_off)))
    assert answer.out.endswith("Tout est traité.\n")
    again = review(cut_off)
    assert again.out == "Aucune facture ne demande votre attention.\n"


def test_whoever_only_reads_sees_and_decides_nothing(copy: Office) -> None:
    copy.become("lecteur")
    before = copy.head()
    answer = review(copy, "r", "Motif.", "q")
    assert "il faut le rôle agent" in answer.err
    assert copy.head() == before
    plain(CODES.sub("", answer.said))


def test_what_a_supplier_wrote_is_shown_and_not_obeyed(cut_off: Office) -> None:
    with cut_off.opened() as app, app.ledger.transaction() as books:
        one = books.get(Invoice, "F2026-000013")
        supplier = replace(one.content.supplier, name=HOSTILE)
        finding = replace(one.findings[0], sentence=HOSTILE, motif=HOSTILE)
        content = replace(one.content, supplier=supplier)
        books.save(
            replace(one, number=HOSTILE, service=HOSTILE, engagement=HOSTILE, content=content, findings=(finding,))
        )
    answer = review(cut_off, "c", "", "", "", "r", "", "q")
    assert answer.out.count("?[31m?[red]X?") >= 6
    for obeyed in "\x1b\x07\u202e":
        assert obeyed not in answer.said
    for options in (("--liste",), ("--json",)):
        assert "\x1b" not in review(cut_off, options=options).said


class Terminal(io.StringIO):
    """A keyboard where somebody sits."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return what is given to the desktop to open, on a real terminal where `p` then `q` are pressed."""
    seen: list[bytes] = []
    keys = iter("pq")
    monkeypatch.setattr("cli.office.io.StringIO", Terminal)
    monkeypatch.setattr("typer.getchar", lambda: next(keys))
    monkeypatch.setattr("typer.launch", lambda path: seen.append(Path(path).read_bytes()))
    return seen


def test_the_invoice_is_opened_beside(office: Office, desktop: list[bytes]) -> None:
    assert review(office).code == 0
    assert len(desktop) == 2
    assert all(data.startswith(b"%PDF") for data in desktop)


def test_it_is_not_opened_when_it_is_not_wanted(office: Office, desktop: list[bytes]) -> None:
    assert review(office, options=("--sans-document",)).code == 0
    assert desktop == []


def test_a_file_that_is_no_pdf_is_not_given_to_the_desktop(copy: Office, desktop: list[bytes]) -> None:
    with copy.opened() as app:
        script = app.documents.put(b"MZ not a page")
        with app.ledger.transaction() as books:
            one = books.get(Invoice, "F2026-000013")
            files = tuple(replace(item, document=script) for item in one.content.attachments)
            books.save(replace(one, content=replace(one.content, attachments=files)))
    answer = review(copy)
    assert "n'est pas un PDF : il n'est pas ouvert" in answer.out
    assert len(desktop) == 1
    plain(CODES.sub("", answer.said))
