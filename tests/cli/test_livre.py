"""The mayor's book and a mandat set aside, as they are typed."""

from pathlib import Path

from cli.office import Office, plain
from cli.test_signing import WAITING, state

MANDAT = "M2026-000017"
WHY = ("--motif", "prix à vérifier")


def test_the_book_is_one_page_that_says_what_to_look_at(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "livre.html"
    told = office("bordereau", "livre", "COMMUNE-2026-42", "--vers", str(target))
    assert told.code == 0, told.err
    assert "12 mandats" in told.out
    assert "2 points à regarder." in told.out
    page = target.read_text(encoding="utf-8")
    assert page.count("data:image/jpeg;base64,/9j/") == 12  # real pages, drawn by the real reader
    assert page.index("Contrôle forcé") < page.index("Avoir déduit") < page.index("Les mandats")
    office("bordereau", "livre", WAITING, "--vers", str(target))
    small = target.read_bytes()
    office("bordereau", "livre", WAITING, "--vers", str(target))
    assert target.read_bytes() == small
    plain(told.out)


def test_a_book_that_cannot_be_written_is_refused(office: Office) -> None:
    refused = office("bordereau", "livre", WAITING, "--vers", "/nulle/part.html")
    assert refused.code == 4
    assert "Essayez --vers" in refused.err
    plain(refused.err)


def test_a_signed_mandat_is_set_aside_taken_back_and_abandoned(copy: Office) -> None:
    assert copy("bordereau", "signer", "--oui").code == 0
    aside = copy("bordereau", "ecarter", WAITING, "1200", *WHY)
    assert aside.code == 0, aside.err
    assert "Il garde son numéro." in aside.out
    assert f"La signature du bordereau {WAITING} ne vaut plus" in aside.out
    assert state(copy) == "vide, à remplir"
    assert "n'a plus de mandat" in copy("bordereau", "livre", WAITING).err
    assert "rien à faire" in copy("bordereau", "preparer").out
    assert "réintégré" in copy("bordereau", "reintegrer", MANDAT).out
    assert WAITING in copy("bordereau", "preparer").out
    assert state(copy) == "construit, à signer"
    assert copy("bordereau", "ecarter", WAITING, MANDAT, *WHY).code == 0
    gone = copy("mandat", "abandonner", MANDAT, *WHY)
    assert "Son numéro 1200 ira à un autre mandat." in gone.out
    assert gone.out.count("de nouveau au service fait") == 1
    plain(aside.out + gone.out)


def test_what_has_left_is_not_set_aside(office: Office) -> None:
    head = office.head()
    refused = office("bordereau", "ecarter", "COMMUNE-2026-42", "1190", *WHY)
    assert refused.code == 3
    assert "demandez au comptable de le rejeter" in refused.err
    assert office.head() == head
    plain(refused.err)
