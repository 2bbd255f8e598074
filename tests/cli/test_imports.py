"""The finance software's flows at the keyboard: brought in, reviewed once, decided under a name, dropped."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cli.office import Answer, Office, plain
from dematfin.cli import context
from dematfin.cli.context import system_account
from dematfin.domain.editor.pairing import Pairing, PairingState, Proposal
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.parties.person import Role
from examples import AGENT
from exports import Listed, Ordered, exported, on_disk
from fakes.hall import Hall

S = PairingState
CODES = re.compile(r"\([A-Z]+(-[A-Z0-9]+)+\)|ECART-[A-Z]+")
WIDE = 100


@dataclass(frozen=True, kw_only=True)
class Counter:
    """An agent at the keyboard of a town hall made of fakes."""

    office: Office
    hall: Hall
    folder: Path

    def __call__(self, *words: str, typed: str = "") -> Answer:
        answer = self.office("bordereau", *words, typed=typed)
        if "--json" not in words:
            plain(CODES.sub("", answer.said))
        return answer

    def bring_in(self, *mandats: Ordered, name: str = "mandats.xml", number: int = 12) -> Answer:
        path = on_disk(self.folder, exported(Listed(mandats=mandats or (Ordered(),), number=number)), name)
        return self("importer", str(path))

    def states(self) -> dict[int, tuple[PairingState, str]]:
        return {one.claim.mandat: (one.state, one.invoice_id) for one in self.hall.all(Pairing)}


@pytest.fixture
def counter(tmp_path: Path, keyboard: Callable[[Path], Office], monkeypatch: pytest.MonkeyPatch) -> Counter:
    """Return it, with two visaed invoices of 120.00 and 45.30."""
    hall = Hall.beside(tmp_path)
    hall.certified("120.00", "45.30", start=101)
    with hall.ledger.transaction() as books:
        books.save(replace(AGENT, system_user=system_account()))
    monkeypatch.setattr(context, "chosen_house", lambda _: None)
    monkeypatch.setattr(context, "open_house", lambda _: hall.app)
    office = keyboard(tmp_path)
    office.widen(WIDE)
    return Counter(office=office, hall=hall, folder=tmp_path)


UNKNOWN = Ordered(number=502, invoice="ILLISIBLE", amount="45.30")


def test_what_was_certain_and_what_is_to_decide_is_told_at_once(counter: Counter) -> None:
    answer = counter.bring_in(Ordered(), UNKNOWN)
    assert (answer.code, answer.err) == (0, "")
    assert "Import E2026-000001 · mandats.xml · à rapprocher" in answer.out
    assert "Budget COMMUNE · flux EDITEUR_000012 · EDITEUR Compta 12" in answer.out
    assert "Bordereau n° 12 de 2026 · 2 mandats · 165,30 €" in answer.out
    assert "Rapprochés d'office : 1 · choisis : 0 · sans facture : 0 · à décider : 1" in answer.out
    assert "✗ Mandat n° 502 : 45,30 € à PAPETERIE DU LAC, facture « ILLISIBLE »" in answer.out
    assert answer.out.endswith("(dematfin bordereau revoir E2026-000001).\n")


def test_when_nothing_holds_it_back_what_comes_next_is_told(counter: Counter) -> None:
    assert "la préparation le complète (dematfin bordereau preparer)" in counter.bring_in().out


def test_several_files_are_taken_each_for_itself(counter: Counter) -> None:
    good = on_disk(counter.folder, exported(Listed(mandats=(Ordered(number=601),), number=13)), "b.xml")
    bad = on_disk(counter.folder, exported(Listed(cumul="")), "a.xml")
    answer = counter("importer", str(bad), str(good))
    assert answer.code == 4
    assert "a.xml : Le bordereau n° 12 n'a pas de cumul annuel" in answer.err
    assert "Import E2026-000001 · b.xml" in answer.out


def test_the_same_file_again_is_told_and_changes_nothing(counter: Counter) -> None:
    counter.bring_in()
    answer = counter.bring_in(name="copie.xml")
    assert answer.code == 0
    assert "copie.xml : déjà importé (E2026-000001, à rapprocher), rien n'est refait." in answer.out


def test_a_double_is_refused_by_name(counter: Counter) -> None:
    counter.bring_in()
    answer = counter.bring_in(Ordered(number=777))
    assert answer.code == 3
    assert "déjà dans l'import E2026-000001" in answer.err


def test_a_file_is_named_once(counter: Counter) -> None:
    answer = counter("importer", str(on_disk(counter.folder, b"<a/>", "photo.xml")))
    assert (answer.code, answer.err.count("photo.xml")) == (4, 1)


def test_whoever_only_reads_brings_nothing_in(counter: Counter) -> None:
    with counter.hall.ledger.transaction() as books:
        books.save(replace(AGENT, system_user=system_account(), roles=frozenset({Role.LECTEUR})))
    answer = counter.bring_in()
    assert (answer.code, "il faut le rôle agent" in answer.err) == (3, True)
    assert counter("imports").code == 0


def test_a_file_that_is_not_there_is_told(counter: Counter) -> None:
    assert counter("importer", str(counter.folder / "absent.xml")).code == 2


def test_imports_are_listed(counter: Counter) -> None:
    assert "Aucun import" in counter("imports").out
    counter.bring_in(Ordered(), UNKNOWN)
    counter.office.widen(80)
    answer = counter("imports")
    assert all(len(row.rstrip()) <= 80 for row in answer.out.splitlines())
    assert re.search(r"E2026-000001 +02/03/2026 +COMMUNE +12 +2 +165,30 € +à rapprocher :\s+1\s+mandat\s", answer.out)
    assert json.loads(counter("imports", "--json").out)[0]["flow"]["id"] == "E2026-000001"


def test_an_import_is_shown_mandat_by_mandat(counter: Counter) -> None:
    counter.bring_in(Ordered(amount="120.00"), UNKNOWN)
    answer = counter("import", "E2026-000001")
    assert all(len(row.rstrip()) <= WIDE for row in answer.out.splitlines() if "  ✗" not in row)
    assert re.search(r"501 +PAPETERIE DU LAC +120,00 € +F-101 +F2026-000001 +certaine", answer.out)
    assert re.search(r"502 +PAPETERIE DU LAC +45,30 € +ILLISIBLE +— +à décider", answer.out)
    found = json.loads(counter("import", "E2026-000001", "--json").out)
    assert found["import"]["nomfic"] == "EDITEUR_000012"
    assert [one["pairing"]["state"] for one in found["mandats"]] == ["CERTAIN", "TO_DECIDE"]
    assert found["retenu_par"][0]["code"] == "IMPORT-A-DECIDER"


def propose(counter: Counter) -> None:
    """Have the second invoice proposed for mandat 502, as the matching would."""
    with counter.hall.ledger.transaction() as books:
        (one,) = [one for one in books.find(Pairing) if one.claim.mandat == 502]
        reasons = ("même montant", "le numéro ne se lit pas")
        books.save(replace(one, proposals=(Proposal(invoice_id="F2026-000002", score=71, reasons=reasons),)))


def test_a_proposal_is_taken_by_its_number(counter: Counter) -> None:
    counter.bring_in(Ordered(), UNKNOWN)
    propose(counter)
    answer = counter("revoir", "E2026-000001", typed="1\n")
    assert "[1/1] Mandat n° 502 · 45,30 € à PAPETERIE DU LAC\n" in answer.out
    assert "Bordereau n° 12 · reste à décider : 1 mandat, 45,30 €" in answer.out
    assert re.search(r"facture « ILLISIBLE » · SIREN \d{9} · .*compte FR76…\w{4}", answer.out)
    assert "1  F2026-000002 · n° F-102 du 20/02/2026 · 45,30 € · service fait · 71 %" in answer.out
    assert "     PAPETERIE DU LAC · reçue le " in answer.out
    assert "même montant ; le numéro ne se lit pas" in answer.out
    assert counter.states()[502] == (S.CHOSEN, "F2026-000002")
    assert answer.out.endswith("Tout est décidé.\n")
    assert "aucun mandat n'est à décider" in counter("revoir", "E2026-000001").out


@pytest.mark.parametrize(
    ("typed", "state", "left"),
    [
        ("F2026-000002\n", (S.CHOSEN, "F2026-000002"), "Tout est décidé."),
        ("s\nsubvention\n", (S.EXEMPT, ""), "Tout est décidé."),
        ("\n", (S.TO_DECIDE, ""), "Reste à décider : 1 mandat."),
        ("q\n", (S.TO_DECIDE, ""), "Reste à décider : 1 mandat."),
        ("", (S.TO_DECIDE, ""), "Reste à décider : 1 mandat."),
        ("7\nF2026-000099\n\x1b[31m\nF2026-000002\n", (S.CHOSEN, "F2026-000002"), "Tout est décidé."),
        ("s\n \nq\n", (S.TO_DECIDE, ""), "Reste à décider : 1 mandat."),
        ("s\n", (S.TO_DECIDE, ""), "Reste à décider : 1 mandat."),  # an end of input is no motif
        ("s\nq\n", (S.TO_DECIDE, ""), "Reste à décider : 1 mandat."),
        ("r\nF2026-000002\n", (S.CHOSEN, "F2026-000002"), "Tout est décidé."),
    ],
)
def test_each_answer_of_the_review(counter: Counter, typed: str, state: tuple[S, str], left: str) -> None:
    counter.bring_in(Ordered(), UNKNOWN)
    answer = counter("revoir", "E2026-000001", typed=typed)
    assert answer.code == 0
    assert counter.states()[502] == state
    assert answer.out.endswith(f"{left}\n")
    assert "\x1b" not in answer.said


def test_an_answer_is_taken_back_from_the_next_mandat(counter: Counter) -> None:
    counter.bring_in(Ordered(), UNKNOWN, Ordered(number=503, invoice="AUSSI", amount="7.00"))
    answer = counter("revoir", "E2026-000001", typed="s\nrégie\nr\nF2026-000002\ns\nsubvention\n")
    assert counter.states()[502] == (S.CHOSEN, "F2026-000002")
    assert counter.states()[503] == (S.EXEMPT, "")
    assert "Mandat n° 502 : reste à décider." in answer.out
    assert answer.out.count("[1/2] Mandat n° 502") == 2
    assert "reste à décider : 2 mandats, 52,30 €" in answer.out


def test_what_a_choice_would_disagree_on_is_seen_before_it_is_made(counter: Counter) -> None:
    counter.bring_in(Ordered(), replace(UNKNOWN, amount="50.00"))
    propose(counter)
    answer = counter("revoir", "E2026-000001", typed="1\n")
    assert "     ✗ il ordonne 50,00 €, alors que sa facture fait 45,30 €." in answer.out
    assert (
        '    dematfin bordereau rapprocher E2026-000001 01-12-502-1 --accepter ECART-MONTANT --motif "…"' in answer.out
    )


def test_a_proposal_that_is_not_there_is_said(counter: Counter) -> None:
    counter.bring_in(Ordered(), UNKNOWN)
    assert "il n'y a pas de proposition n° 9" in counter("revoir", "E2026-000001", typed="9\n").err


@pytest.mark.parametrize("words", [("import",), ("revoir",), ("abandonner", "--motif", "x")])
def test_an_import_that_is_not_there_is_said(counter: Counter, words: tuple[str, ...]) -> None:
    answer = counter(words[0], "E2026-000009", *words[1:])
    assert (answer.code, "Aucun import « E2026-000009 »" in answer.err) == (3, True)


def test_a_completed_import_is_given_up_as_long_as_its_flow_is_here(counter: Counter) -> None:
    counter.bring_in()
    counter("preparer")
    assert "E2026-000001 · mandats.xml · complété" in counter("import", "E2026-000001").out
    answer = counter("abandonner", "e2026-000001", "--motif", "mauvais compte")
    assert (answer.code, answer.err) == (0, "")
    assert "Flux EDITEUR_000012 : retiré, il n'était pas parti." in answer.out


def test_a_gap_of_a_dropped_import_was_not_accepted(counter: Counter) -> None:
    counter.bring_in(replace(UNKNOWN, amount="50.00"))
    counter("rapprocher", "E2026-000001", "502", "--facture", "F2026-000002")
    counter("abandonner", "E2026-000001", "--motif", "export refait")
    shown = counter("import", "E2026-000001").out
    assert "il ordonne 50,00 €" in shown
    assert "Écart accepté" not in shown


def test_one_mandat_is_decided_by_a_command(counter: Counter) -> None:
    counter.bring_in(Ordered(), UNKNOWN)
    answer = counter("rapprocher", "E2026-000001", "502", "--facture", "F2026-000002")
    assert "Mandat n° 502 : paie la facture F2026-000002." in answer.out
    assert "reste à décider" in counter("rapprocher", "E2026-000001", "502", "--annuler").out
    answer = counter("rapprocher", "E2026-000001", "502", "--sans-facture", "--motif", "régie")
    assert "Mandat n° 502 : ne paie aucune facture (régie)." in answer.out
    assert counter.states()[502] == (S.EXEMPT, "")


def test_a_disagreement_is_accepted_by_a_command(counter: Counter) -> None:
    counter.bring_in(replace(UNKNOWN, amount="50.00"))
    shown = counter("rapprocher", "E2026-000001", "502", "--facture", "F2026-000002")
    assert "il ordonne 50,00 €, alors que sa facture fait 45,30 €" in shown.out
    assert "--accepter ECART-MONTANT" in shown.out
    done = counter("rapprocher", "E2026-000001", "502", "--accepter", "ECART-MONTANT", "--motif", "révision")
    assert (done.code, "✗" in done.out) == (0, False)
    assert "Écart accepté. (ECART-MONTANT)" in counter("import", "E2026-000001").out


@pytest.mark.parametrize("words", [(), ("--annuler", "--sans-facture")])
def test_one_thing_is_said_at_a_time(counter: Counter, words: tuple[str, ...]) -> None:
    counter.bring_in()
    assert counter("rapprocher", "E2026-000001", "501", *words).code == 2


def test_a_rehearsal_names_what_would_be_matched_again(counter: Counter) -> None:
    counter.bring_in()
    assert "Rapprocher de nouveau l'import E2026-000001." in counter.office("journee", "--essai").out


def test_one_that_is_completed_is_dropped_as_long_as_its_flow_has_not_left(counter: Counter) -> None:
    counter.bring_in()
    counter("preparer")
    assert counter("abandonner", "e2026-000001", "--motif", "compte faux").code == 0
    assert [one.state for one in counter.hall.all(Flux)] == [FluxState.DROPPED]


def test_an_import_is_dropped_with_a_motif(counter: Counter) -> None:
    counter.bring_in()
    answer = counter("abandonner", "E2026-000001", "--motif", "export refait")
    assert "Import E2026-000001 : abandonné." in answer.out
    shown = counter("import", "E2026-000001").out
    assert "Abandonné : export refait" in shown
    assert counter("abandonner", "E2026-000001", "--motif", "encore").code == 3
